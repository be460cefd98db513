package io.kvorum.tests.durability;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * What a thread that only sleeps has seen of the machine.
 *
 * @param lateness how much later than asked for it woke, in nanoseconds, every time
 * @param pauses when it was very late, in order: from where it should have woken to where it did
 */
record ControlLog(Histogram lateness, List<Span> pauses) {
    private static final String HISTOGRAM = "histogram ";
    private static final String PAUSE = "pause ";

    ControlLog {
        pauses = List.copyOf(pauses);
    }

    /** The longest pause that touches a stretch of time; 0 if none does. */
    long longestNanos(Span span, long slackNanos) {
        return pauses.stream()
                .filter(pause -> span.touches(pause, slackNanos))
                .mapToLong(Span::nanos)
                .max()
                .orElse(0);
    }

    /** As lines, for another process. */
    List<String> lines() {
        ByteBuffer bytes = ByteBuffer.allocate(lateness.getNeededByteBufferCapacity());
        int length = lateness.encodeIntoCompressedByteBuffer(bytes);
        bytes.flip();
        byte[] encoded = new byte[length];
        bytes.get(encoded);
        List<String> lines = new ArrayList<>();
        lines.add(HISTOGRAM + Base64.getEncoder().encodeToString(encoded));
        pauses.forEach(pause -> lines.add(PAUSE + pause.fromNanos() + " " + pause.toNanos()));
        return lines;
    }

    /**
     * From such lines.
     *
     * @throws IllegalArgumentException if they are not
     */
    static ControlLog parse(List<String> lines) {
        Histogram lateness = null;
        List<Span> pauses = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith(HISTOGRAM)) {
                lateness = decode(line.substring(HISTOGRAM.length()));
            } else if (line.startsWith(PAUSE)) {
                String[] ends = line.substring(PAUSE.length()).split(" ", -1);
                pauses.add(new Span(Long.parseLong(ends[0]), Long.parseLong(ends[1])));
            }
        }
        if (lateness == null) {
            throw new IllegalArgumentException("no histogram in " + lines.size() + " lines");
        }
        return new ControlLog(lateness, pauses);
    }

    private static Histogram decode(String text) {
        try {
            return Histogram.decodeFromCompressedByteBuffer(
                    ByteBuffer.wrap(Base64.getDecoder().decode(text)), 0);
        } catch (DataFormatException damaged) {
            throw new IllegalArgumentException("not a histogram", damaged);
        }
    }
}
