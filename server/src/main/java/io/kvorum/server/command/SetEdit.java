package io.kvorum.server.command;

import io.kvorum.codec.resp.RespWriter;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.ValueSlice;
import io.kvorum.storage.version.VersionVector;
import io.kvorum.storage.version.Versions;
import io.kvorum.storage.version.Visible;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The change that SET makes. Filled for one request; may be filled again once its reply is written. Owned by its loop.
 */
final class SetEdit implements KeyEdit {
    private static final byte[] NO_BYTES = {};

    private final CommandLoop loop;
    private final Draft draft = new Draft();
    private byte[] key = NO_BYTES;
    private int keyOffset;
    private int keyLength;
    private byte[] value = NO_BYTES;
    private int valueOffset;
    private int valueLength;
    private SetOptions options = SetOptions.NONE;
    private @Nullable SessionWrite session;
    private boolean evaluated;
    private boolean written;
    private @Nullable String error;
    private byte @Nullable [] oldValue;

    SetEdit(CommandLoop loop) {
        this.loop = loop;
    }

    SetEdit key(byte[] array, int offset, int length) {
        key = array;
        keyOffset = offset;
        keyLength = length;
        options = SetOptions.NONE;
        session = null;
        forget();
        return this;
    }

    SetEdit value(byte[] array, int offset, int length) {
        value = array;
        valueOffset = offset;
        valueLength = length;
        return this;
    }

    SetEdit options(SetOptions parsed) {
        options = parsed;
        return this;
    }

    /** Null if the client has no session. */
    SetEdit session(@Nullable SessionWrite ofClient) {
        session = ofClient;
        return this;
    }

    private void forget() {
        SessionWrite write = session;
        if (write != null) {
            write.begin();
        }
        evaluated = false;
        written = false;
        error = null;
        oldValue = null;
    }

    @Override
    public boolean needsValues() {
        return options.reads();
    }

    @Override
    public byte @Nullable [] apply(byte @Nullable [] current, PartitionScope scope) {
        forget();
        SessionWrite ofSession = session;
        boolean looks = options.reads() || ofSession != null;
        long nowMillis = looks ? loop.keys().nowMillis() : 0;
        long expireAtMillis = options.expireAtMillis();
        boolean showsOld = false;
        if (options.reads()) {
            ValueSlice old = loop.valueSlice();
            boolean exists = current != null && Visible.plain(current, nowMillis, old);
            error = exists && options.readsBytes() && old.isMissing()
                    ? ValueReplies.BYTES_ELSEWHERE
                    : options.wrongFor(exists);
            if (error != null) {
                return current;
            }
            oldValue = exists && options.get() ? old.bytes() : null;
            showsOld = options.showOld(exists);
            if (!options.hold(exists, old)) {
                if (options.get() && ofSession != null) {
                    ofSession.shows(current, nowMillis);
                }
                return current;
            }
            if (options.keepExpiry() && exists) {
                expireAtMillis = old.expireAtMillis();
            }
        }
        written = true;
        evaluated = true;
        draft.key(key, keyOffset, keyLength)
                .value(value, valueOffset, valueLength)
                .expireAtMillis(expireAtMillis)
                .dot(scope.actor(), scope.nextStamp(newestStamp(current, ofSession)));
        return ofSession == null
                ? Versions.write(current, draft)
                : ofSession.write(current, draft, showsOld, nowMillis);
    }

    private static long newestStamp(byte @Nullable [] current, @Nullable SessionWrite ofSession) {
        long newest = Versions.newestStamp(current);
        return ofSession == null ? newest : Math.max(newest, ofSession.newestStamp());
    }

    @Override
    public void reply(CommandLoop onLoop, RespWriter out, byte @Nullable [] after) {
        byte[] old = oldValue;
        if (error != null) {
            out.error(error);
        } else if (options.get()) {
            if (old == null) {
                out.nil();
            } else {
                out.bulk(old);
            }
        } else if (written) {
            out.ok();
        } else {
            out.nil();
        }
    }

    @Override
    public @Nullable Context attempted() {
        SessionWrite ofSession = session;
        if (ofSession != null) {
            return ofSession.attempted();
        }
        return evaluated ? new Context(VersionVector.EMPTY, List.of(draft.dot())) : null;
    }

    @Override
    public @Nullable Context seen() {
        SessionWrite ofSession = session;
        return ofSession == null ? null : ofSession.after();
    }
}
