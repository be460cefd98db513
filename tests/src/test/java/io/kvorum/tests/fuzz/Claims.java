package io.kvorum.tests.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HexFormat;

/** Claims that targets share; a broken one is an {@link AssertionError}. Plain code: a fuzzer runs it all the time. */
final class Claims {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** For what is made whatever the input: channels, scratch arrays, messages of errors. */
    private static final long ALLOCATED_ANYWAY = 64 << 10;

    private Claims() {}

    static void holds(boolean claim, String text) {
        if (!claim) {
            throw new AssertionError(text);
        }
    }

    static void equal(Object found, Object expected, String what) {
        if (!found.equals(expected)) {
            throw new AssertionError(what + ": " + found + ", expected " + expected);
        }
    }

    static void sameBytes(byte[] found, byte[] expected, String what) {
        if (!Arrays.equals(found, expected)) {
            throw new AssertionError(what + ": " + hex(found) + ", expected " + hex(expected));
        }
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /**
     * Runs something that may allocate so much for every byte it was given, and no more whatever the bytes claim. Twice if
     * need be: the first time may load classes.
     */
    static void allocates(long bytesEach, int inputBytes, Runnable what) {
        long allowed = ALLOCATED_ANYWAY + bytesEach * inputBytes;
        if (allocatedBy(what) > allowed) {
            long allocated = allocatedBy(what);
            holds(allocated <= allowed, allocated + " bytes allocated for an input of " + inputBytes);
        }
    }

    private static long allocatedBy(Runnable what) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        what.run();
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
