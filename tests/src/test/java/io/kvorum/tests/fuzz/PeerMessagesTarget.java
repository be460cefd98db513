package io.kvorum.tests.fuzz;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.ring.EventId;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.history.Event;
import io.kvorum.server.peer.message.Compare;
import io.kvorum.server.peer.message.CompareAnswer;
import io.kvorum.server.peer.message.Consent;
import io.kvorum.server.peer.message.ConsentAnswer;
import io.kvorum.server.peer.message.CopyState;
import io.kvorum.server.peer.message.Count;
import io.kvorum.server.peer.message.CountAnswer;
import io.kvorum.server.peer.message.Entries;
import io.kvorum.server.peer.message.EntriesAnswer;
import io.kvorum.server.peer.message.Events;
import io.kvorum.server.peer.message.EventsAnswer;
import io.kvorum.server.peer.message.Fetch;
import io.kvorum.server.peer.message.FetchAnswer;
import io.kvorum.server.peer.message.Flushed;
import io.kvorum.server.peer.message.Forward;
import io.kvorum.server.peer.message.ForwardAnswer;
import io.kvorum.server.peer.message.Gossip;
import io.kvorum.server.peer.message.Hello;
import io.kvorum.server.peer.message.HintedRead;
import io.kvorum.server.peer.message.HintedWrite;
import io.kvorum.server.peer.message.Join;
import io.kvorum.server.peer.message.JoinAnswer;
import io.kvorum.server.peer.message.Leaves;
import io.kvorum.server.peer.message.LeavesAnswer;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Probe;
import io.kvorum.server.peer.message.ProbeAnswer;
import io.kvorum.server.peer.message.Proof;
import io.kvorum.server.peer.message.Pull;
import io.kvorum.server.peer.message.PullAnswer;
import io.kvorum.server.peer.message.Read;
import io.kvorum.server.peer.message.ReadAnswer;
import io.kvorum.server.peer.message.Reap;
import io.kvorum.server.peer.message.ReapAgree;
import io.kvorum.server.peer.message.ReapAgreed;
import io.kvorum.server.peer.message.ReapHeld;
import io.kvorum.server.peer.message.ReapHeldAnswer;
import io.kvorum.server.peer.message.Reaped;
import io.kvorum.server.peer.message.Refusal;
import io.kvorum.server.peer.message.Rejected;
import io.kvorum.server.peer.message.Scan;
import io.kvorum.server.peer.message.ScanAnswer;
import io.kvorum.server.peer.message.Share;
import io.kvorum.server.peer.message.ShareAnswer;
import io.kvorum.server.peer.message.Write;
import io.kvorum.server.peer.message.WriteAnswer;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Messages between nodes, those of the handshake included. Any bytes of any type give a message or a
 * {@link DecodeException}, and allocate no more than the bytes pay for. A message read can be written, and what was
 * written is read as an equal message, field by field.
 *
 * <pre>
 *   u8 type | payload of the frame
 * </pre>
 */
final class PeerMessagesTarget implements FuzzTarget {
    private static final List<MessageType> TYPES = List.of(MessageType.values());

    @Override
    public String name() {
        return "peer-messages";
    }

    @Override
    public void run(byte[] input) {
        Input in = new Input(input);

        MessageType type = TYPES.get(in.u8() % TYPES.size());
        byte[] payload = in.rest();
        Claims.allocates(64, payload.length, () -> decode(type, payload));
        PeerMessage message = decode(type, payload);
        if (message == null) {
            return;
        }
        Claims.equal(message.type(), type, "type");
        byte[] written = encode(message);
        PeerMessage again = type.decode(new ByteReader(written));
        requireEqual(again, message);
        Claims.sameBytes(encode(again), written, "a message written a second time");
        Claims.holds(message.toString() != null, "a message cannot be shown");
    }

    private static @Nullable PeerMessage decode(MessageType type, byte[] payload) {
        // A frame lies somewhere in a larger array: what is beside it must not be read.
        byte[] array = new byte[payload.length + 16];
        System.arraycopy(payload, 0, array, 7, payload.length);
        try {
            return type.decode(new ByteReader(array, 7, payload.length));
        } catch (DecodeException refused) {
            Claims.holds(refused.offset() >= 0 && refused.offset() <= payload.length, "a refusal of nowhere");
            return null;
        }
    }

    private static byte[] encode(PeerMessage message) {
        ByteWriter out = new ByteWriter(64);
        message.encode(out);
        return out.toByteArray();
    }

    private static void requireEqual(PeerMessage found, PeerMessage expected) {
        Claims.equal(found.getClass(), expected.getClass(), "class of message");
        try {
            for (RecordComponent field : expected.getClass().getRecordComponents()) {
                field.getAccessor().setAccessible(true);
                Object one = field.getAccessor().invoke(found);
                Object other = field.getAccessor().invoke(expected);
                Claims.holds(equalValues(one, other), field.getName() + " is not what it was");
            }
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    private static boolean equalValues(@Nullable Object one, @Nullable Object other) {
        if (one instanceof List<?> left && other instanceof List<?> right) {
            boolean equal = left.size() == right.size();
            for (int i = 0; equal && i < left.size(); i++) {
                equal = equalValues(left.get(i), right.get(i));
            }
            return equal;
        }
        return Objects.deepEquals(one, other);
    }

    @Override
    public List<byte[]> seeds(SplittableRandom random) {
        List<byte[]> seeds = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            for (PeerMessage example : examples(random)) {
                byte[] written = encode(example);
                requireEqual(example.type().decode(new ByteReader(written)), example);
                byte[] seed = new byte[1 + written.length];
                seed[0] = (byte) TYPES.indexOf(example.type());
                System.arraycopy(written, 0, seed, 1, written.length);
                seeds.add(seed);
            }
        }
        return seeds;
    }

    /** One message of every type at least, with random fields. */
    static List<PeerMessage> examples(SplittableRandom random) {
        byte[] key = bytes(random, 1, 20);
        byte[] record = Records.random(random);
        BitSet partitions = BitSet.valueOf(bytes(random, 0, 32));
        return List.of(
                new Read(random.nextLong(), random.nextLong(), key, random.nextLong()),
                new ReadAnswer(ReadAnswer.Status.SAME, null),
                new ReadAnswer(ReadAnswer.Status.DIFFERENT, record),
                new Write(random.nextLong(), random.nextLong(), record, random.nextBoolean()),
                new WriteAnswer(WriteAnswer.Status.MERGED),
                new Forward(
                        3,
                        true,
                        1,
                        random.nextInt(4),
                        0,
                        false,
                        true,
                        new byte[random.nextInt(50)],
                        Requests.random(random)),
                new ForwardAnswer(
                        random.nextBoolean(), "+OK\r\n".getBytes(US_ASCII), random.nextBoolean() ? new byte[40] : null),
                new Scan(random.nextInt(256), random.nextLong(1L << 32), random.nextInt(100)),
                new ScanAnswer(random.nextLong(-2, 1L << 32), List.of(key, record)),
                new Count(partitions),
                new CountAnswer(random.nextLong(1L << 40)),
                new Pull(random.nextInt(256), random.nextLong(1L << 32), random.nextLong(), 1 << 20),
                new PullAnswer(random.nextLong(), 1 + random.nextInt(100), List.of(record, Records.random(random))),
                new Compare(random.nextLong()),
                new CompareAnswer(new int[] {1, random.nextInt(256)}, new long[] {random.nextLong(), 0}),
                new Leaves(random.nextInt(256), random.nextInt(4096), 4096),
                new LeavesAnswer(new long[] {random.nextLong(), 0}),
                new Entries(random.nextInt(256), new int[] {0, random.nextInt(4096)}),
                new EntriesAnswer(new int[] {0, 1}, new long[] {random.nextLong()}, new long[] {random.nextLong()}),
                new Fetch(random.nextInt(256), new long[] {random.nextLong()}, 1 << 20),
                new FetchAnswer(random.nextInt(10), List.of(record)),
                new Share(Share.Work.HANDOFF, random.nextInt(101)),
                new ShareAnswer(1 + random.nextInt(100)),
                new HintedWrite(random.nextLong(), 2, NodeId.of(random.nextLong(), 4), record, random.nextBoolean()),
                new HintedRead(random.nextLong(), 2, key),
                new ReapAgree(
                        random.nextInt(256), new long[] {random.nextLong(), 1}, new long[] {random.nextLong(), 2}),
                new ReapAgreed(random.nextLong(), partitions, new BitSet()),
                new ReapHeld(random.nextInt(256)),
                new ReapHeldAnswer(random.nextLong(1L << 45), random.nextLong(1L << 45), random.nextBoolean()),
                new Reap(
                        random.nextInt(256),
                        random.nextLong(1L << 45),
                        random.nextLong(1L << 45),
                        new long[] {random.nextLong()},
                        new long[] {random.nextLong()}),
                new Reaped(partitions),
                new Join(NodeId.of(random.nextLong(), 4), MemberSpec.parse("n4@10.0.0.4:7379?zone=b&resp=6379")),
                new JoinAnswer(new byte[random.nextInt(50)]),
                new Consent(new int[] {1, 2}, new long[] {random.nextLong(), 3}),
                new ConsentAnswer(random.nextLong(), new int[] {2}, new long[] {random.nextLong()}),
                new Probe(),
                new ProbeAnswer(),
                new CopyState(random.nextLong(), random.nextInt(300), partitions),
                new Gossip(GossipTarget.message(random).toBytes()),
                new Refusal("no"),
                new Hello(
                        1,
                        2,
                        new UUID(random.nextLong(), random.nextLong()),
                        "kvorum",
                        256,
                        "SLOTS",
                        NodeId.of(random.nextLong(), random.nextLong()),
                        "n1",
                        random.nextLong(),
                        bytes(random, Hello.NONCE_BYTES, Hello.NONCE_BYTES),
                        bytes(random, 0, 9)),
                new Proof(bytes(random, Proof.MAC_BYTES, Proof.MAC_BYTES)),
                new Rejected(Rejected.Reason.WRONG_SECRET, "why"),
                new Events(bytes(random, 0, 40)),
                new EventsAnswer(random.nextLong()),
                new Flushed(new Event.Flushed(
                        new EventId(random.nextLong(), NodeId.of(random.nextLong(), 4)), random.nextLong())));
    }

    private static byte[] bytes(SplittableRandom random, int min, int max) {
        byte[] bytes = new byte[random.nextInt(min, max + 1)];
        random.nextBytes(bytes);
        return bytes;
    }
}
