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
 * <p>One more thread sends nothing and only sleeps as long: by how much it oversleeps is the machine's own share.
 */
final class LatencyWatcher implements AutoCloseable {
    private static final int CONNECTIONS = 4;
    private static final long GAP_NANOS = 10_000_000;

    private final List<Watch> watches = new ArrayList<>();
    private final Noise noise = new Noise();
    private volatile boolean ended;

    private LatencyWatcher() {}

    /** Begins to watch a node. */
    static LatencyWatcher start(int port) throws IOException {
        LatencyWatcher watcher = new LatencyWatcher();
        for (int i = 0; i < CONNECTIONS; i++) {
            RawClient client = RawClient.connect(port);
            watcher.watches.add(watcher.new Watch(client, "watch:" + client.localPort()));
        }
        watcher.watches.forEach(Thread::start);
        watcher.noise.start();
        return watcher;
    }

    /** Ends, and says how it was. */
    Report end() throws IOException, InterruptedException {
        close();
        noise.join();
        Report report = new Report(new long[0], List.of(), noise.p99Nanos() / 1e6);
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

    private final class Noise extends Thread {
        private final List<Long> nanos = new ArrayList<>();

        Noise() {
            super("latency-noise");
            setDaemon(true);
        }

        @Override
        public void run() {
            while (!ended) {
                long due = System.nanoTime() + GAP_NANOS;
                LockSupport.parkNanos(GAP_NANOS);
                nanos.add(System.nanoTime() - due);
            }
        }

        long p99Nanos() {
            long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
            return sorted.length == 0 ? 0 : Math.max(0, sorted[(int) Math.ceil(0.99 * sorted.length) - 1]);
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

    /**
     * How long the requests took.
     *
     * @param nanos of each request, in no order
     * @param failures what went wrong
     * @param noiseMillis what a thread that only sleeps was late by, 99th percentile
     */
    record Report(long[] nanos, List<String> failures, double noiseMillis) {
        private Report with(Watch watch) {
            long[] all = Arrays.copyOf(nanos, nanos.length + watch.count);
            System.arraycopy(watch.nanos, 0, all, nanos.length, watch.count);
            List<String> both = new ArrayList<>(failures);
            both.addAll(watch.failures);
            return new Report(all, both, noiseMillis);
        }

        double millis(double percentile) {
            long[] sorted = nanos.clone();
            Arrays.sort(sorted);
            return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(percentile * sorted.length) - 1] / 1e6;
        }

        double p99Millis() {
            return millis(0.99);
        }

        double maxMillis() {
            return millis(1);
        }

        @Override
        public String toString() {
            return String.format(
                    "%d requests of others: p50 %.1f ms, p99 %.1f ms, max %.1f ms, %d failed; noise %.1f ms",
                    nanos.length, millis(0.5), p99Millis(), maxMillis(), failures.size(), noiseMillis);
        }
    }
}
