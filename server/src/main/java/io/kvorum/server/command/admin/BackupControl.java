package io.kvorum.server.command.admin;

import org.jspecify.annotations.Nullable;

/** Backups of this node, one at a time. For any loop; never blocks. */
public interface BackupControl {
    /**
     * Begins one.
     *
     * @param directory on the node's machine, absolute; made if it is not there, and empty if it is
     * @return why it does not begin, for the client; null if it does
     */
    @Nullable
    String start(String directory);

    /** Ends the one that runs, soon. Returns false if none does. */
    boolean cancel();

    /** The one that runs, or the last one. */
    BackupStatus status();
}
