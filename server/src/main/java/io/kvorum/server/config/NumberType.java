package io.kvorum.server.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.LongFunction;

/**
 * Whole numbers between two bounds: plain, of bytes, or of time (kept in nanoseconds). Bytes and time are written with a
 * unit: {@code 64mb}, {@code 500ms}.
 */
final class NumberType<T> extends ConfigType<T> {
    /** A unit and how many of the smallest it has. */
    private record Unit(String name, long factor) {}

    /** Redis's rule: kb is 1024, k is 1000. The larger units of a kind come last; the first of equals is written. */
    private static final List<Unit> BYTES = List.of(
            new Unit("", 1),
            new Unit("b", 1),
            new Unit("k", 1000),
            new Unit("kb", 1L << 10),
            new Unit("kib", 1L << 10),
            new Unit("m", 1_000_000),
            new Unit("mb", 1L << 20),
            new Unit("mib", 1L << 20),
            new Unit("g", 1_000_000_000),
            new Unit("gb", 1L << 30),
            new Unit("gib", 1L << 30));

    private static final List<Unit> TIMES = List.of(
            new Unit("ns", 1),
            new Unit("us", 1_000),
            new Unit("ms", 1_000_000),
            new Unit("s", 1_000_000_000),
            new Unit("m", 60_000_000_000L),
            new Unit("h", 3_600_000_000_000L),
            new Unit("d", 86_400_000_000_000L));

    private static final List<Unit> PLAIN = List.of(new Unit("", 1));

    /** As written by {@link #format}: exact units alone. */
    private static final List<String> BYTES_WRITTEN = List.of("gb", "mb", "kb", "");

    private static final List<String> TIMES_WRITTEN = List.of("h", "m", "s", "ms", "us", "ns");

    private final String kind;
    private final List<Unit> units;
    private final List<String> written;
    private final long min;
    private final long max;
    private final boolean powerOfTwo;
    private final LongFunction<T> fromLong;
    private final Function<T, Long> toLong;

    private NumberType(
            String kind,
            List<Unit> units,
            List<String> written,
            long min,
            long max,
            boolean powerOfTwo,
            LongFunction<T> fromLong,
            Function<T, Long> toLong) {
        this.kind = kind;
        this.units = units;
        this.written = written;
        this.min = min;
        this.max = max;
        this.powerOfTwo = powerOfTwo;
        this.fromLong = fromLong;
        this.toLong = toLong;
    }

    static NumberType<Integer> integer(int min, int max) {
        return new NumberType<>(
                "a whole number", PLAIN, List.of(""), min, max, false, Math::toIntExact, Integer::longValue);
    }

    static NumberType<Integer> powerOfTwo(int min, int max) {
        return new NumberType<>(
                "a power of two", PLAIN, List.of(""), min, max, true, Math::toIntExact, Integer::longValue);
    }

    static NumberType<Long> bytes(long min, long max) {
        return new NumberType<>(
                "a number of bytes such as 64mb", BYTES, BYTES_WRITTEN, min, max, false, n -> n, n -> n);
    }

    static NumberType<Duration> duration(Duration min, Duration max) {
        return new NumberType<>(
                "a duration such as 500ms, 10s or 24h",
                TIMES,
                TIMES_WRITTEN,
                min.toNanos(),
                max.toNanos(),
                false,
                Duration::ofNanos,
                Duration::toNanos);
    }

    @Override
    T parse(String text) {
        long number = number(text.strip().toLowerCase(Locale.ROOT));
        if (number < min || number > max) throw new BadValueException("out of range");
        if (powerOfTwo && Long.bitCount(number) != 1) throw new BadValueException("not a power of two");
        return fromLong.apply(number);
    }

    @Override
    String format(T value) {
        return formatLong(toLong.apply(value));
    }

    @Override
    String allowed() {
        return (powerOfTwo ? "a power of two, " : "") + formatLong(min) + " to " + formatLong(max);
    }

    @Override
    String example() {
        return formatLong(min == 0 ? Math.min(max, unit(written.get(0)).factor()) : min);
    }

    @Override
    List<String> samples() {
        return List.of(formatLong(min), formatLong(max));
    }

    @Override
    List<String> nonsense() {
        List<String> nonsense = new ArrayList<>(List.of("", "-", "many", "1.5", "1 1", "0x10", "99999999999999999999"));
        nonsense.add(formatLong(min - 1));
        if (max < Long.MAX_VALUE) nonsense.add(formatLong(max + 1));
        if (powerOfTwo) nonsense.add(formatLong(min + 1));
        if (units.equals(TIMES)) nonsense.addAll(List.of("500", "500 parsecs"));
        return nonsense;
    }

    private long number(String text) {
        int digits = text.startsWith("-") ? 1 : 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') digits++;
        String unitName = text.substring(digits).strip();
        try {
            long number = Long.parseLong(text.substring(0, digits));
            if (number == 0 && unitName.isEmpty()) return 0;
            for (Unit unit : units) {
                if (unit.name().equals(unitName)) return Math.multiplyExact(number, unit.factor());
            }
        } catch (NumberFormatException | ArithmeticException tooLargeOrNone) {
            throw new BadValueException("not " + kind);
        }
        throw new BadValueException("not " + kind);
    }

    private String formatLong(long number) {
        if (number == 0) return "0";
        for (String name : written) {
            long factor = unit(name).factor();
            if (number % factor == 0) return number / factor + name;
        }
        throw new IllegalStateException("no unit divides " + number);
    }

    private Unit unit(String name) {
        return units.stream()
                .filter(unit -> unit.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
