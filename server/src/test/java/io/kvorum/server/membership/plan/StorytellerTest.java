package io.kvorum.server.membership.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.ring.EventId;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.PartitionSet;
import io.kvorum.storage.version.Stamp;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every kind of event as people would tell it, and of which the ring keeps nothing. */
final class StorytellerTest {
    private final TestCluster cluster = new TestCluster(3, "a", "b", "c");

    private List<String> newest(int count) {
        List<StoryLine> all = Storyteller.tell(cluster.history);
        return all.subList(all.size() - count, all.size()).stream()
                .map(line -> line.by() + ": " + line.sentence())
                .toList();
    }

    private String last() {
        return newest(1).get(0);
    }

    private PlannedChange plan(ChangeKind kind, String... names) {
        return (PlannedChange) cluster.plan(kind, names);
    }

    @Test
    void birth_is_told_with_its_members_and_its_plan() {
        assertThat(Storyteller.tell(cluster.history))
                .extracting(StoryLine::sentence)
                .contains(
                        "cluster test was created: 64 partitions, partitioner slots, N=3",
                        "n1 joined from 10.0.0.1:6379",
                        "n3 joined from 10.0.0.3:6379",
                        "the first plan: 3 nodes, 64 tokens");
        assertThat(Storyteller.tell(cluster.history))
                .extracting(StoryLine::millis)
                .containsOnly(0L);
        assertThat(Storyteller.tell(cluster.history).get(0).by()).isEqualTo("birth");
    }

    @Test
    void what_was_compacted_is_told_in_sum_with_the_members_and_their_ends() {
        cluster.join("n4", "d", 100);
        cluster.commit(plan(ChangeKind.JOIN));
        cluster.settle();
        cluster.add(new Event.Replaced(cluster.next("n1"), cluster.id("n2"), cluster.id("n4")));
        cluster.add(new Event.Left(cluster.next("n3"), cluster.id("n3")));
        long count = cluster.history.count();
        cluster.add(new Event.Configured(cluster.next("n1"), "a", "b"));
        cluster.compact(1);
        assertThat(newest(9))
                .containsExactly(
                        "birth: cluster test was created: 64 partitions, partitioner slots, N=3",
                        "n3: n3 joined; last at 10.0.0.3:6379",
                        "n2: n2 joined; last at 10.0.0.2:6379",
                        "n1: n1 joined; last at 10.0.0.1:6379",
                        "n1: n4 joined; last at 10.0.0.4:6379",
                        "n1: n2 was removed for ever; n4 takes its place",
                        "n3: n3 left",
                        "n1: what there is of " + count + " events up to here, which were compacted: 2 plans, the last"
                                + " one: 4 nodes, 64 tokens",
                        "n1: a is \"b\" for the whole cluster");
        assertThat(Storyteller.tell(cluster.history)).hasSize(9);
    }

    @Test
    void time_of_an_event_is_that_of_its_stamp() {
        EventId id = new EventId(Stamp.endOfMillis(1_700_000_000_123L), cluster.id("n2"));
        cluster.add(new Event.Configured(id, "a", "b"));
        List<StoryLine> all = Storyteller.tell(cluster.history);
        assertThat(all.get(all.size() - 1).millis()).isEqualTo(1_700_000_000_123L);
        assertThat(all.get(all.size() - 1).kind()).isEqualTo("configured");
    }

    @Test
    void plan_is_told_with_its_size_and_one_that_lost_with_the_reason() {
        cluster.join("n4", "d", 100);
        PlannedChange join = plan(ChangeKind.JOIN);
        PlannedChange leave = plan(ChangeKind.LEAVE, "n2");
        cluster.commit(join);
        String base = Storyteller.hex(join.base().hash());
        assertThat(last())
                .isEqualTo("n1: n1 committed a plan: 4 nodes, 64 tokens, 16 change hands (base " + base + ")");
        EventId lost = cluster.next("n2");
        cluster.add(new Event.PlanCommitted(
                lost, leave.planBefore(), leave.base().hash(), leave.plan().tokens()));
        assertThat(last()).isEqualTo("n2: void: another plan on the same base has the lower id");
        cluster.add(new Event.PlanCommitted(
                cluster.next("n2"), lost, 5, leave.plan().tokens()));
        assertThat(last()).isEqualTo("n2: void: it was made on a plan that is void");
    }

    @Test
    void moves_are_told_by_ranges_of_partitions() {
        cluster.join("n4", "d", 100);
        cluster.commit(plan(ChangeKind.JOIN));
        EventId inForce = cluster.inForce();
        NodeId two = cluster.id("n2");
        NodeId four = cluster.id("n4");
        PartitionSet some = PartitionSet.of(List.of(3, 4, 5, 7, 20, 21));
        cluster.add(new Event.Moved(cluster.next("n2"), inForce, two, four, some));
        cluster.add(new Event.Settled(cluster.next("n4"), inForce, two, four, some));
        cluster.add(new Event.Moved(cluster.next("n2"), inForce, two, null, PartitionSet.of(9)));
        cluster.add(new Event.Settled(cluster.next("n2"), inForce, two, null, PartitionSet.of(9)));
        cluster.add(new Event.Settled(cluster.next("n4"), inForce, null, four, PartitionSet.of(9)));
        assertThat(newest(5))
                .containsExactly(
                        "n2: n2 gave up partitions 3-5, 7, 20-21 to n4",
                        "n4: n4 settled partitions 3-5, 7, 20-21 (from n2)",
                        "n2: n2 gave up partition 9, which nobody takes over",
                        "n2: n2 let go of partition 9",
                        "n4: n4 settled partition 9 (as a further owner)");
        List<Integer> scattered = List.of(0, 2, 4, 6, 8, 10, 12, 14, 16, 18);
        cluster.add(new Event.Moved(cluster.next("n2"), new EventId(9, two), two, four, PartitionSet.of(scattered)));
        assertThat(last())
                .isEqualTo(
                        "n2: n2 gave up partitions 0, 2, 4, 6, 8, 10, 12, 14 and 2 more to n4, for a plan that was not"
                                + " in force any more");
    }

    @Test
    void members_that_go_are_told_once() {
        NodeId two = cluster.id("n2");
        NodeId three = cluster.id("n3");
        NodeId four = cluster.join("n4", "d", 100);
        cluster.add(new Event.Leaving(cluster.next("n1"), two));
        cluster.add(new Event.Leaving(cluster.next("n1"), two));
        cluster.add(new Event.Joined(cluster.next("n2"), two, TestCluster.spec("n2", "b", 100)));
        cluster.add(new Event.Left(cluster.next("n2"), two));
        cluster.add(new Event.Leaving(cluster.next("n1"), two));
        cluster.add(new Event.Removed(cluster.next("n1"), two));
        cluster.add(new Event.Joined(cluster.next("n2"), two, TestCluster.spec("n2", "b", 100)));
        cluster.add(new Event.Replaced(cluster.next("n1"), three, four));
        assertThat(newest(8))
                .containsExactly(
                        "n1: n2 is leaving",
                        "n1: void: n2 was leaving already",
                        "n2: n2 at 10.0.0.2:6379 does not leave after all",
                        "n2: n2 left",
                        "n1: void: n2 was gone already",
                        "n1: void: n2 was gone already",
                        "n2: void: n2 at 10.0.0.2:6379 is out of the cluster for ever",
                        "n1: n3 was removed for ever; n4 takes its place");
    }

    @Test
    void new_address_weight_and_flush_are_told() {
        NodeId two = cluster.id("n2");
        cluster.add(new Event.Joined(cluster.next("n2"), two, TestCluster.spec("n5", "b", 50)));
        assertThat(last()).isEqualTo("n5: n2 is at 10.0.0.5:6379 now, called n5 now, with weight 50");
        cluster.add(new Event.Flushed(cluster.next("n1"), Stamp.ofMillis(1_700_000_000_000L)));
        assertThat(last()).isEqualTo("n1: flushed everything up to 2023-11-14T22:13:20Z");
    }

    @Test
    void event_of_a_later_version_is_told_by_its_kind() {
        ByteWriter bytes = new ByteWriter(64);
        cluster.next("n1").encode(bytes);
        bytes.u8(14).u8(1).bytes(new byte[] {1, 2}, 0, 2);
        cluster.add(Event.decode(new ByteReader(bytes.toByteArray())));
        assertThat(last()).isEqualTo("n1: written by a later version (kind 14)");
    }

    @Test
    void what_the_story_calls_void_is_what_the_ring_keeps_nothing_of() {
        cluster.join("n4", "d", 100);
        PlannedChange join = plan(ChangeKind.JOIN);
        PlannedChange leave = plan(ChangeKind.LEAVE, "n2");
        cluster.commit(join);
        var tokens = cluster.tokens();
        cluster.add(new Event.PlanCommitted(
                cluster.next("n3"),
                leave.planBefore(),
                leave.base().hash(),
                leave.plan().tokens()));
        assertThat(last()).contains("void");
        assertThat(cluster.tokens()).isEqualTo(tokens);
    }
}
