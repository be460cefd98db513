package io.kvorum.ring.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.ring.Assignment;
import io.kvorum.ring.EventId;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
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
            new Event.Opaque(ID, 99, 1, HexBytes.of(new byte[] {1, 2, 3})));

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
