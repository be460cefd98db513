package io.kvorum.server.metrics;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.Locale;

/** What the virtual machine tells of itself. */
final class JvmMetrics {
    private JvmMetrics() {}

    static void register(NodeMetrics metrics) {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        String used = "Memory in use by the virtual machine";
        metrics.gauge(
                "kvorum_jvm_memory_used_bytes",
                used,
                () -> memory.getHeapMemoryUsage().getUsed(),
                "area",
                "heap");
        metrics.gauge(
                "kvorum_jvm_memory_used_bytes",
                used,
                () -> memory.getNonHeapMemoryUsage().getUsed(),
                "area",
                "nonheap");
        metrics.gauge(
                "kvorum_jvm_memory_max_bytes",
                "Memory the virtual machine may use",
                () -> memory.getHeapMemoryUsage().getMax(),
                "area",
                "heap");
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            metrics.gauge(
                    "kvorum_jvm_buffer_used_bytes",
                    "Memory of buffers outside the heap",
                    pool::getMemoryUsed,
                    "pool",
                    pool.getName());
        }
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            String name = collector.getName().toLowerCase(Locale.ROOT);
            metrics.gauge(
                    "kvorum_jvm_gc_collections_total",
                    "Garbage collections since the start",
                    collector::getCollectionCount,
                    "collector",
                    name);
            metrics.gaugeOfDouble(
                    "kvorum_jvm_gc_seconds_total",
                    "Time spent in garbage collections since the start",
                    () -> collector.getCollectionTime() / 1000.0,
                    "collector",
                    name);
        }
        metrics.gauge(
                "kvorum_jvm_threads",
                "Threads",
                () -> ManagementFactory.getThreadMXBean().getThreadCount());
        metrics.gaugeOfDouble(
                "kvorum_uptime_seconds",
                "Since the start of the process",
                () -> ManagementFactory.getRuntimeMXBean().getUptime() / 1000.0);
    }
}
