package io.kvorum.tests.hostile;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Well-behaved clients at a steady pace: each sends SET and GET by turns when it is due, whether or not the one before
 * was late, and its time counts from when it was due. So a node that stands still shows in every request that it kept
 * waiting. Several connections, so that every event loop has one.
 *
 * <p>One more thread sends nothing and only sleeps as long: by how much it oversleeps is the machine's own share. It keeps
 * due times as the clients do, so that a machine that stands still shows in as many of its samples as of theirs.
 */
final class LatencyWatcher implements AutoCloseable {
    private static final int CONNECTIONS = 4;
    private static final long GAP_NANOS = 10_000_000;

    private final List<Watch> watches = new ArrayList<>();
    private final NoiseThread noise = new NoiseThread();
    private volatile boolean ended;

    private LatencyWatcher() {}

    /** Begins to watch a node. */
    static LatencyWatcher start(int port) throws IOException {
        LatencyWatcher watcher = new LatencyWatcher();
        for (int i = 0; i < CONNECTIONS; i++) {
            RawClient client = RawClient.connect(port);
            watcher.watches.add(watcher.new Watch(client, "watch:" + client.localPort()));
        }
        watcher.noise.start();
        watcher.watches.forEach(Thread::start);
        return watcher;
    }

    /** Ends, and says how it was. */
    Report end() throws IOException, InterruptedException {
        close();
        noise.join();
        Report report = new Report(new long[0], List.of(), noise.seen());
        for (Watch watch : watches) {
            watch.join();
            report = report.with(watch);
        }
        return report;
    }

    @Override
    public void close() {
        ended = true;
    }

    private final class NoiseThread extends Thread {
        private final List<Long> lateNanos = new ArrayList<>();
        private final List<Long> oversleptNanos = new ArrayList<>();

        NoiseThread() {
            super("latency-noise");
            setDaemon(true);
        }

        @Override
        public void run() {
            long dueNanos = System.nanoTime();
            while (!ended) {
                dueNanos += GAP_NANOS;
                long leftNanos = dueNanos - System.nanoTime();
                LockSupport.parkNanos(leftNanos);
                long lateNanos = System.nanoTime() - dueNanos;
                this.lateNanos.add(lateNanos);
                if (leftNanos > 0) {
                    oversleptNanos.add(lateNanos);
                }
            }
        }

        Noise seen() {
            return new Noise(millis(oversleptNanos, 0.99), millis(lateNanos, 0.99), millis(lateNanos, 1));
        }

        private static double millis(List<Long> nanos, double percentile) {
            return LatencyWatcher.millis(
                    nanos.stream().mapToLong(late -> Math.max(0, late)).toArray(), percentile);
        }
    }

    private final class Watch extends Thread {
        private final RawClient client;
        private final String key;
        private final List<String> failures = new ArrayList<>();
        private long[] nanos = new long[1024];
        private int count;

        Watch(RawClient client, String key) {
            super("latency-" + key);
            this.client = client;
            this.key = key;
            setDaemon(true);
        }

        @Override
        public void run() {
            try (client) {
                long dueNanos = System.nanoTime();
                for (int i = 0; !ended; i++) {
                    ask(i);
                    if (count == nanos.length) {
                        nanos = Arrays.copyOf(nanos, 2 * count);
                    }
                    nanos[count++] = System.nanoTime() - dueNanos;
                    dueNanos += GAP_NANOS;
                    LockSupport.parkNanos(dueNanos - System.nanoTime());
                }
            } catch (IOException e) {
                failures.add(key + ": " + e);
            }
        }

        private void ask(int i) throws IOException {
            if (i % 2 == 0) {
                String reply = client.ask("SET", key, String.valueOf(i));
                if (!reply.equals("+OK")) {
                    failures.add(key + ": SET answered " + reply);
                }
            } else if (!client.ask("GET", key).startsWith("$")
                    || !client.readLine().equals(String.valueOf(i - 1))) {
                failures.add(key + ": GET did not answer what was set");
            }
        }
    }

    private static double millis(long[] nanos, double percentile) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(percentile * sorted.length) - 1] / 1e6;
    }

    /**
     * What the thread that only sleeps has seen of the machine.
     *
     * @param overslept by how much one sleep was too long, 99th percentile in milliseconds
     * @param late how long after it was due a sample was taken, 99th percentile in milliseconds; where the machine stood
     *     still, all that were due meanwhile are late
     * @param lateMax the longest of those
     */
    record Noise(double overslept, double late, double lateMax) {}

    /**
     * How long the requests took.
     *
     * @param nanos of each request, in no order
     * @param failures what went wrong
     * @param noise the machine's own share
     */
    record Report(long[] nanos, List<String> failures, Noise noise) {
        private Report with(Watch watch) {
            long[] all = Arrays.copyOf(nanos, nanos.length + watch.count);
            System.arraycopy(watch.nanos, 0, all, nanos.length, watch.count);
            List<String> both = new ArrayList<>(failures);
            both.addAll(watch.failures);
            return new Report(all, both, noise);
        }

        double p99Millis() {
            return millis(nanos, 0.99);
        }

        double maxMillis() {
            return millis(nanos, 1);
        }

        @Override
        public String toString() {
            return String.format(
                    "%d requests of others: p50 %.1f ms, p99 %.1f ms, max %.1f ms, %d failed;"
                            + " the machine overslept %.1f ms, was late %.1f ms, at most %.1f ms",
                    nanos.length,
                    millis(nanos, 0.5),
                    p99Millis(),
                    maxMillis(),
                    failures.size(),
                    noise.overslept(),
                    noise.late(),
                    noise.lateMax());
        }
    }
}
