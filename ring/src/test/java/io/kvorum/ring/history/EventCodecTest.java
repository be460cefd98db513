package io.kvorum.ring.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.ring.Assignment;
import io.kvorum.ring.EventId;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.Move;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EventCodecTest {
    private static final NodeId A = NodeId.of(1, 2);
    private static final NodeId B = NodeId.of(-1, 3);
    private static final EventId ID = new EventId(5, A);

    private static final List<Event> ONE_OF_EACH = List.of(
            new Event.Created(ID, new UUID(7, 8), "prod", 256, Partitioner.MD5, 3),
            new Event.Joined(ID, B, new MemberSpec("b", "z", "10.0.0.1", 7379, 6379, 11211, 8379, 50)),
            new Event.PlanCommitted(ID, null, 9, new Assignment(List.of(A, B, A, A))),
            new Event.PlanCommitted(ID, new EventId(4, B), -9, new Assignment(List.of(B))),
            new Event.Moved(ID, new EventId(4, B), A, B, PartitionSet.of(List.of(9, 3, 4, 16383))),
            new Event.Moved(ID, new EventId(4, B), A, null, PartitionSet.of(0)),
            new Event.Settled(ID, new EventId(4, B), A, B, PartitionSet.of(List.of(1, 2))),
            new Event.Settled(ID, new EventId(4, B), null, B, PartitionSet.of(List.of())),
            new Event.Leaving(ID, A),
            new Event.Left(ID, A),
            new Event.Removed(ID, A),
            new Event.Replaced(ID, A, B),
            new Event.Flushed(ID, 1L << 60),
            new Event.Configured(ID, "read-repair", "off"),
            new Event.Compacted(ID, new EventId(4, B), 12_345, -7, summary()),
            new Event.Opaque(ID, 99, 1, HexBytes.of(new byte[] {1, 2, 3})));

    /** With everything in it. */
    private static Summary summary() {
        MemberSpec spec = MemberSpec.parse("b@10.0.0.1:7379");
        SortedMap<NodeId, Summary.Life> lives = new TreeMap<>();
        lives.put(A, new Summary.Life(null, null, false, MemberState.REMOVED, new EventId(3, B), B));
        lives.put(B, new Summary.Life(spec, new EventId(2, B), true, MemberState.LEFT, new EventId(4, B), null));
        SortedMap<String, String> configuration = new TreeMap<>();
        configuration.put("read-repair", "off");
        Event.PlanCommitted plan =
                new Event.PlanCommitted(new EventId(3, A), new EventId(2, A), 9, new Assignment(List.of(A, B)));
        return new Summary(
                new Event.Created(new EventId(1, A), new UUID(7, 8), "prod", 2, Partitioner.SLOTS, 3),
                lives,
                configuration,
                2,
                plan,
                List.of(List.of(B, A), List.of()),
                List.of(new Move(1, A, B, true), new Move(1, B, null, true)),
                new Event.Flushed(new EventId(3, B), 77),
                4);
    }

    @Test
    void golden_bytes_of_what_was_compacted() {
        String a = "0000000000000001" + "0000000000000002";
        String b = "ffffffffffffffff" + "0000000000000003";
        String spec = "0162" + "00" + "0831302e302e302e31" + "1cd3" + "0000" + "0000" + "0000" + "64";
        String created = id(1, a) + "0000000000000007" + "0000000000000008" + "0470726f64" + "01" + "00" + "03";
        String lives = "02" + a + "30" + id(3, b) + b + b + "0f" + spec + id(2, b) + id(4, b);
        String configured = "01" + "0b726561642d726570616972" + "036f6666";
        String plan = id(3, a) + "01" + id(2, a) + "0000000000000009" + "02" + a + b + "02" + "0001";
        String settled = "02" + a + b + "02" + "0100" + "00";
        String consents = "02" + "01" + "01" + a + "01" + b + "01" + "01" + b + "00";
        String flush = "01" + id(3, b) + "000000000000004d";
        ByteWriter out = new ByteWriter(64);
        summary().encode(out);
        assertThat(HexFormat.of().formatHex(out.toByteArray()))
                .isEqualTo(created + lives + configured + "02" + "01" + plan + settled + consents + flush + "04");
    }

    private static String id(int stamp, String node) {
        return String.format("%016x", stamp) + node;
    }

    @Test
    void every_kind_survives_encoding_and_all_kinds_are_covered() {
        for (Event event : ONE_OF_EACH) {
            assertThat(decode(encode(event))).isEqualTo(event);
        }
        Set<Class<?>> covered = new HashSet<>();
        ONE_OF_EACH.forEach(event -> covered.add(event.getClass()));
        assertThat(covered).containsExactlyInAnyOrder(Event.class.getPermittedSubclasses());
    }

    @Test
    void golden_bytes_of_an_event() {
        assertThat(HexFormat.of().formatHex(encode(new Event.Flushed(ID, 0x1122_3344_5566L))))
                .isEqualTo("0000000000000005" + "0000000000000001" + "0000000000000002" + "0a" + "01" + "08"
                        + "0000112233445566");
    }

    @Test
    void unknown_kind_and_unknown_version_of_a_known_kind_are_kept_byte_for_byte() {
        for (Event event : ONE_OF_EACH) {
            byte[] bytes = encode(event);
            bytes[25] = 2;
            Event opaque = decode(bytes);
            assertThat(opaque).isInstanceOf(Event.Opaque.class);
            assertThat(encode(opaque)).isEqualTo(bytes);
        }
    }

    @Test
    void bytes_behind_a_known_payload_are_refused() {
        ByteWriter out = new ByteWriter(64);
        ID.encode(out);
        out.u8(Event.Left.KIND).u8(1).bytes(new byte[17]);
        assertThatExceptionOfType(DecodeException.class).isThrownBy(() -> decode(out.toByteArray()));
    }

    @Test
    void hostile_bytes_are_refused_or_read_but_never_break_the_reader() {
        SplittableRandom random = new SplittableRandom(11);
        for (int run = 0; run < 20_000; run++) {
            byte[] bytes = encode(ONE_OF_EACH.get(random.nextInt(ONE_OF_EACH.size())));
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                bytes[24 + random.nextInt(bytes.length - 24)] = (byte) random.nextInt(256);
            }
            try {
                decode(bytes);
            } catch (DecodeException expected) {
                assertThat(expected.offset()).isNotNegative();
            }
        }
    }

    @Test
    void history_survives_encoding() {
        History history = History.EMPTY.with(ONE_OF_EACH);
        ByteWriter out = new ByteWriter(1000);
        history.encode(out);
        History read = History.decode(new ByteReader(out.toByteArray()));
        assertThat(read).isEqualTo(history);
        assertThat(read.hash()).isEqualTo(history.hash());
        assertThat(read.events()).isEqualTo(history.events());
    }

    private static byte[] encode(Event event) {
        ByteWriter out = new ByteWriter(64);
        event.encode(out);
        return out.toByteArray();
    }

    private static Event decode(byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        Event event = Event.decode(in);
        in.expectEnd("event");
        return event;
    }
}
