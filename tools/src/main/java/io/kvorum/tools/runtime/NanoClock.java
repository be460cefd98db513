package io.kvorum.tools.runtime;

/** A monotonic clock. Readings of one clock may be compared with each other, and with nothing else. */
@FunctionalInterface
public interface NanoClock {
    long nanoTime();

    /** The clock of this JVM. */
    static NanoClock system() {
        return System::nanoTime;
    }
}
