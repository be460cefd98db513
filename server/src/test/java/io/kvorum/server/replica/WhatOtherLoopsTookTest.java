package io.kvorum.server.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.ring.Partitioner;
import io.kvorum.ring.RingBuilder;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.StampClock;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Two loops share an engine whose tickets count the changes. */
final class WhatOtherLoopsTookTest {
    private final ClusterView view = new ClusterView(
            new RingBuilder(new UUID(1, 1), "one", 8, Partitioner.SLOTS, 3).build(),
            List.of(),
            new boolean[0],
            List.of());
    private final StampClock stamps = new StampClock(() -> 1_000_000, 1_000);
    private final List<Long> awaited = new ArrayList<>();
    private final StorageEngine engine = (StorageEngine) Proxy.newProxyInstance(
            StorageEngine.class.getClassLoader(), new Class<?>[] {StorageEngine.class}, (proxy, method, arguments) -> {
                if ("update".equals(method.getName())) {
                    return update((Mutation) arguments[5]);
                }
                awaited.add((Long) arguments[0]);
                return null;
            });
    private final ReplicaService one = service();
    private final ReplicaService other = service();
    private long changes;

    private long update(Mutation mutation) {
        byte[] current = {1};
        PartitionScope none = (PartitionScope) Proxy.newProxyInstance(
                PartitionScope.class.getClassLoader(), new Class<?>[] {PartitionScope.class}, (proxy, method, no) -> {
                    throw new UnsupportedOperationException(method.getName());
                });
        byte @Nullable [] next = mutation.apply(current, none);
        changes += next == current ? 0 : 1;
        return changes;
    }

    private ReplicaService service() {
        return new ReplicaService(engine, stamps, () -> view, ReplicaObserver.NONE, Runnable::run, 1_000);
    }

    @Test
    void a_copy_is_on_disk_when_what_other_loops_took_into_it_is() {
        byte[] key = {1};
        assertThat(other.update(3, 0, key, 0, 1, (current, scope) -> new byte[] {2}))
                .isEqualTo(ReplicaService.Outcome.WRITTEN);
        one.whenAllDurable(3, (ticket, durable) -> {});
        assertThat(awaited).containsExactly(1L);
        assertThat(changes).as("and nothing is changed for that").isEqualTo(1);
    }
}
