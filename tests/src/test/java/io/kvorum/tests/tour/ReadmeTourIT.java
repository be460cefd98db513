package io.kvorum.tests.tour;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.cluster.Directories;
import io.kvorum.tests.tour.Transcript.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The README does what it says: every {@code console} block is run through a real shell, from its first line to its
 * last, and must print what is printed there; {@link Transcript} says what counts as the same. The first block stands
 * for itself, the others are one tour.
 *
 * <p>Where the README's ports are taken, other ones are used: in what is typed they and {@code --port} are put in, in
 * what is said they are put back, so that the page is compared as it is. What {@code up} says of its patience on a slow
 * machine is left out.
 */
final class ReadmeTourIT {
    private static final int README_PORT = 6379;
    private static final String UP = UpProcess.LAUNCHER + " up";
    private static final int[] OFFSETS = {0, 1000, 2000, 3000};

    /** What {@code up} says of itself where a machine is slow. */
    private static final Pattern PATIENCE = Pattern.compile("Still waiting after .*\n(  n\\d .*; log .*\n)+");

    private Path directory;
    private int port;
    private @Nullable UpProcess up;

    @BeforeEach
    void prepare() throws IOException {
        directory = UpProcess.clonedDirectory();
        port = UpProcess.areFree(README_PORT) ? README_PORT : UpProcess.freePort();
    }

    @AfterEach
    void cleanUp() throws IOException {
        if (up != null) {
            up.close();
        }
        Directories.delete(directory);
    }

    @Test
    void the_commands_at_the_top_work() throws Exception {
        run(readme().subList(0, 1));
    }

    @Test
    void the_tour_prints_what_the_page_shows() throws Exception {
        List<List<Step>> blocks = readme();
        assertThat(blocks).as("console blocks of the README").hasSizeGreaterThan(5);
        run(blocks.subList(1, blocks.size()));
    }

    private static List<List<Step>> readme() throws IOException {
        return Transcript.blocks(Files.readString(UpProcess.root().resolve("README.md")));
    }

    private void run(List<List<Step>> blocks) throws IOException, InterruptedException {
        try (Shell shell = Shell.open(directory)) {
            for (List<Step> block : blocks) {
                for (Step step : block) {
                    run(step, shell);
                }
            }
        }
    }

    private void run(Step step, Shell shell) throws IOException, InterruptedException {
        if (step.typed().equals(UP)) {
            up = UpProcess.start(directory, port == README_PORT ? List.of() : List.of("--port", String.valueOf(port)));
            if (step.said().isEmpty()) {
                up.awaitReady();
            } else {
                awaitUp(step);
            }
        } else if (step.typed().equals(Transcript.INTERRUPT)) {
            running().interrupt();
            awaitUp(step);
        } else if (step.typed().isEmpty()) {
            awaitUp(step);
        } else {
            String said = asOnThePage(shell.run(asHere(step.typed())));
            if (!Transcript.matches(step.said(), said)) {
                // Not a match, so this fails, and shows the two side by side.
                assertThat(Transcript.shape(said))
                        .as("$ %s%n%s", step.typed(), said)
                        .isEqualTo(Transcript.shape(step.said()));
            }
        }
    }

    private void awaitUp(Step step) throws IOException {
        try {
            running().await(said -> Transcript.matches(step.said(), asOnThePage(said)));
        } catch (AssertionError never) {
            throw new AssertionError("the page says:\n" + step.said() + "\n" + never.getMessage(), never);
        }
    }

    private UpProcess running() {
        if (up == null) {
            throw new IllegalStateException("the page has not started a cluster yet");
        }
        return up;
    }

    private String asHere(String command) {
        if (port == README_PORT) {
            return command;
        }
        String moved = command;
        for (List<Integer> pair : ports()) {
            moved = moved.replaceAll("\\b" + pair.get(0) + "\\b", String.valueOf(pair.get(1)));
        }
        return moved.startsWith(UpProcess.LAUNCHER + " ctl") ? moved + " --port " + port : moved;
    }

    private String asOnThePage(String said) {
        String back = PATIENCE.matcher(said).replaceAll("").replace(directory.toString(), Transcript.DIRECTORY);
        if (port != README_PORT) {
            back = back.replace(" --port " + port, "");
            for (List<Integer> pair : ports()) {
                back = back.replaceAll("\\b" + pair.get(1) + "\\b", String.valueOf(pair.get(0)));
            }
        }
        return back;
    }

    /** Ports of the page, each with the one that is used instead. */
    private List<List<Integer>> ports() {
        List<List<Integer>> ports = new ArrayList<>();
        for (int offset : OFFSETS) {
            for (int node = 0; node < 3; node++) {
                ports.add(List.of(README_PORT + offset + node, port + offset + node));
            }
        }
        return ports;
    }
}
