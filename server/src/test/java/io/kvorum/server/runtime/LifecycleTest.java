package io.kvorum.server.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.kvorum.server.runtime.Lifecycle.ClosedWhileStartingException;
import io.kvorum.server.runtime.Lifecycle.State;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LifecycleTest {
    private final Lifecycle lifecycle = new Lifecycle("node n1");
    private final List<String> closed = new ArrayList<>();

    @Test
    void parts_close_once_and_in_reverse() throws Exception {
        lifecycle.start(() -> {
            lifecycle.opened("a", () -> closed.add("a"));
            lifecycle.opened("b", () -> closed.add("b"));
        });
        assertThat(lifecycle.state()).isEqualTo(State.RUNNING);
        lifecycle.opened("late", () -> closed.add("late"));
        lifecycle.close();
        lifecycle.close();
        lifecycle.awaitClosed();
        assertThat(closed).containsExactly("late", "b", "a");
        assertThat(lifecycle.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void a_start_that_fails_leaves_nothing_open() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> lifecycle.start(() -> {
                    lifecycle.opened("a", () -> closed.add("a"));
                    throw new IOException("port in use");
                }))
                .withMessage("port in use");
        assertThat(closed).containsExactly("a");
        assertThat(lifecycle.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void closing_during_the_start_ends_the_start_and_leaves_nothing_open() {
        assertThatExceptionOfType(ClosedWhileStartingException.class)
                .isThrownBy(() -> lifecycle.start(() -> {
                    lifecycle.opened("a", () -> closed.add("a"));
                    Thread other = new Thread(lifecycle::close);
                    other.start();
                    other.join();
                    lifecycle.opened("b", () -> closed.add("b"));
                }));
        assertThat(closed).containsExactly("a", "b");
        assertThat(lifecycle.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void what_was_never_started_closes_and_does_not_start_any_more() {
        lifecycle.close();
        assertThat(lifecycle.state()).isEqualTo(State.CLOSED);
        assertThatIllegalStateException()
                .isThrownBy(() -> lifecycle.start(() -> {}))
                .withMessage("start of node n1, which is CLOSED");
    }

    @Test
    void a_part_that_fails_to_close_or_calls_back_keeps_no_other_open() throws Exception {
        lifecycle.start(() -> {
            lifecycle.opened("a", () -> closed.add("a"));
            lifecycle.opened("b", () -> {
                throw new IOException("disk full");
            });
            lifecycle.opened("c", lifecycle::close);
        });
        assertThat(lifecycle.isClean()).isTrue();
        lifecycle.close();
        assertThat(closed).containsExactly("a");
        assertThat(lifecycle.isClean()).as("one failed").isFalse();
    }
}
