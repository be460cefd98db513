package io.kvorum.tests.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What Linux has noted down about processes and the machine, in {@code /proc} (proc(5)). */
public final class ProcessAccounts {
    /** The unit of times there. It is part of the kernel's interface to programs, whatever its timer does. */
    private static final long TICKS_PER_SECOND = 100;

    private static final long NANOS_PER_TICK = 1_000_000_000L / TICKS_PER_SECOND;
    private static final long BYTES_PER_KIB = 1_024;
    private static final int UTIME_FIELD = 14;
    private static final int STIME_FIELD = 15;
    private static final int FIRST_FIELD_AFTER_NAME = 3;

    private ProcessAccounts() {}

    /** User and system time of all threads of a process, those that have ended included; in steps of 10 ms. */
    public static long cpuNanos(long pid) throws IOException {
        return cpuNanos(read("/proc/" + pid + "/stat"));
    }

    /** User and system time of the threads of a process that have this name and have not ended. */
    public static long cpuNanosOfThreads(long pid, String name) throws IOException {
        long sum = 0;
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : threads.toList()) {
                String stat = read(thread.resolve("stat").toString());
                if (stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')')).equals(name)) {
                    sum += cpuNanos(stat);
                }
            }
        }
        return sum;
    }

    static long cpuNanos(String stat) {
        // The name stands in brackets and may hold anything, blanks and brackets too.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = Long.parseLong(fields[UTIME_FIELD - FIRST_FIELD_AFTER_NAME])
                + Long.parseLong(fields[STIME_FIELD - FIRST_FIELD_AFTER_NAME]);
        return ticks * NANOS_PER_TICK;
    }

    /** The memory of a process that is in RAM. */
    public static long residentBytes(long pid) throws IOException {
        return kibibytes(read("/proc/" + pid + "/status"), "VmRSS:") * BYTES_PER_KIB;
    }

    static long machineMemoryBytes() throws IOException {
        return kibibytes(read("/proc/meminfo"), "MemTotal:") * BYTES_PER_KIB;
    }

    /** How many threads wanted a core, over 1, 5 and 15 minutes: {@code 0.52 0.58 0.59}. */
    public static String loadAverage() throws IOException {
        String[] fields = read("/proc/loadavg").split(" ", -1);
        return fields[0] + " " + fields[1] + " " + fields[2];
    }

    /** The name of the first processor; "unknown" where the kernel tells none. */
    static String processor() throws IOException {
        return read("/proc/cpuinfo")
                .lines()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }

    static long kibibytes(String text, String name) throws IOException {
        String line = text.lines()
                .filter(each -> each.startsWith(name))
                .findFirst()
                .orElseThrow(() -> new IOException("no " + name + " in /proc"));
        return Long.parseLong(line.substring(name.length()).replace("kB", "").strip());
    }

    private static String read(String path) throws IOException {
        return Files.readString(Path.of(path), StandardCharsets.UTF_8);
    }
}
