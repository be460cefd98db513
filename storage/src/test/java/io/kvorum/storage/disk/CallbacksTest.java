package io.kvorum.storage.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallbacksTest {
    private final List<Integer> told = new ArrayList<>();

    @Test
    void one_that_throws_keeps_no_other_from_being_told_and_nothing_thrown_is_lost() {
        IllegalStateException odd = new IllegalStateException("1");
        IllegalStateException other = new IllegalStateException("3");
        assertThatThrownBy(() -> Callbacks.tellEach(List.of(1, 2, 3), each -> tell(each, each == 1 ? odd : other)))
                .isSameAs(odd)
                .hasSuppressedException(other);
        assertThat(told).containsExactly(1, 2, 3);
    }

    @Test
    void one_exception_thrown_by_several_is_thrown_as_it_is() {
        IllegalStateException same = new IllegalStateException("the same");
        assertThatThrownBy(() -> Callbacks.tellEach(List.of(1, 3), each -> tell(each, same)))
                .isSameAs(same)
                .hasNoSuppressedExceptions();
        assertThat(told).containsExactly(1, 3);
    }

    @Test
    void nobody_to_tell_is_nothing_to_throw() {
        Callbacks.tellEach(List.<Integer>of(), told::add);
        assertThat(told).isEmpty();
    }

    private void tell(int each, RuntimeException failure) {
        told.add(each);
        if (each % 2 == 1) {
            throw failure;
        }
    }
}
