package io.kvorum.tests.fuzz;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Hears of every buffer that was collected without having been released. Netty's detector has one listener in a process,
 * and looks for leaks whenever a buffer is made; at its level <em>paranoid</em> it follows every one.
 */
final class LeakWatch {
    private static final long COLLECTED_WITHIN_MILLIS = 60_000;

    private final Queue<String> leaks = new ConcurrentLinkedQueue<>();

    private LeakWatch() {}

    /** Begins to listen, in place of the listener before. */
    static LeakWatch install() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        LeakWatch watch = new LeakWatch();
        ByteBufUtil.setLeakListener((type, records) -> watch.leaks.add(type + ": " + records));
        return watch;
    }

    /** Fails if the detector has told of a leak so far. */
    void check() {
        String leak = leaks.poll();
        if (leak != null) {
            throw new AssertionError("a buffer was never released: " + leak);
        }
    }

    /** Fails if there is a leak: collects what is garbage and lets the detector look at it. */
    void checkAll() {
        // References of the second collection are handed out when all those of the first have been.
        collect();
        collect();
        ByteBuf looksForLeaks = PooledByteBufAllocator.DEFAULT.buffer(1);
        looksForLeaks.release();
        check();
    }

    /** Collects garbage and waits until the virtual machine has begun to tell what it was. */
    @SuppressWarnings("ExplicitGarbageCollection") // only what was collected can be seen to be lost
    private static void collect() {
        ReferenceQueue<Object> collected = new ReferenceQueue<>();
        WeakReference<Object> garbage = new WeakReference<>(new Object(), collected);
        System.gc();
        try {
            if (collected.remove(COLLECTED_WITHIN_MILLIS) != garbage) {
                throw new AssertionError("the virtual machine collects nothing");
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }
}
