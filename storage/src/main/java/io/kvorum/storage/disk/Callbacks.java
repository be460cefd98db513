package io.kvorum.storage.disk;

import java.util.function.Consumer;

/** Telling several of one outcome. */
public final class Callbacks {
    private Callbacks() {}

    /**
     * Tells each in order; one that throws keeps no other from being told.
     *
     * @throws RuntimeException the first that was thrown, the others suppressed in it, once all are told
     */
    public static <T> void tellEach(Iterable<? extends T> all, Consumer<? super T> tell) {
        RuntimeException first = null;
        for (T each : all) {
            try {
                tell.accept(each);
            } catch (RuntimeException next) {
                if (first == null) {
                    first = next;
                } else if (!next.equals(first)) {
                    first.addSuppressed(next);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
