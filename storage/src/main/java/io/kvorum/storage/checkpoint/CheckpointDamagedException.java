package io.kvorum.storage.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Bytes of the checkpoint are not those that were written, or are gone. */
public final class CheckpointDamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Path file;
    private final long offset;

    /** Of a place in a file. */
    CheckpointDamagedException(Path file, long offset, String what) {
        this(what + ", file " + file + ", offset " + offset, file.getParent(), file, offset, null);
    }

    /** Of a directory: one of its files is gone. */
    CheckpointDamagedException(Path directory, RuntimeException cause) {
        this(cause.getMessage() + " in " + directory, directory, directory, 0, cause);
    }

    private CheckpointDamagedException(
            String what, @Nullable Path directory, Path file, long offset, @Nullable RuntimeException cause) {
        super(
                "Checkpoint damaged: " + what + ". It is not as the node left it. Move the directory " + directory
                        + " away, keep it to look into what happened, and let the node build its data anew from the"
                        + " other replicas or from a backup.",
                cause);
        this.file = file;
        this.offset = offset;
    }

    /** The file that is not as it was; or the directory, if one of its files is gone. */
    public Path file() {
        return file;
    }

    /** Where in the file the damage begins, or the first place where bytes are missing. */
    public long offset() {
        return offset;
    }
}
