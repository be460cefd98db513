package io.kvorum.storage.journal;

import io.kvorum.storage.disk.Disk;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract on the machine's own disk. */
final class SystemDiskJournalTest extends JournalContract {
    @TempDir
    Path directory;

    @Override
    Disk disk() {
        return Disk.system();
    }

    @Override
    Path directory() {
        return directory.resolve("journal");
    }

    @Override
    void kill() {
        // The journal is left as it stands: what was put into its map is in the file.
    }
}
