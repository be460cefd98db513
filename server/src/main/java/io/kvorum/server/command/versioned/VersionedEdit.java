package io.kvorum.server.command.versioned;

import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.KeyEdit;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.Versions;
import org.jspecify.annotations.Nullable;

/**
 * A write or delete under a context. Its reply is the context it was given and its own dot, never the record's vector:
 * the writer must not claim to have seen siblings it was not shown. Owned by the loop of its request.
 */
final class VersionedEdit implements KeyEdit {
    private final byte[] key;
    private final byte @Nullable [] value;
    private final long expireAtMillis;
    private final Context context;
    private final long boundStamp;
    private final VersionedSettings settings;
    private final VersionObserver observer;
    private @Nullable Context after;
    private @Nullable Context attempted;

    /**
     * Makes the change of one key.
     *
     * @param value what to write; null to delete
     * @param expireAtMillis when the value ends, in milliseconds since 1970; 0 for never
     * @param boundStamp beyond this a context must not name what the record does not know
     */
    VersionedEdit(
            byte[] key,
            byte @Nullable [] value,
            long expireAtMillis,
            Context context,
            long boundStamp,
            VersionedSettings settings,
            VersionObserver observer) {
        this.key = key;
        this.value = value;
        this.expireAtMillis = expireAtMillis;
        this.context = context;
        this.boundStamp = boundStamp;
        this.settings = settings;
        this.observer = observer;
    }

    /** What siblings stay it does not look at; where their values would be left on disk, the engine says so. */
    @Override
    public boolean needsValues() {
        return false;
    }

    @Override
    public byte @Nullable [] apply(byte @Nullable [] current, PartitionScope scope) {
        after = null;
        attempted = null;
        // What a flush took had been written, whatever this node's clock says.
        if (context.isAheadOf(Math.max(boundStamp, scope.flushedUpTo()), current)) {
            return current;
        }
        Draft draft = new Draft().key(key, 0, key.length);
        if (value == null) {
            draft.tombstone();
        } else {
            draft.value(value, 0, value.length).expireAtMillis(expireAtMillis);
        }
        long newest = Math.max(Versions.newestStamp(current), context.newestStamp());
        draft.dot(scope.actor(), scope.nextStamp(newest));
        after = context.after(current, draft.dot());
        attempted = context.withAttempt(draft.dot());
        return Versions.write(current, draft, context, observer);
    }

    @Override
    public void reply(CommandLoop loop, RespWriter out, byte @Nullable [] record) {
        Context written = after;
        if (written == null) {
            out.error(ContextArgument.ahead(settings.driftMaxMillis()));
        } else {
            out.bulk(loop.contexts().encode(written, key, 0, key.length));
        }
    }

    @Override
    public @Nullable Context attempted() {
        return attempted;
    }

    @Override
    public @Nullable Context seen() {
        return after;
    }

    @Override
    public boolean isOfSession() {
        return false;
    }

    @Override
    public boolean freesMemory() {
        return value == null;
    }
}
