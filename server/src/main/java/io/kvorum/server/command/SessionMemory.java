package io.kvorum.server.command;

import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.Dot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What one connection has seen of the keys that it used last, within bounds of count and bytes. What it forgets is counted:
 * a write of it is a plain one. Owned by the connection's loop.
 */
final class SessionMemory implements SeenContexts {
    /** What an entry takes beside its key and its context: the entry of the map, the objects and the heads of the arrays. */
    private static final int ENTRY_BYTES = 200;

    private static final int VECTOR_ENTRY_BYTES = 16;
    private static final int DOT_BYTES = 32;
    private static final float LOAD = 0.75f;

    private final SessionLimits limits;
    private final CommandRecorder recorder;
    private final Map<Key, Context> contexts = new LinkedHashMap<>(16, LOAD, true);

    /** Looked for, and never kept. */
    private final Key sought = new Key();

    private long bytes;
    private long forgotten;

    SessionMemory(SessionLimits limits, CommandRecorder recorder) {
        this.limits = limits;
        this.recorder = recorder;
    }

    @Override
    public @Nullable Context of(byte[] array, int offset, int length) {
        return contexts.get(sought.of(array, offset, length));
    }

    @Override
    public void note(byte[] key, @Nullable Context given, Context after) {
        Context current = contexts.get(sought.of(key, 0, key.length));
        Context next = after;
        if (current != null) {
            bytes -= bytesOf(key.length, current);
            next = given != null && current.equals(given) ? after : joined(current, given, after);
        }
        contexts.put(new Key().of(key, 0, key.length), next);
        bytes += bytesOf(key.length, next);
        forgetOldest();
    }

    /** What was noted since {@code given} was asked for stays beside what comes in the place of that. */
    static Context joined(Context current, @Nullable Context given, Context after) {
        List<Dot> dots = new ArrayList<>(after.dots());
        for (Dot dot : current.dots()) {
            if (given == null || !given.dots().contains(dot)) {
                dots.add(dot);
            }
        }
        return new Context(current.vector().join(after.vector()), dots);
    }

    private void forgetOldest() {
        Iterator<Map.Entry<Key, Context>> oldestFirst = contexts.entrySet().iterator();
        while ((contexts.size() > limits.keysMax() || bytes > limits.bytesMax()) && oldestFirst.hasNext()) {
            Map.Entry<Key, Context> oldest = oldestFirst.next();
            bytes -= bytesOf(oldest.getKey().length, oldest.getValue());
            oldestFirst.remove();
            forgotten++;
            recorder.forgot();
        }
    }

    private static long bytesOf(int keyLength, Context context) {
        return ENTRY_BYTES
                + (long) keyLength
                + (long) VECTOR_ENTRY_BYTES * context.vector().size()
                + (long) DOT_BYTES * context.dots().size();
    }

    /** Tells all that it remembers, the keys used longest ago first. */
    void forEach(BiConsumer<byte[], Context> receiver) {
        contexts.forEach((key, context) -> receiver.accept(key.array, context));
    }

    /** Of how many keys it remembers something. */
    int keys() {
        return contexts.size();
    }

    /** About how much it takes, in bytes. */
    long bytes() {
        return bytes;
    }

    /** How often it has forgotten a key. */
    long forgotten() {
        return forgotten;
    }

    /** A key where it lies. */
    private static final class Key {
        private byte[] array = {};
        private int offset;
        private int length;
        private int hash;

        Key of(byte[] keyArray, int keyOffset, int keyLength) {
            array = keyArray;
            offset = keyOffset;
            length = keyLength;
            int sum = 1;
            for (int i = keyOffset; i < keyOffset + keyLength; i++) {
                sum = 31 * sum + keyArray[i];
            }
            hash = sum;
            return this;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key
                    && hash == key.hash
                    && Arrays.equals(array, offset, offset + length, key.array, key.offset, key.offset + key.length);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}
