package io.kvorum.storage.checkpoint;

import io.kvorum.storage.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class XodusCheckpointStoreTest extends CheckpointStoreContract {
    static final long CACHE_BYTES = 8 << 20;

    @TempDir
    Path directory;

    @Override
    CheckpointStore create() throws IOException {
        return XodusCheckpointStore.open(Disk.system(), directory, CACHE_BYTES, System::nanoTime);
    }
}
