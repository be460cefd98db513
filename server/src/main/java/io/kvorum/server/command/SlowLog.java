package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The last commands that took long, as SLOWLOG shows them: from their turn to their reply, other nodes included. Safe from
 * every thread.
 *
 * <p>What is fast costs one comparison. Entries are behind a lock, since those who have any are slow already, and no loop
 * could hand over to another what is to be seen by whoever asks next.
 */
public final class SlowLog {
    /** Entries that may be kept at the most. */
    public static final int ENTRIES_MAX = 10_000;

    private static final int ARGUMENTS_MAX = 32;
    private static final int ARGUMENT_BYTES_MAX = 128;
    private static final String REDACTED = "(redacted)";

    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private long lastId = -1;

    /** Volatile instead of behind the lock: every command of every loop looks. */
    private volatile long thresholdNanos;

    private volatile int entriesMax;

    /**
     * An empty log.
     *
     * @param thresholdNanos what takes as long is noted; negative to note nothing
     * @param entriesMax how many are kept, 0 to {@link #ENTRIES_MAX}
     */
    public SlowLog(long thresholdNanos, int entriesMax) {
        this.thresholdNanos = thresholdNanos < 0 ? Long.MAX_VALUE : thresholdNanos;
        this.entriesMax = entriesMax;
    }

    /**
     * A command that took long.
     *
     * @param id counted from 0 since the start of the node
     * @param seconds of the calendar, at its end
     * @param micros that it took
     * @param arguments shortened; of a command that waited for other nodes, its name and key
     * @param address of the client
     * @param clientName what the client calls itself
     */
    public record Entry(
            long id, long seconds, long micros, List<byte[]> arguments, String address, String clientName) {}

    /** What takes as long is noted; negative if nothing is. */
    public long thresholdNanos() {
        return thresholdNanos == Long.MAX_VALUE ? -1 : thresholdNanos;
    }

    /** Sets what is noted. */
    public void setThresholdNanos(long nanos) {
        thresholdNanos = nanos < 0 ? Long.MAX_VALUE : nanos;
    }

    /** How many entries are kept. */
    public int entriesMax() {
        return entriesMax;
    }

    /** Sets how many are kept; older ones go when the next comes. */
    public void setEntriesMax(int count) {
        entriesMax = Math.min(count, ENTRIES_MAX);
    }

    /** The newest entries first, so many of them at the most. */
    public synchronized List<Entry> newest(int count) {
        List<Entry> newest = new ArrayList<>();
        for (Iterator<Entry> from = entries.iterator(); from.hasNext() && newest.size() < count; ) {
            newest.add(from.next());
        }
        return newest;
    }

    /** How many entries there are. */
    public synchronized int size() {
        return entries.size();
    }

    /** Forgets the entries. */
    public synchronized void clear() {
        entries.clear();
    }

    /** Whether what took so long is to be noted. */
    public boolean isSlow(long nanos) {
        return nanos >= thresholdNanos;
    }

    /** Notes a command whose request is still there. */
    void add(Command command, RespRequest request, Session session, long nanos, long wallMillis) {
        int count = request.argumentCount();
        int shown = count > ARGUMENTS_MAX ? ARGUMENTS_MAX - 1 : count;
        List<byte[]> arguments = new ArrayList<>(shown + 1);
        for (int i = 0; i < shown; i++) {
            arguments.add(isSecret(command, request, i) ? ascii(REDACTED) : shortened(request, i));
        }
        if (shown < count) {
            arguments.add(ascii("... (" + (count - shown) + " more arguments)"));
        }
        add(arguments, session, nanos, wallMillis);
    }

    /** Notes a command whose request is gone. */
    public void add(
            Command command, byte @Nullable [] key, int argumentCount, Session session, long nanos, long wallMillis) {
        List<byte[]> arguments = new ArrayList<>();
        for (String word : command.name().split("\\|", -1)) {
            arguments.add(ascii(word));
        }
        if (key != null) {
            arguments.add(shortened(key, 0, key.length));
        }
        if (arguments.size() < argumentCount) {
            arguments.add(ascii("... (" + (argumentCount - arguments.size()) + " more arguments)"));
        }
        add(arguments, session, nanos, wallMillis);
    }

    private synchronized void add(List<byte[]> arguments, Session session, long nanos, long wallMillis) {
        entries.addFirst(new Entry(
                ++lastId, wallMillis / 1000, nanos / 1000, List.copyOf(arguments), session.address(), session.name()));
        while (entries.size() > entriesMax) {
            entries.removeLast();
        }
    }

    private static boolean isSecret(Command command, RespRequest request, int index) {
        return switch (command.name()) {
            case "auth", "hello" -> index > 0;
            case "config|set" -> index > 2 && index % 2 == 1 && isSecretParameter(request.string(index - 1));
            default -> false;
        };
    }

    private static boolean isSecretParameter(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.contains("pass") || lower.contains("auth") || lower.contains("secret");
    }

    private static byte[] shortened(RespRequest request, int index) {
        return shortened(request.array(), request.offset(index), request.length(index));
    }

    private static byte[] shortened(byte[] array, int offset, int length) {
        if (length <= ARGUMENT_BYTES_MAX) {
            return Arrays.copyOfRange(array, offset, offset + length);
        }
        byte[] more = ascii("... (" + (length - ARGUMENT_BYTES_MAX) + " more bytes)");
        byte[] both = Arrays.copyOf(
                Arrays.copyOfRange(array, offset, offset + ARGUMENT_BYTES_MAX), ARGUMENT_BYTES_MAX + more.length);
        System.arraycopy(more, 0, both, ARGUMENT_BYTES_MAX, more.length);
        return both;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
