package io.kvorum.server.peer.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.ring.EventId;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.history.Event;
import io.kvorum.server.peer.VersionRange;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class MessageTypeTest {
    private static final Path PAGE = Path.of("..", "docs", "peer-protocol.md");
    private static final Path GOLDEN = Path.of("src", "test", "resources", "peer-messages.txt");

    private static List<PeerMessage> examples() {
        byte[] key = {'k', 'e', 'y'};
        byte[] record = {9, 8, 7, 6};
        BitSet partitions = BitSet.valueOf(new long[] {0x8000_0000_0000_0005L, 1});
        return List.of(
                new Read(0x0102_0304_0506_0708L, -2, key, 0xCAFEL),
                new ReadAnswer(ReadAnswer.Status.SAME, null),
                new ReadAnswer(ReadAnswer.Status.UNSETTLED, record),
                new Write(1, 2, record, true),
                new WriteAnswer(WriteAnswer.Status.INVALID),
                new Forward(3, true, 1, 2, 3, false, true, key, List.of(key, new byte[0], record)),
                new ForwardAnswer(true, "+OK\r\n".getBytes(StandardCharsets.US_ASCII), null),
                new Scan(255, 0xFFFF_FFFFL, 10),
                new ScanAnswer(ScanAnswer.END, List.of(key)),
                new Count(partitions),
                new CountAnswer(300),
                new Pull(7, 128, -1, 65536),
                new PullAnswer(129, 7, List.of(record, record)),
                new Probe(),
                new ProbeAnswer(),
                new CopyState(0x1122_3344_5566_7788L, 5, partitions),
                new Gossip(new byte[] {1, 2, 3}),
                new Refusal("no"),
                new Hello(
                        1,
                        2,
                        new UUID(3, 4),
                        "cluster",
                        256,
                        "SLOTS",
                        NodeId.of(5, 6),
                        "n1",
                        7,
                        HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f"),
                        new byte[0]),
                new Proof(new byte[Proof.MAC_BYTES]),
                new Rejected(Rejected.Reason.WRONG_SECRET, "why"),
                new Events(new byte[] {4, 5}),
                new EventsAnswer(6),
                new NewestStamp(),
                new NewestStampAnswer(0x0102_0304_0506_0708L),
                new Compare(0x1122_3344_5566_7788L),
                new CompareAnswer(new int[] {0, 300}, new long[] {-1, 2}),
                new Leaves(300, 0, 4096),
                new LeavesAnswer(new long[] {0, 5, -1}),
                new Entries(300, new int[] {7, 4095}),
                new EntriesAnswer(new int[] {2, 0, 1}, new long[] {1, 2, -3}, new long[] {4, 5, 6}),
                new Fetch(300, new long[] {1, -3}, 65536),
                new FetchAnswer(2, List.of(record)),
                new Flushed(new Event.Flushed(
                        new EventId(0x0102_0304_0506_0709L, NodeId.of(3, 4)), 0x0102_0304_0506_0708L)),
                new HintedWrite(1, 2, NodeId.of(3, 4), record, true),
                new HintedRead(1, 2, key),
                new ReapAgree(7, new long[] {1, -2}, new long[] {3, 4}),
                new ReapAgreed(0x0102_0304_0506_0708L, partitions, new BitSet()),
                new ReapHeld(300),
                new ReapHeldAnswer(1_700_000_000_000L, 300, true),
                new Reap(7, 1_700_000_000_000L, 1_600_000_000_000L, new long[] {1}, new long[] {2}),
                new Reaped(partitions),
                new Join(NodeId.of(1, 2), MemberSpec.parse("n4@10.0.0.4:7379?zone=b&weight=50&resp=6379&http=8379")),
                new JoinAnswer(new byte[] {4, 5}),
                new Consent(new int[] {0, 300}, new long[] {5, -1}),
                new ConsentAnswer(7, new int[] {300}, new long[] {-2}),
                new Parting(0x1122_3344_5566_7788L, Parting.Stage.STOPPING),
                new Share(Share.Work.ANTI_ENTROPY, 7),
                new ShareAnswer(42));
    }

    @Test
    void every_message_has_a_type_and_every_type_an_example() {
        Map<MessageType, PeerMessage> byType = new EnumMap<>(MessageType.class);
        examples().forEach(example -> byType.put(example.type(), example));
        assertThat(byType.keySet()).containsExactlyInAnyOrder(MessageType.values());
        assertThat(PeerMessage.class.getPermittedSubclasses()).hasSameSizeAs(MessageType.values());
        for (MessageType type : MessageType.values()) {
            assertThat(MessageType.of(type.code())).isEqualTo(type);
        }
        assertThat(MessageType.of(0)).isNull();
        assertThat(MessageType.of(255)).isNull();
    }

    @Test
    void a_version_has_the_messages_of_those_before_it_and_its_own() {
        for (MessageType type : MessageType.values()) {
            assertThat(type.since()).as("%s", type).isBetween(1, VersionRange.SPOKEN.newest());
            for (int version = 0; version <= VersionRange.SPOKEN.newest() + 1; version++) {
                boolean spoken = version >= type.since();
                assertThat(type.isSpokenIn(version)).isEqualTo(spoken);
                assertThat(MessageType.of(type.code(), version)).isEqualTo(spoken ? type : null);
            }
        }
        assertThat(MessageType.PARTING.since()).isEqualTo(2);
        assertThat(MessageType.of(63, 2)).isNull();
        for (MessageType handshake : List.of(MessageType.HELLO, MessageType.PROOF, MessageType.REJECTED)) {
            assertThat(handshake.since()).isEqualTo(1);
        }
    }

    @Test
    void bytes_are_those_of_the_golden_file() throws IOException {
        List<String> lines = new ArrayList<>();
        for (PeerMessage example : examples()) {
            String hex = HexFormat.of().formatHex(encode(example));
            lines.add((example.type() + " " + example.type().code() + " " + hex).strip());
        }
        assertThat(lines).isEqualTo(Files.readAllLines(GOLDEN));
    }

    @Test
    void what_is_decoded_encodes_to_the_same_bytes() {
        for (PeerMessage example : examples()) {
            byte[] bytes = encode(example);
            PeerMessage decoded = example.type().decode(new ByteReader(bytes));
            assertThat(decoded).hasSameClassAs(example);
            assertThat(encode(decoded)).as("%s", example.type()).isEqualTo(bytes);
        }
    }

    @Test
    void truncated_and_lengthened_messages_are_refused() {
        for (PeerMessage example : examples()) {
            byte[] bytes = encode(example);
            for (int length = 0; length < bytes.length; length++) {
                ByteReader cut = new ByteReader(bytes, 0, length);
                assertThatThrownBy(() -> example.type().decode(cut))
                        .as("%s cut", example.type())
                        .isInstanceOf(DecodeException.class);
            }
            byte[] longer = java.util.Arrays.copyOf(bytes, bytes.length + 1);
            assertThatThrownBy(() -> example.type().decode(new ByteReader(longer)))
                    .as("%s lengthened", example.type())
                    .isInstanceOf(DecodeException.class);
        }
    }

    @Test
    void damaged_messages_are_decoded_or_refused_but_break_nothing() {
        for (long seed = 0; seed < 2000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            PeerMessage example = examples().get(random.nextInt(examples().size()));
            byte[] bytes = encode(example);
            for (int i = 0; i < 3 && bytes.length > 0; i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(example.type().decode(new ByteReader(bytes))).isNotNull();
            } catch (DecodeException refused) {
                assertThat(refused.offset()).as("seed %d", seed).isBetween(0, bytes.length);
            }
        }
    }

    @Test
    void a_flush_that_was_damaged_on_its_way_is_refused_whichever_bit_it_was() {
        Flushed flushed = new Flushed(new Event.Flushed(new EventId(9, NodeId.of(3, 4)), 8));
        byte[] bytes = encode(flushed);
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            byte[] damaged = bytes.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> MessageType.FLUSHED.decode(new ByteReader(damaged)))
                    .as("bit %d", bit)
                    .isInstanceOf(DecodeException.class);
        }
    }

    @Test
    void a_refusal_tells_the_place_in_the_payload_wherever_the_payload_lies() {
        byte[] received = {9, 9, 9, 9, 9, 9, 77, 0};
        for (MessageType type : List.of(MessageType.READ_ANSWER, MessageType.WRITE_ANSWER)) {
            assertThatThrownBy(() -> type.decode(new ByteReader(received, 6, 2)))
                    .isInstanceOfSatisfying(DecodeException.class, refused -> {
                        assertThat(refused.offset()).isEqualTo(1);
                        assertThat(refused.found()).isEqualTo("77");
                    });
        }
    }

    @Test
    void a_list_that_is_not_as_long_as_its_twin_is_refused_at_its_place_in_the_payload() {
        byte[] written = encode(new EntriesAnswer(new int[] {1}, new long[] {2, 3}, new long[0]));
        byte[] received = new byte[100 + written.length];
        System.arraycopy(written, 0, received, 100, written.length);
        assertThatThrownBy(() -> MessageType.ENTRIES_ANSWER.decode(new ByteReader(received, 100, written.length)))
                .isInstanceOfSatisfying(DecodeException.class, refused -> {
                    assertThat(refused.offset()).isEqualTo(written.length - 1);
                    assertThat(refused.found()).isEqualTo("2 of them");
                });
    }

    @Test
    void page_describes_every_message_and_every_field() throws IOException {
        String page = Files.readString(PAGE);
        for (PeerMessage example : examples()) {
            MessageType type = example.type();
            String heading = "### " + type.code() + " " + type + "\n";
            assertThat(page).contains(heading);
            assertThat(page.contains(heading + "\nSince version " + type.since() + "."))
                    .as("%s says since when it is", type)
                    .isEqualTo(type.since() > 1);
            int start = page.indexOf(heading);
            int end = page.indexOf("\n#", start + heading.length());
            String section = page.substring(start, end < 0 ? page.length() : end);
            for (RecordComponent field : example.getClass().getRecordComponents()) {
                assertThat(section).as("field of %s", type).contains("`" + field.getName() + "`");
            }
        }
        for (Rejected.Reason reason : Rejected.Reason.values()) {
            assertThat(page).contains("| " + reason.code() + " | " + reason + " |");
        }
    }

    private static byte[] encode(PeerMessage message) {
        ByteWriter out = new ByteWriter(64);
        message.encode(out);
        return out.toByteArray();
    }
}
