package io.kvorum.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.ring.EventId;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Ring;
import io.kvorum.ring.detector.PeerStatus;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.History;
import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.message.CopyState;
import io.kvorum.server.peer.message.Flushed;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.Parting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class MembershipServiceTest {
    @TempDir
    private Path directory;

    private final List<MemberSpec> specs = new ArrayList<>();
    private final List<TestMember> running = new ArrayList<>();
    private long lives;

    @BeforeEach
    void findFreePorts() throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            specs.add(MemberSpec.parse("n" + i + "@127.0.0.1:" + socket.getLocalPort()));
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
    }

    @AfterEach
    void closeAll() {
        running.forEach(TestMember::close);
    }

    @Test
    void single_node_is_settled_without_asking_anybody() throws Exception {
        specs.subList(1, 3).clear();
        TestMember alone = start(1);
        alone.awaitSettled();
        assertThat(alone.membership.view().firstHealthySettledOwner(0)).isZero();
        assertThat(alone.membership.status().notReady()).isEmpty();
    }

    @Test
    void three_born_together_see_each_other_and_settle() throws Exception {
        TestMember one = start(1);
        TestMember two = start(2);
        assertThat(one.membership.status().notReady()).isNotEmpty();
        TestMember three = start(3);
        for (TestMember member : List.of(one, two, three)) {
            member.awaitSettled();
            member.await(
                    "all up",
                    status -> status.members().size() == 3
                            && status.members().stream().allMatch(other -> other.status() == PeerStatus.UP));
            assertThat(member.membership.status().notReady()).isEmpty();
        }
    }

    @Test
    void what_one_member_learns_all_learn() throws Exception {
        TestMember one = start(1, MemberSpec.parse(specs.get(0).format() + "?resp=1234"));
        TestMember two = start(2);
        TestMember three = start(3);
        NodeId first = id(one);
        for (TestMember member : List.of(two, three)) {
            member.await(
                    "port of n1",
                    status -> status.members().stream()
                            .anyMatch(other -> other.member().id().equals(first)
                                    && other.member().respPort() == 1234));
            member.await("one history", status -> agree(member, one));
        }
    }

    @Test
    void leaving_member_that_comes_back_at_another_address_is_leaving_still() throws Exception {
        TestMember one = start(1);
        NodeId leaving = id(one);
        one.membership.commit((ring, id) -> new Event.Leaving(id, leaving));
        one.await("leaving", status -> isLeaving(status, leaving));
        stop(one);
        TestMember again = start(1, MemberSpec.parse(specs.get(0).format() + "?resp=1234"));
        again.await(
                "new port",
                status -> status.members().get(0).member().respPort() == 1234 && isLeaving(status, leaving));
    }

    @Test
    void a_member_that_drains_or_stops_says_so_and_its_next_life_is_trusted_at_once() throws Exception {
        TestMember one = start(1);
        TestMember two = start(2);
        TestMember three = start(3);
        for (TestMember member : List.of(one, two, three)) {
            member.awaitSettled();
        }
        NodeId stops = id(three);
        three.membership.part(Parting.Stage.DRAINING);
        one.await("n3 drains", status -> problem(status, stops).contains("is passed no commands"));
        ClusterView draining = one.membership.view();
        int peer = Objects.requireNonNull(one.membership.peers().directory().find(stops))
                .peer();
        assertThat(draining.isHealthy(peer)).as("it answers").isTrue();
        for (int partition = 0; partition < TestMember.PARTITIONS; partition++) {
            assertThat(draining.firstHealthySettledOwner(partition)).isNotEqualTo(peer);
        }
        three.membership.part(Parting.Stage.STOPPING);
        three.membership.part(Parting.Stage.DRAINING);
        for (TestMember other : List.of(one, two)) {
            other.await(
                    "n3 is down, and let go",
                    status -> status.members().stream()
                            .anyMatch(member -> member.member().id().equals(stops)
                                    && member.status() == PeerStatus.DOWN
                                    && "it was stopped".equals(member.problem())));
        }
        stop(three);
        TestMember again = start(3);
        again.awaitSettled();
        one.await(
                "n3 is back",
                status -> up(status, stops) && problem(status, stops).isEmpty());
        assertThat(one.membership.view().coordinators(0))
                .isEqualTo(one.membership.view().owners(0));
    }

    /** A machine that was reset is back before it is missed; what it tells may overtake the connection to it. */
    @Test
    void next_life_of_a_member_that_drained_is_passed_commands_again_though_it_was_never_missed() throws Exception {
        TestMember one = start(1);
        TestMember two = start(2);
        TestMember three = start(3);
        for (TestMember member : List.of(one, two, three)) {
            member.awaitSettled();
        }
        NodeId reset = id(three);
        int peer = Objects.requireNonNull(one.membership.peers().directory().find(reset))
                .peer();
        three.membership.part(Parting.Stage.DRAINING);
        one.await("n3 drains", status -> problem(status, reset).contains("is passed no commands"));
        // No more of the life that drained is to be heard here than its connections.
        three.membership.close();
        long nextLife = 77;
        PeerRequestHandler copies =
                Objects.requireNonNull(one.membership.handlers().get(MessageType.COPY_STATE));
        copies.handle(peer, new CopyState(nextLife, 0, new BitSet()), new FrameInfo(0, 0), answer -> {});
        one.membership.connected(peer, nextLife, 2);
        one.await("n3 is passed commands", status -> problem(status, reset).isEmpty());
        ClusterView view = one.membership.view();
        for (int partition = 0; partition < TestMember.PARTITIONS; partition++) {
            assertThat(view.coordinators(partition)).isEqualTo(view.owners(partition));
        }
    }

    private static String problem(MembershipStatus status, NodeId node) {
        return status.members().stream()
                .filter(member -> member.member().id().equals(node) && member.problem() != null)
                .map(MembershipStatus.MemberStatus::problem)
                .findAny()
                .orElse("");
    }

    private static boolean isLeaving(MembershipStatus status, NodeId node) {
        return status.members().stream()
                .anyMatch(other ->
                        other.member().id().equals(node) && other.member().state() == MemberState.LEAVING);
    }

    @Test
    void wiped_member_gets_back_what_the_others_have_before_it_counts() throws Exception {
        TestMember one = start(1);
        TestMember two = start(2);
        TestMember three = start(3);
        for (TestMember member : List.of(one, two, three)) {
            member.awaitSettled();
        }
        for (int i = 0; i < 500; i++) {
            (i % 2 == 0 ? one : two).put("key" + i);
        }
        NodeId gone = id(three);
        stop(three);
        one.await("n3 is down", status -> !up(status, gone));
        TestMember again = start(3);
        again.awaitSettled();
        one.await(
                "n3 is settled and up",
                status -> up(status, gone)
                        && status.members().stream().allMatch(member -> member.unsettledPartitions() == 0));
        assertThat(id(again)).isEqualTo(gone);
        for (int i = 0; i < 500; i++) {
            assertThat(again.has("key" + i)).as("key%d", i).isTrue();
        }
    }

    @Test
    void member_does_not_settle_while_another_owner_has_not_taken_part() throws Exception {
        TestMember one = start(1);
        TestMember two = start(2);
        one.await("n2 up", status -> up(status, id(two)));
        assertThat(one.membership.status().members().get(0).unsettledPartitions())
                .isEqualTo(TestMember.PARTITIONS);
        assertThat(one.membership.view().firstHealthySettledOwner(0)).isEqualTo(-1);
        assertThat(one.membership.status().notReady().get(0)).contains("64 of 64 copies are not settled");
    }

    @Test
    void wrong_secret_is_named_among_the_reasons_why_a_node_is_not_ready() throws Exception {
        start(1);
        TestMember wrong = start(2, specs.get(1), "another");
        wrong.await(
                "refusal",
                status -> status.notReady().stream().anyMatch(reason -> reason.contains("secrets of n1 and n2")));
    }

    @Test
    void flush_reaches_all_that_are_up_and_names_the_others() throws Exception {
        TestMember one = start(1);
        TestMember two = start(2);
        TestMember three = start(3);
        for (TestMember member : List.of(one, two, three)) {
            member.awaitSettled();
            member.put("key");
        }
        NodeId gone = id(three);
        stop(three);
        one.await("n3 is down", status -> !up(status, gone));
        assertThat(flush(one)).containsExactly("n3");
        assertThat(one.has("key")).isFalse();
        assertThat(two.has("key")).isFalse();
        long stamp = two.membership.view().ring().flushStamp();
        assertThat(stamp).isPositive();
        assertThat(two.stamps.next(0)).isGreaterThan(stamp);
        TestMember again = start(3);
        again.await(
                "n3 heard of the flush",
                status -> again.membership.view().ring().flushStamp() == stamp);
        assertThat(again.engine.flushedUpTo(0)).isEqualTo(stamp);
    }

    @Test
    void history_survives_a_restart_of_everybody() throws Exception {
        TestMember one = start(1, MemberSpec.parse(specs.get(0).format() + "?resp=1234"));
        TestMember two = start(2);
        two.await("port of n1 is known", status -> status.historyEvents() == 6 && agree(one, two));
        long hash = two.membership.status().historyHash();
        stop(one);
        stop(two);
        assertThat(start(2).membership.status().historyHash()).isEqualTo(hash);
    }

    @Test
    void history_becomes_short_when_all_have_it_and_who_was_away_takes_it_so() throws Exception {
        TestMember one = startCompacting(1);
        TestMember two = startCompacting(2);
        for (int i = 0; i < 5; i++) {
            String value = "v" + i;
            one.membership.commit((ring, id) -> new Event.Configured(id, "color", value));
        }
        two.await("ten events", status -> status.historyEvents() == 10);
        assertThat(two.membership.status().historyCompacted()).isZero();
        TestMember three = startCompacting(3);
        for (TestMember member : List.of(one, two, three)) {
            member.await("compacted", status -> status.historyCompacted() == 8 && status.historyEvents() == 10);
            assertThat(history(member).size()).isEqualTo(3);
        }
        assertThat(agree(one, two) && agree(one, three)).isTrue();
        stop(three);
        long hash = two.membership.status().historyHash();
        one.membership.commit((ring, id) -> new Event.Configured(id, "color", "red"));
        TestMember again = startCompacting(3);
        again.await("news after a restart", status -> status.historyEvents() == 11 && status.historyHash() != hash);
        assertThat(again.membership.view().ring().configuration()).containsEntry("color", "red");
        assertThat(again.membership.view().ring())
                .isEqualTo(one.membership.view().ring());
    }

    private TestMember startCompacting(int number) {
        TestMember member =
                new TestMember(directory.resolve("n" + number), specs, specs.get(number - 1), "secret", ++lives, 2);
        running.add(member);
        return member;
    }

    @Test
    void removed_member_is_fenced_by_whoever_it_meets() throws Exception {
        TestMember one = start(1);
        TestMember two = start(2);
        TestMember three = start(3);
        for (TestMember member : List.of(one, two, three)) {
            member.awaitSettled();
        }
        NodeId removed = id(three);
        stop(three);
        one.membership.commit((ring, event) -> new Event.Removed(event, removed));
        two.await("n3 is gone", status -> two.membership.view().ring().isGone(removed));
        TestMember ghost = start(3);
        assertThat(ghost.fenced.poll(30, TimeUnit.SECONDS)).contains("for ever", "empty data directory");
        assertThat(ghost.membership.status().notReady()).hasSize(1);
        assertThat(up(one.membership.status(), removed)).isFalse();
    }

    /** What came of a commit, in words. */
    private static String commit(TestMember member, long baseHash, MembershipService.EventMaker... makers)
            throws Exception {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        member.membership.commit(baseHash, List.of(makers), new CommitCallback() {
            @Override
            public void committed(Ring ring) {
                outcome.complete("committed " + ring.historyHash());
            }

            @Override
            public void changed(History history) {
                outcome.complete("changed to " + history.hash());
            }

            @Override
            public void failed(String reason) {
                outcome.complete("failed: " + reason);
            }
        });
        return outcome.get(30, TimeUnit.SECONDS);
    }

    private static History history(TestMember member) throws Exception {
        CompletableFuture<History> history = new CompletableFuture<>();
        assertThat(member.membership.history(history::complete)).isTrue();
        return history.get(30, TimeUnit.SECONDS);
    }

    @Test
    void commit_adds_all_events_in_their_order_to_the_history_they_were_made_for_and_to_no_other() throws Exception {
        TestMember one = start(1);
        TestMember two = start(2);
        one.await("n2 is up", status -> up(status, id(two)) && agree(one, two));
        long base = history(one).hash();
        String outcome = commit(
                one,
                base,
                (ring, id) -> new Event.Configured(id, "color", "red"),
                (ring, id) -> new Event.Configured(id, "color", "blue"));
        History grown = history(one);
        assertThat(outcome).isEqualTo("committed " + grown.hash());
        assertThat(one.membership.view().ring().configuration()).containsEntry("color", "blue");
        List<Event> events = grown.events();
        assertThat(events.subList(events.size() - 2, events.size()))
                .extracting(event -> ((Event.Configured) event).value())
                .containsExactly("red", "blue");
        two.await("n2 has heard of both", status -> status.historyHash() == grown.hash());
        assertThat(commit(one, base, (ring, id) -> new Event.Configured(id, "color", "green")))
                .isEqualTo("changed to " + grown.hash());
        assertThat(history(one)).isEqualTo(grown);
    }

    @Test
    void commit_that_the_disk_does_not_take_says_so_and_changes_nothing() throws Exception {
        TestMember one = start(1);
        History before = history(one);
        Path data = directory.resolve("n1");
        Path aside = directory.resolve("aside");
        Files.move(data, aside);
        try {
            assertThat(commit(one, before.hash(), (ring, id) -> new Event.Configured(id, "color", "red")))
                    .startsWith("failed: ")
                    .contains("history");
            assertThat(history(one)).isEqualTo(before);
        } finally {
            Files.move(aside, data);
        }
        assertThat(commit(one, before.hash(), (ring, id) -> new Event.Configured(id, "color", "red")))
                .startsWith("committed");
    }

    private TestMember start(int number) {
        return start(number, specs.get(number - 1));
    }

    private TestMember start(int number, MemberSpec self) {
        return start(number, self, "secret");
    }

    private TestMember start(int number, MemberSpec self, String secret) {
        TestMember member = new TestMember(directory.resolve("n" + number), specs, self, secret, ++lives);
        running.add(member);
        return member;
    }

    private void stop(TestMember member) {
        running.remove(member);
        member.close();
    }

    @Test
    void a_flush_that_a_peer_tells_of_is_in_force_at_once_and_persisted_soon() throws Exception {
        TestMember one = start(1);
        TestMember two = start(2);
        one.await("n2 is up", status -> up(status, id(two)));
        long upTo = one.stamps.next(0);
        EventId id = new EventId(upTo, id(two));
        one.membership.flushed(new Flushed(new Event.Flushed(id, upTo)));
        assertThat(one.engine.flushedUpTo(0)).isEqualTo(upTo);
        assertThat(one.stamps.next(0)).isGreaterThan(upTo);
        assertThat(one.membership.newestFlush()).isNotNull();
        one.await(
                "the event is persisted", status -> one.membership.view().ring().flushStamp() == upTo);
    }

    private static List<String> flush(TestMember member) throws Exception {
        CompletableFuture<List<String>> flushed = new CompletableFuture<>();
        member.membership.flush(new FlushCallback() {
            @Override
            public void flushed(List<String> unreachable) {
                flushed.complete(unreachable);
            }

            @Override
            public void failed(String reason) {
                flushed.completeExceptionally(new AssertionError(reason));
            }
        });
        return flushed.get(30, TimeUnit.SECONDS);
    }

    private static NodeId id(TestMember member) {
        return member.membership.view().member(0);
    }

    private static boolean up(MembershipStatus status, NodeId id) {
        return status.members().stream()
                .anyMatch(member -> member.member().id().equals(id) && member.status() == PeerStatus.UP);
    }

    private static boolean agree(TestMember one, TestMember two) {
        return one.membership.status().historyHash() == two.membership.status().historyHash();
    }
}
