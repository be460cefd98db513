package io.kvorum.server.coordinator;

import io.kvorum.storage.disk.DurableCallback;
import io.kvorum.storage.engine.Durability;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.Versions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

/** An engine whose disk the test moves: it may be behind, and says when it has what was written. */
final class SlowDisk {
    Durability durability = Durability.NONE;

    /** How many changes are still refused because the disk is behind. */
    int busy;

    /** Whether all values are on disk alone, and find no room in memory. */
    boolean cold;

    int fetches;

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
                    if ("hasStubs".equals(name)) {
                        return true;
                    }
                    if ("update".equals(name) && cold) {
                        return StorageEngine.REFUSED_COLD;
                    }
                    if ("fetch".equals(name)) {
                        fetches++;
                    }
                    try {
                        Object result = method.invoke(engine, arguments);
                        return "read".equals(name) && cold && result != null
                                ? Versions.withoutValues((byte[]) result)
                                : result;
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
