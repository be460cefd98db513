package io.kvorum.server.coordinator;

import io.kvorum.storage.disk.DurableCallback;
import io.kvorum.storage.engine.Durability;
import io.kvorum.storage.engine.StorageEngine;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

/** An engine whose disk the test moves: it may be behind, and says when it has what was written. */
final class SlowDisk {
    Durability durability = Durability.NONE;

    /** How many changes are still refused because the disk is behind. */
    int busy;

    private final List<DurableCallback> waiting = new ArrayList<>();

    StorageEngine over(StorageEngine engine) {
        return (StorageEngine) Proxy.newProxyInstance(
                StorageEngine.class.getClassLoader(),
                new Class<?>[] {StorageEngine.class},
                (proxy, method, arguments) -> {
                    String name = method.getName();
                    if ("durability".equals(name)) {
                        return durability;
                    }
                    if ("whenDurable".equals(name)) {
                        waiting.add((DurableCallback) arguments[1]);
                        return null;
                    }
                    if ("update".equals(name) && busy > 0) {
                        busy--;
                        return StorageEngine.REFUSED_BUSY;
                    }
                    try {
                        return method.invoke(engine, arguments);
                    } catch (InvocationTargetException failure) {
                        throw failure.getCause();
                    }
                });
    }

    /** What was written is on disk, or will not be. */
    void forced(boolean durable) {
        List<DurableCallback> told = List.copyOf(waiting);
        waiting.clear();
        told.forEach(callback -> callback.complete(Long.MAX_VALUE, durable));
    }
}
