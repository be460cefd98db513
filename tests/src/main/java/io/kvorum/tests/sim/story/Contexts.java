package io.kvorum.tests.sim.story;

import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.ContextCodec;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Looks into the contexts that clients are given: what do they claim to have seen? */
public final class Contexts {
    private final ContextCodec codec;

    /** Looks through the codec of a cluster. */
    public Contexts(ContextCodec codec) {
        this.codec = codec;
    }

    /** The writes that a context covers. */
    public BitSet covered(KeyStory key, byte[] text) {
        Context context = decode(key, text);
        BitSet covered = new BitSet();
        for (Write write : key.writes()) {
            if (context.covers(write.dot().actor(), write.dot().stamp())) {
                covered.set(write.index());
            }
        }
        return covered;
    }

    /** A context of a key as a client would be given it. */
    public byte[] encode(Context context, KeyStory key) {
        byte[] name = key.bytes();
        return codec.encode(context, name, 0, name.length);
    }

    /** Whether a context names exact dots that a record does not know. */
    public boolean hasUnknownDot(KeyStory key, byte[] text, byte @Nullable [] record) {
        return text.length > 0 && decode(key, text).hasDotUnknownTo(record);
    }

    /** What a client has seen who made a write and was given its context: what it had seen before, and that write. */
    public BitSet afterWrite(Attempt attempt, byte[] text) {
        BitSet covered = covered(attempt.key(), text);
        BitSet seen = (BitSet) attempt.seen().clone();
        for (Write write : attempt.writesMade()) {
            if (covered.get(write.index())) {
                seen.set(write.index());
            }
        }
        covered.andNot(seen);
        if (!covered.isEmpty()) {
            throw new Violation(
                    "contexts",
                    attempt.key(),
                    attempt + " was given a context that covers " + covered + " besides " + seen
                            + ", which is all that its client has seen or made");
        }
        // What one owner alone held may be lost with it, and with it what it alone superseded: the client asked for
        // that.
        return attempt.quorum() == 1 && attempt.isDone() ? covered(attempt.key(), text) : seen;
    }

    private Context decode(KeyStory key, byte[] text) {
        byte[] name = key.bytes();
        ContextCodec.Decoded decoded = codec.decode(text, 0, text.length, name, 0, name.length);
        if (decoded instanceof Context context) {
            return context;
        }
        throw new Violation("contexts", key, "a client was given a context that is none: " + decoded);
    }
}
