package io.kvorum.storage.engine;

import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import io.kvorum.storage.disk.DiskMap;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** The machine's disk, whose forces fail while the test wants them to. */
final class FailingDisk {
    private boolean forcesFail;

    void failForces(boolean fail) {
        forcesFail = fail;
    }

    Disk disk() {
        return wrap(Disk.class, Disk.system());
    }

    private <T> T wrap(Class<T> type, Object real) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            if (forcesFail && method.getName().equals("force")) {
                throw new IOException("Input/output error");
            }
            Object result;
            try {
                result = method.invoke(real, args);
            } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
            }
            if (result instanceof DiskFile) {
                return wrap(DiskFile.class, result);
            }
            return result instanceof DiskMap ? wrap(DiskMap.class, result) : result;
        }));
    }
}
