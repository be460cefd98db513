package io.kvorum.tests.durability;

import io.kvorum.tests.compare.MetricsPage;
import io.kvorum.tests.compare.Side;
import io.kvorum.tools.runtime.ControlLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The most memory that a node was seen to take, by looks from time to time; on a thread of its own. */
final class NodeWatch implements AutoCloseable {
    private static final long LOOK_NANOS = 500_000_000L;

    private final Side node;
    private final ControlLoop loop;
    private final CompletableFuture<Peak> failure = new CompletableFuture<>();

    /** Owned by the loop. */
    private Peak peak = new Peak(0, 0, 0);

    /**
     * Each as large as it ever was.
     *
     * @param recordsBytes what the node counts against its bound
     */
    record Peak(double recordsBytes, double heapBytes, double residentBytes) {
        Peak or(double records, double heap, double resident) {
            return new Peak(
                    Math.max(recordsBytes, records), Math.max(heapBytes, heap), Math.max(residentBytes, resident));
        }
    }

    NodeWatch(Side node) {
        this.node = node;
        loop = ControlLoop.start("watch", failure::completeExceptionally);
        loop.execute(this::look);
    }

    private void look() {
        note();
        loop.schedule(this::look, LOOK_NANOS);
    }

    private void note() {
        try {
            MetricsPage now = node.metrics();
            peak = peak.or(now.value(Metric.MEMORY_USED), now.value(Metric.HEAP_USED), (double) node.residentBytes());
        } catch (IOException lost) {
            throw new UncheckedIOException(lost);
        }
    }

    /**
     * The most so far.
     *
     * @throws IOException if the node did not tell at some time
     */
    Peak peak() throws IOException {
        CompletableFuture<Peak> last = CompletableFuture.supplyAsync(
                () -> {
                    note();
                    return peak;
                },
                loop);
        try {
            return (Peak) CompletableFuture.anyOf(failure, last).join();
        } catch (CompletionException lost) {
            throw new IOException("the node could not be watched: " + lost.getCause(), lost);
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
