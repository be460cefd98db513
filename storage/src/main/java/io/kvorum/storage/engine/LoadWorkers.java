package io.kvorum.storage.engine;

import java.io.IOException;

/** Runs a start's independent parts side by side, on as many threads as the machine is worth. */
@FunctionalInterface
public interface LoadWorkers {
    /** One after the other, on the caller's thread. */
    LoadWorkers INLINE = (count, part) -> {
        for (int i = 0; i < count; i++) {
            part.run(i);
        }
    };

    /** Runs the parts 0 to {@code count} - 1 and returns when all have ended; throws what one of them threw. */
    void forEach(int count, Part part) throws IOException;

    /** One part. */
    @FunctionalInterface
    interface Part {
        /** Runs it, on some thread. */
        void run(int number) throws IOException;
    }
}
