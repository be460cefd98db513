package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import org.jspecify.annotations.Nullable;

/** The type byte of a peer frame. Numbers are part of the protocol: never changed, never used again. */
public enum MessageType {
    READ(1, Read::decode),
    READ_ANSWER(2, ReadAnswer::decode),
    WRITE(3, Write::decode),
    WRITE_ANSWER(4, WriteAnswer::decode),
    FORWARD(5, Forward::decode),
    FORWARD_ANSWER(6, ForwardAnswer::decode),
    SCAN(7, Scan::decode),
    SCAN_ANSWER(8, ScanAnswer::decode),
    COUNT(9, Count::decode),
    COUNT_ANSWER(10, CountAnswer::decode),
    PULL(11, Pull::decode),
    PULL_ANSWER(12, PullAnswer::decode),
    PROBE(13, Probe::decode),
    PROBE_ANSWER(14, ProbeAnswer::decode),
    COPY_STATE(15, CopyState::decode),
    GOSSIP(16, Gossip::decode),
    REFUSAL(17, Refusal::decode),
    HELLO(18, Hello::decode),
    PROOF(19, Proof::decode),
    REJECTED(20, Rejected::decode),
    EVENTS(21, Events::decode),
    EVENTS_ANSWER(22, EventsAnswer::decode),
    NEWEST_STAMP(23, NewestStamp::decode),
    NEWEST_STAMP_ANSWER(24, NewestStampAnswer::decode),
    COMPARE(25, Compare::decode),
    COMPARE_ANSWER(26, CompareAnswer::decode),
    LEAVES(27, Leaves::decode),
    LEAVES_ANSWER(28, LeavesAnswer::decode),
    ENTRIES(29, Entries::decode),
    ENTRIES_ANSWER(30, EntriesAnswer::decode),
    FETCH(31, Fetch::decode),
    FETCH_ANSWER(32, FetchAnswer::decode),
    FLUSHED(33, Flushed::decode),
    HINTED_WRITE(40, HintedWrite::decode),
    HINTED_READ(41, HintedRead::decode),
    REAP_AGREE(42, ReapAgree::decode),
    REAP_AGREED(43, ReapAgreed::decode),
    REAP_HELD(44, ReapHeld::decode),
    REAP_HELD_ANSWER(45, ReapHeldAnswer::decode),
    REAP(46, Reap::decode),
    REAPED(47, Reaped::decode),
    JOIN(48, Join::decode),
    JOIN_ANSWER(49, JoinAnswer::decode),
    CONSENT(50, Consent::decode),
    CONSENT_ANSWER(51, ConsentAnswer::decode),
    PARTING(52, 2, Parting::decode),
    SHARE(53, 2, Share::decode),
    SHARE_ANSWER(54, 2, ShareAnswer::decode);

    private static final int CODES = 64;
    private static final @Nullable MessageType[] BY_CODE = new MessageType[CODES];

    static {
        for (MessageType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final int code;
    private final int since;

    @SuppressWarnings("ImmutableEnumChecker") // method references that capture nothing
    private final Decoder decoder;

    MessageType(int code, Decoder decoder) {
        this(code, 1, decoder);
    }

    MessageType(int code, int since, Decoder decoder) {
        this.code = code;
        this.since = since;
        this.decoder = decoder;
    }

    /** The type byte. */
    public int code() {
        return code;
    }

    /** The oldest version of the protocol that has this message. */
    public int since() {
        return since;
    }

    /** Whether this message may travel over a connection for which this version was agreed. */
    public boolean isSpokenIn(int version) {
        return since <= version;
    }

    /** The type with this byte, or null if this software knows none. */
    public static @Nullable MessageType of(int code) {
        return code >= 0 && code < CODES ? BY_CODE[code] : null;
    }

    /** The type with this byte, or null if a version of the protocol has none, whatever this software knows. */
    public static @Nullable MessageType of(int code, int version) {
        MessageType type = of(code);
        return type != null && type.isSpokenIn(version) ? type : null;
    }

    /**
     * Reads one message of this type.
     *
     * @throws io.kvorum.codec.binary.DecodeException if the bytes are not one
     */
    public PeerMessage decode(ByteReader in) {
        PeerMessage message = decoder.decode(in);
        in.expectEnd(name());
        return message;
    }

    private interface Decoder {
        PeerMessage decode(ByteReader in);
    }
}
