package io.kvorum.storage.hint;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.storage.hint.HintStore.Outcome;
import io.kvorum.storage.hint.HintStore.Part;
import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.Merge;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of hints does. */
abstract class HintStoreContract {
    static final UUID ONE = new UUID(1, 1);
    static final UUID OTHER = new UUID(2, 2);
    static final long BYTES_MAX = 4_000;

    @SuppressWarnings("NullAway.Init")
    HintStore hints;

    abstract HintStore open();

    /** Opens again what was closed; null if nothing outlives it. */
    abstract @Nullable HintStore reopen();

    /** Lets the store's thread do what waits for it. */
    abstract void settle();

    @BeforeEach
    void begin() {
        hints = open();
        assertThat(hints.isEmpty()).isTrue();
    }

    @AfterEach
    void end() {
        hints.close();
    }

    @Test
    void a_hint_is_read_by_its_key_whoever_it_is_for() {
        assertThat(read("k")).isNull();
        assertThat(put(ONE, record("k", 7, 1)).isHeld()).isTrue();
        assertThat(read("k")).isEqualTo(record("k", 7, 1));
        assertThat(read("other")).isNull();
        put(OTHER, record("k", 8, 2));
        assertThat(read("k")).isEqualTo(merge(record("k", 7, 1), record("k", 8, 2)));
    }

    @Test
    void a_later_record_is_merged_into_the_hint_and_an_earlier_one_does_no_harm() {
        byte[] first = record("k", 7, 1);
        byte[] second = Versions.write(first, draft("k", 7, 2));
        put(ONE, second);
        put(ONE, first);
        assertThat(read("k")).isEqualTo(second);
        put(ONE, record("k", 9, 3));
        assertThat(read("k")).isEqualTo(merge(second, record("k", 9, 3)));
        assertThat(hints.usage()).singleElement().satisfies(usage -> {
            assertThat(usage.count()).isEqualTo(1);
            assertThat(usage.bytes()).isEqualTo(kept("k").length);
        });
    }

    @Test
    void a_hint_goes_only_while_it_is_the_very_record_that_was_handed_off() {
        byte[] sent = record("k", 7, 1);
        put(ONE, sent);
        put(ONE, record("k", 8, 2));
        assertThat(remove(ONE, sent)).isFalse();
        byte[] now = kept("k");
        assertThat(remove(OTHER, now)).isFalse();
        assertThat(remove(ONE, now)).isTrue();
        assertThat(read("k")).isNull();
        assertThat(remove(ONE, now)).isFalse();
        assertThat(hints.usage()).isEmpty();
    }

    @Test
    void oldest_write_is_known_until_nothing_is_kept_of_its_time() {
        byte[] second = record("b", 7, 2);
        put(ONE, second);
        assertThat(hints.usage().get(0)).isEqualTo(kept(ONE, second));
        byte[] first = record("a", 7, 1);
        put(ONE, first);
        put(ONE, record("a", 8, 3));
        HintStore again = reopen();
        hints = again == null ? hints : again;
        assertThat(hints.usage().get(0).oldestStamp()).isEqualTo(1);
        assertThat(remove(ONE, merge(first, record("a", 8, 3)))).isTrue();
        assertThat(hints.usage().get(0).oldestStamp()).isLessThanOrEqualTo(2);
        assertThat(remove(ONE, second)).isTrue();
        put(ONE, record("c", 7, 4));
        assertThat(hints.usage().get(0).oldestStamp()).isEqualTo(4);
    }

    @Test
    void past_the_bound_new_hints_are_refused_and_old_ones_stay_and_may_be_replaced() {
        int held = 0;
        while (put(ONE, record("k" + held, 7, 1)).isHeld()) {
            held++;
        }
        assertThat(put(ONE, record("k" + held, 7, 1))).isEqualTo(Outcome.FULL);
        assertThat(hints.usage().get(0).count()).isEqualTo(held);
        assertThat(hints.usage().get(0).bytes()).isBetween(BYTES_MAX / 2, BYTES_MAX);
        byte[] first = record("k0", 7, 1);
        assertThat(put(ONE, Versions.write(first, draft("k0", 7, 2))).isHeld()).isTrue();
        assertThat(remove(ONE, record("k1", 7, 1))).isTrue();
        assertThat(put(OTHER, record("k1", 7, 1)).isHeld()).isTrue();
    }

    @Test
    void a_scan_goes_through_all_hints_of_a_target_in_parts_and_through_no_others() {
        List<byte[]> kept = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            kept.add(record("k" + i, 7, 1));
            put(ONE, kept.get(i));
            put(OTHER, record("other" + i, 7, 1));
        }
        List<byte[]> scanned = new ArrayList<>();
        long from = 0;
        int parts = 0;
        for (boolean last = false; !last; parts++) {
            Part part = scan(ONE, from, 3 * kept.get(0).length);
            scanned.addAll(part.records());
            last = part.isLast();
            from = part.nextPositionHigh();
        }
        assertThat(scanned).containsExactlyInAnyOrderElementsOf(kept);
        assertThat(parts).isBetween(3, 5);
        assertThat(scan(new UUID(3, 3), 0, 100).records()).isEmpty();
    }

    @Test
    void any_order_of_changes_leaves_the_merge_of_what_was_put_and_not_removed() {
        long seed = 20_261_126;
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, byte[]> model = new HashMap<>();
        for (int i = 0; i < 2_000; i++) {
            UUID target = random.nextBoolean() ? ONE : OTHER;
            String key = "k" + random.nextInt(6);
            String place = target + key;
            byte[] before = model.get(place);
            if (before != null && random.nextInt(4) == 0) {
                boolean exact = random.nextBoolean();
                byte[] given = exact ? before : record(key, 99, i + 1L);
                assertThat(remove(target, given))
                        .as("seed %d, change %d", seed, i)
                        .isEqualTo(exact);
                if (exact) {
                    model.remove(place);
                }
            } else {
                byte[] base = before != null && random.nextBoolean() ? before : null;
                byte[] record = Versions.write(base, draft(key, random.nextInt(3), i + 1L));
                if (put(target, record).isHeld()) {
                    model.merge(place, record, HintStoreContract::merge);
                }
            }
            if (random.nextInt(200) == 0) {
                HintStore again = reopen();
                hints = again == null ? hints : again;
            }
            long bytes =
                    model.values().stream().mapToLong(record -> record.length).sum();
            assertThat(hints.usage().stream().mapToLong(HintStore.Usage::bytes).sum())
                    .as("seed %d, change %d", seed, i)
                    .isEqualTo(bytes);
        }
        for (UUID target : List.of(ONE, OTHER)) {
            assertThat(scan(target, 0, Integer.MAX_VALUE).records())
                    .allSatisfy(record ->
                            assertThat(model.get(target + key(record))).isEqualTo(record));
        }
        assertThat(hints.usage().stream().mapToLong(HintStore.Usage::count).sum())
                .isEqualTo(model.size());
    }

    Outcome put(UUID target, byte[] record) {
        AtomicReference<@Nullable Outcome> told = new AtomicReference<>();
        hints.put(target, position(record), record, told::set);
        settle();
        return Objects.requireNonNull(told.get());
    }

    boolean remove(UUID target, byte[] record) {
        AtomicReference<@Nullable Boolean> told = new AtomicReference<>();
        hints.remove(target, position(record), record, told::set);
        settle();
        return Objects.requireNonNull(told.get());
    }

    byte @Nullable [] read(String key) {
        AtomicReference<byte @Nullable []> told = new AtomicReference<>();
        byte[] bytes = bytes(key);
        hints.read(Arrays.hashCode(bytes), bytes, told::set);
        settle();
        return told.get();
    }

    byte[] kept(String key) {
        return Objects.requireNonNull(read(key));
    }

    Part scan(UUID target, long from, int bytesMax) {
        AtomicReference<@Nullable Part> told = new AtomicReference<>();
        hints.scan(target, from, bytesMax, told::set);
        settle();
        return Objects.requireNonNull(told.get());
    }

    static byte[] record(String key, long actor, long stamp) {
        return Versions.write(null, draft(key, actor, stamp), Context.EMPTY, VersionObserver.NONE);
    }

    /** What is kept for a target if it is this record alone. */
    static HintStore.Usage kept(UUID target, byte[] record) {
        return new HintStore.Usage(target, 1, record.length, Versions.newestStamp(record));
    }

    static Draft draft(String key, long actor, long stamp) {
        byte[] bytes = bytes(key);
        return new Draft().key(bytes, 0, bytes.length).dot(actor + 1, stamp).value(new byte[100], 0, 100);
    }

    static byte[] merge(byte[] one, byte[] other) {
        return Merge.merge(one, other, VersionObserver.NONE);
    }

    static long position(byte[] record) {
        return Arrays.hashCode(RecordBytes.key(record));
    }

    static String key(byte[] record) {
        return new String(RecordBytes.key(record), StandardCharsets.US_ASCII);
    }

    private static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.US_ASCII);
    }
}
