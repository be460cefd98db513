package io.kvorum.server.coordinator;

import io.kvorum.storage.disk.DurableCallback;
import io.kvorum.storage.engine.Durability;
import io.kvorum.storage.engine.FetchCallback;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.Versions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** An engine whose disk the test moves: it may be behind, and says when it has what was written. */
public final class SlowDisk {
    public Durability durability = Durability.NONE;

    /** How many changes are still refused because the disk is behind. */
    int busy;

    /** What a change is answered with instead of a ticket; 0 if it is taken. Asked for each. */
    public LongSupplier refusing = () -> 0;

    /** Told that somebody waits for the disk. */
    public Runnable whenAwaited = () -> {};

    /** Whether all values are on disk alone, and find no room in memory. */
    boolean cold;

    int fetches;

    /** Whether the disk does not give what it is asked for. */
    boolean failing;

    private final List<DurableCallback> waiting = new ArrayList<>();

    /** The engine with this disk under it. */
    public StorageEngine over(StorageEngine engine) {
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
                        whenAwaited.run();
                        return null;
                    }
                    if ("update".equals(name) && busy > 0) {
                        busy--;
                        return StorageEngine.REFUSED_BUSY;
                    }
                    long refused = "update".equals(name) ? refusing.getAsLong() : 0;
                    if (refused != 0) {
                        return refused;
                    }
                    if ("hasStubs".equals(name)) {
                        return true;
                    }
                    if ("update".equals(name) && cold) {
                        return StorageEngine.REFUSED_COLD;
                    }
                    if ("fetch".equals(name)) {
                        fetches++;
                        if (failing) {
                            ((FetchCallback) arguments[3]).fetched(null, false);
                            return null;
                        }
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
    public void forced(boolean durable) {
        List<DurableCallback> told = List.copyOf(waiting);
        waiting.clear();
        told.forEach(callback -> callback.complete(Long.MAX_VALUE, durable));
    }
}
