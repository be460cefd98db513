package io.kvorum.storage.table;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * What arrays cost on this heap, in bytes: header and alignment included. Counting only the contents would hide a
 * fifth of the memory of small records from {@code max-memory}.
 */
public final class HeapSizes {
    private static final int ALIGNMENT = 8;
    private static final int ARRAY_HEADER = 16;
    private static final long COMPRESSED_OOPS_HEAP_MAX = 32L << 30;
    private static final int REFERENCE = referencesAreCompressed() ? 4 : 8;

    private HeapSizes() {}

    /** Bytes of heap that a byte array takes; 0 for none. */
    public static long of(byte @Nullable [] array) {
        return array == null ? 0 : aligned(array.length);
    }

    static long ofInts(int length) {
        return aligned((long) Integer.BYTES * length);
    }

    /** Bytes of heap of an array of 64-bit numbers. */
    public static long ofLongs(int length) {
        return aligned((long) Long.BYTES * length);
    }

    static long ofReferences(int length) {
        return aligned((long) REFERENCE * length);
    }

    private static long aligned(long contents) {
        return (ARRAY_HEADER + contents + ALIGNMENT - 1) & -ALIGNMENT;
    }

    private static boolean referencesAreCompressed() {
        HotSpotDiagnosticMXBean bean = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (bean != null) {
            return Boolean.parseBoolean(bean.getVMOption("UseCompressedOops").getValue());
        }
        return Runtime.getRuntime().maxMemory() < COMPRESSED_OOPS_HEAP_MAX;
    }
}
