package io.kvorum.storage.journal;

import io.kvorum.storage.disk.Disk;
import java.nio.file.Path;

/** The contract on the disk of the fault tests, as long as that behaves. */
final class FaultyDiskJournalTest extends JournalContract {
    private final FaultyDisk disk = new FaultyDisk(4096);

    @Override
    Disk disk() {
        return disk;
    }

    @Override
    Path directory() {
        return Path.of("/journal");
    }

    @Override
    void kill() {
        disk.killProcess();
    }
}
