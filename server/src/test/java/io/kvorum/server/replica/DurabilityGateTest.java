package io.kvorum.server.replica;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.storage.disk.DurableCallback;
import io.kvorum.storage.engine.StorageEngine;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DurabilityGateTest {
    private final Map<Long, DurableCallback> asked = new HashMap<>();
    private final List<String> told = new ArrayList<>();
    private final DurabilityGate gate = new DurabilityGate(
            (StorageEngine) Proxy.newProxyInstance(
                    StorageEngine.class.getClassLoader(),
                    new Class<?>[] {StorageEngine.class},
                    (proxy, method, arguments) -> asked.put((Long) arguments[0], (DurableCallback) arguments[1])),
            Runnable::run);

    private void await(long ticket) {
        gate.await(ticket, (of, durable) -> told.add(of + " " + durable));
    }

    private void answer(long ticket, boolean durable) {
        requireNonNull(asked.remove(ticket)).complete(ticket, durable);
    }

    @Test
    void engine_is_asked_for_the_first_alone_and_its_force_lets_all_pass_that_it_covered() {
        await(100);
        await(100);
        await(200);
        assertThat(asked).containsOnlyKeys(100L);
        answer(100, true);
        assertThat(told).containsExactly("100 true", "100 true");
        answer(200, false);
        assertThat(told).last().isEqualTo("200 false");
    }

    @Test
    void ticket_that_goes_back_does_not_pass_with_later_ones() {
        await(100);
        await(50);
        answer(100, true);
        assertThat(told).containsExactly("100 true");
        answer(50, false);
        assertThat(told).containsExactly("100 true", "50 false");
    }
}
