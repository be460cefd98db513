package io.kvorum.server.command.admin;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Backups that somebody else makes: the test says what they answer. */
final class TestBackups implements BackupControl {
    final List<String> started = new ArrayList<>();

    @Nullable
    String problem;

    BackupStatus status = BackupStatus.NONE;

    @Override
    public @Nullable String start(String directory) {
        started.add(directory);
        return problem;
    }

    @Override
    public boolean cancel() {
        return status.state().runs();
    }

    @Override
    public BackupStatus status() {
        return status;
    }
}
