package io.kvorum.tools.runtime;

/** Time that passes between two looks at something that tells nobody when it changes. */
@FunctionalInterface
public interface Pause {
    /** Waits so long; the thread of a command alone may. */
    void millis(long millis) throws InterruptedException;

    /** Real time. */
    static Pause real() {
        return Thread::sleep;
    }
}
