package io.kvorum.server.command;

import io.kvorum.server.peer.message.PeerMessage;
import org.jspecify.annotations.Nullable;

/** What a test does to messages and disks of a {@link TestCluster}, and is told of them. */
interface Interference {
    /** All goes well. */
    Interference NONE = new Interference() {};

    /** What becomes of a message that is to be sent, and can be. */
    default Fate ofMessage(TestNode from, TestNode to, PeerMessage request) {
        return Fate.WELL;
    }

    /** An answer reaches who waits for it. */
    default void answered(TestNode from, TestNode to, PeerMessage request, PeerMessage answer) {}

    /** What a change of a node's own copy is answered with instead of a ticket; 0 if it is taken. */
    default long ofChange(TestNode node) {
        return 0;
    }

    /** Somebody waits for a node's disk. */
    default void awaited(TestNode node) {
        node.cluster().network.add(() -> node.disk.forced(true));
    }

    /** How far a message and its answer come. */
    enum Way {
        /** The sender knows that it was not sent. */
        NOT_SENT,
        /** The connection ends before it is taken. */
        LOST,
        /** It vanishes, and nobody is told. */
        SILENT,
        /** It is taken, and the connection ends before the answer comes. */
        TAKEN_AND_LOST,
        /** It is taken, and the answer vanishes. */
        TAKEN_AND_SILENT,
        /** It is taken, and the answer comes when the test lets it. */
        ANSWERED_LATE,
        /** It is taken when the test lets it. */
        TAKEN_LATE,
        /** It is taken, and the answer comes. */
        ANSWERED
    }

    /**
     * What becomes of a message.
     *
     * @param way how far it comes
     * @param instead the answer of who does not take it; null if it is taken
     * @param beforeArrival happens just before it arrives
     * @param beforeAnswer happens just before the answer arrives
     */
    record Fate(Way way, @Nullable PeerMessage instead, Runnable beforeArrival, Runnable beforeAnswer) {
        static final Fate WELL = of(Way.ANSWERED);

        static Fate of(Way way) {
            return new Fate(way, null, Fate::nothing, Fate::nothing);
        }

        static Fate answeredWith(PeerMessage instead) {
            return new Fate(Way.ANSWERED, instead, Fate::nothing, Fate::nothing);
        }

        static Fate afterwards(Runnable beforeArrival) {
            return new Fate(Way.ANSWERED, null, beforeArrival, Fate::nothing);
        }

        static Fate answeredAfter(Runnable beforeAnswer) {
            return new Fate(Way.ANSWERED, null, Fate::nothing, beforeAnswer);
        }

        private static void nothing() {}
    }
}
