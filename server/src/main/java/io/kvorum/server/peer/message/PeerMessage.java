package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteWriter;

/**
 * One message between members. Fields are written in the order of the record's components; the frame around it
 * carries type, correlation id, remaining time and the sender's clock (docs/peer-protocol.md).
 *
 * <p>Arrays in messages are shared, not copied: nobody changes one after it was handed over.
 */
public sealed interface PeerMessage
        permits Read,
                ReadAnswer,
                Write,
                WriteAnswer,
                Forward,
                ForwardAnswer,
                Scan,
                ScanAnswer,
                Count,
                CountAnswer,
                Pull,
                PullAnswer,
                Probe,
                ProbeAnswer,
                CopyState,
                Gossip,
                Refusal,
                Hello,
                Proof,
                Rejected,
                Events,
                EventsAnswer,
                NewestStamp,
                NewestStampAnswer,
                Compare,
                CompareAnswer,
                Leaves,
                LeavesAnswer,
                Entries,
                EntriesAnswer,
                Fetch,
                FetchAnswer,
                Flushed,
                HintedWrite,
                HintedRead,
                ReapAgree,
                ReapAgreed,
                ReapHeld,
                ReapHeldAnswer,
                Reap,
                Reaped,
                Join,
                JoinAnswer,
                Consent,
                ConsentAnswer,
                Parting,
                Share,
                ShareAnswer {
    /** The number of this message's type in the frame header. */
    MessageType type();

    /** Appends the fields. */
    void encode(ByteWriter out);

    /** Whether records are in it, which must not be from before a reaping when they are merged (docs/peer-protocol.md). */
    default boolean carriesRecords() {
        return false;
    }
}
