package io.kvorum.tools.up;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tools.runtime.ControlLoop;
import io.kvorum.tools.runtime.NanoClock;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, though not real nodes. */
final class UpDriverTest {
    @TempDir
    private Path data;

    /** What is printed, print by print. */
    private static final class Lines extends PrintStream {
        private final BlockingQueue<String> printed = new LinkedBlockingQueue<>();

        Lines() {
            super(PrintStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        }

        @Override
        public void print(String text) {
            printed.add(text);
        }
    }

    @Test
    @Timeout(60)
    void nodes_become_ready_die_with_a_notice_and_are_all_stopped() throws Exception {
        ClusterSpec cluster =
                ClusterSpec.of(new Layout(2, freeBasePort(), "memory"), data, data.resolve("kvorum.yaml"), Map.of());
        NodeCommand command = new NodeCommand(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path"),
                FakeNode.class.getName(),
                List.of("-XX:TieredStopAtLevel=1"),
                "32m");
        Lines lines = new Lines();
        UpDriver driver = new UpDriver(cluster, command, NanoClock.system(), lines);
        CompletableFuture<Integer> exitCode = new CompletableFuture<>();
        try (ControlLoop runner = ControlLoop.start("runner", exitCode::completeExceptionally)) {
            runner.execute(() -> {
                try {
                    exitCode.complete(driver.run());
                } catch (IOException | InterruptedException failure) {
                    exitCode.completeExceptionally(failure);
                }
            });
            assertThat(lines.printed.poll(30, TimeUnit.SECONDS)).startsWith("2 nodes ready in ");
            assertThat(Files.readString(cluster.nodes().get(1).log())).startsWith("fake node at ");

            driver.kill(1);
            assertThat(lines.printed.poll(30, TimeUnit.SECONDS))
                    .startsWith("n1 was ended by signal 9; the others go on.")
                    .contains("  | fake node at ");

            driver.stopAndWait();
            assertThat(lines.printed.poll()).isEqualTo("Stopping.\n");
            assertThat(exitCode.get()).isZero();
        }
    }

    /** A port whose HTTP neighbours are free as well, now at least. */
    private static int freeBasePort() {
        for (int port = 21_000; port < 30_000; port += 10) {
            NodeSpec first = NodeSpec.of(0, port, Path.of("."));
            NodeSpec second = NodeSpec.of(1, port, Path.of("."));
            if (PortCheck.problems(List.of(first, second), PortCheck::isFree).isEmpty()) {
                return port;
            }
        }
        throw new IllegalStateException("no free ports");
    }
}
