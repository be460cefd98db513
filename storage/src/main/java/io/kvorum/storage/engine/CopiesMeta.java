package io.kvorum.storage.engine;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the checkpoint store keeps beside the records.
 *
 * <pre>
 *   u8 format | u64 position | u64 records | u32 copies | copies × (u64 actor | u64 flushed up to | u8 settled)
 * </pre>
 *
 * @param position of the journal up to which every change is in the store
 * @param records how many there were, to show progress against
 * @param states of all copies
 */
record CopiesMeta(long position, long records, List<CopyState> states) {
    /** The name it is kept under. */
    static final String NAME = "copies";

    private static final int FORMAT = 1;
    private static final int STATE_BYTES = 17;

    byte[] encode() {
        ByteWriter out = new ByteWriter(21 + (states.size() * STATE_BYTES));
        out.u8(FORMAT).u64(position).u64(records).u32(states.size());
        for (CopyState state : states) {
            out.u64(state.actor()).u64(state.flushedUpTo()).u8(state.settled() ? 1 : 0);
        }
        return Arrays.copyOf(out.array(), out.size());
    }

    /** Reads it; throws {@link DecodeException} if it is no such thing. */
    static CopiesMeta decode(byte[] bytes) {
        ByteReader in = new ByteReader(bytes, 0, bytes.length);
        int format = in.field("format").u8();
        if (format != FORMAT) {
            throw in.invalid("format", Integer.toString(format), Integer.toString(FORMAT));
        }
        long position = in.field("position").u64();
        long records = in.field("records").u64();
        int count = (int) in.field("copies").u32();
        if (count * (long) STATE_BYTES != in.remaining()) {
            throw in.invalid("copies", Integer.toString(count), in.remaining() + " bytes for them");
        }
        List<CopyState> states = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long actor = in.field("actor").u64();
            long flushedUpTo = in.field("flushed up to").u64();
            states.add(new CopyState(actor, in.field("settled").u8() == 1, flushedUpTo));
        }
        return new CopiesMeta(position, records, states);
    }
}
