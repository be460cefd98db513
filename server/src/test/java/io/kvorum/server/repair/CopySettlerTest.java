package io.kvorum.server.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.server.peer.message.PullAnswer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class CopySettlerTest {
    private static final SettlerPolicy POLICY = new SettlerPolicy(2, 1000, 100, 800);
    private static final byte[] RECORD = {1};

    private final List<String> effects = new ArrayList<>();
    private final CopySettler settler = new CopySettler(POLICY);
    private boolean memory = true;
    private boolean bug;
    private final SettlerEffects recorder = new SettlerEffects() {
        @Override
        public long rootSum(int partition) {
            return partition;
        }

        @Override
        public void pull(int peer, int partition, long fromHash, long knownSum, int chunkBytes) {
            effects.add("pull " + partition + " from " + peer + " at " + fromHash);
        }

        @Override
        public boolean merge(int partition, byte[] record) {
            if (bug) {
                throw new IllegalStateException("a bug");
            }
            effects.add(memory ? "merge " + partition : "no memory");
            return memory;
        }

        @Override
        public void settled(int partition) {
            effects.add("settled " + partition);
        }
    };

    @Test
    void copy_without_other_owners_is_settled_at_once() {
        settler.onOwners(bits(0, 1), new int[][] {{0}, {0}}, 0, recorder);
        assertEffects("settled 0", "settled 1");
        assertThat(settler.waitingFor()).isEmpty();
    }

    @Test
    void copy_is_settled_when_every_other_owner_took_part() {
        settler.onOwners(bits(0), new int[][] {{1, 0, 2}}, 0, recorder);
        assertEffects();
        settler.onPeerUp(1, 0, recorder);
        settler.onPeerUp(2, 0, recorder);
        assertEffects("pull 0 from 1 at 0", "pull 0 from 2 at 0");
        settler.onAnswer(1, 0, new PullAnswer(50, 100, List.of(RECORD, RECORD)), 0, recorder);
        assertEffects("merge 0", "merge 0", "pull 0 from 1 at 50");
        settler.onAnswer(1, 0, end(), 0, recorder);
        assertEffects();
        assertThat(settler.waitingFor()).isEqualTo(Map.of(0, bits(2)));
        settler.onAnswer(2, 0, end(), 0, recorder);
        assertEffects("settled 0");
        assertThat(settler.recordsPulled()).isEqualTo(2);
    }

    @Test
    void lost_pull_goes_on_where_it_was_once_the_peer_is_back() {
        settler.onOwners(bits(0), new int[][] {{0, 1}}, 0, recorder);
        settler.onPeerUp(1, 0, recorder);
        settler.onAnswer(1, 0, new PullAnswer(50, 100, List.of()), 0, recorder);
        settler.onPeerDown(1);
        settler.onFailed(1, 0, 0, recorder);
        settler.advance(10_000, recorder);
        assertEffects("pull 0 from 1 at 0", "pull 0 from 1 at 50");
        settler.onPeerUp(1, 10_000, recorder);
        assertEffects("pull 0 from 1 at 50");
    }

    @Test
    void refused_pull_rests_and_rests_longer_each_time() {
        settler.onOwners(bits(0), new int[][] {{0, 1}}, 0, recorder);
        settler.onPeerUp(1, 0, recorder);
        settler.onAnswer(1, 0, new PullAnswer(PullAnswer.NOT_OWNER, 100, List.of()), 0, recorder);
        settler.advance(99, recorder);
        assertEffects("pull 0 from 1 at 0");
        settler.advance(100, recorder);
        assertEffects("pull 0 from 1 at 0");
        settler.onFailed(1, 0, 100, recorder);
        settler.advance(299, recorder);
        assertEffects();
        settler.advance(300, recorder);
        assertEffects("pull 0 from 1 at 0");
    }

    @Test
    void chunk_whose_merge_ends_with_an_error_is_pulled_again() {
        settler.onOwners(bits(0), new int[][] {{0, 1}}, 0, recorder);
        settler.onPeerUp(1, 0, recorder);
        bug = true;
        PullAnswer answer = new PullAnswer(PullAnswer.END, 100, List.of(RECORD));
        assertThatThrownBy(() -> settler.onAnswer(1, 0, answer, 0, recorder)).hasMessage("a bug");
        bug = false;
        settler.advance(100, recorder);
        settler.onAnswer(1, 0, end(), 100, recorder);
        assertEffects("pull 0 from 1 at 0", "pull 0 from 1 at 0", "settled 0");
    }

    @Test
    void chunk_that_does_not_fit_into_memory_is_pulled_again() {
        settler.onOwners(bits(0), new int[][] {{0, 1}}, 0, recorder);
        settler.onPeerUp(1, 0, recorder);
        memory = false;
        settler.onAnswer(1, 0, new PullAnswer(PullAnswer.END, 100, List.of(RECORD)), 0, recorder);
        memory = true;
        settler.advance(100, recorder);
        settler.onAnswer(1, 0, end(), 100, recorder);
        assertEffects("pull 0 from 1 at 0", "no memory", "pull 0 from 1 at 0", "settled 0");
    }

    @Test
    void no_more_pulls_than_allowed_are_under_way_to_one_peer() {
        settler.onOwners(bits(0, 1, 2), new int[][] {{0, 1}, {0, 1}, {1, 0}}, 0, recorder);
        settler.onPeerUp(1, 0, recorder);
        assertEffects("pull 0 from 1 at 0", "pull 1 from 1 at 0");
        settler.onAnswer(1, 1, end(), 0, recorder);
        assertEffects("settled 1", "pull 2 from 1 at 0");
    }

    @Test
    void owner_that_is_no_owner_any_more_is_not_waited_for() {
        settler.onOwners(bits(0), new int[][] {{0, 1, 2}}, 0, recorder);
        settler.onPeerUp(1, 0, recorder);
        settler.onAnswer(1, 0, end(), 0, recorder);
        settler.onOwners(bits(0), new int[][] {{0, 1, 3}}, 0, recorder);
        settler.onPeerUp(3, 0, recorder);
        settler.onAnswer(3, 0, end(), 0, recorder);
        assertEffects("pull 0 from 1 at 0", "pull 0 from 3 at 0", "settled 0");
    }

    @Test
    void answer_to_a_pull_that_is_not_wanted_any_more_changes_nothing() {
        settler.onOwners(bits(0), new int[][] {{0, 1}}, 0, recorder);
        settler.onPeerUp(1, 0, recorder);
        settler.onOwners(new BitSet(), new int[][] {{0, 1}}, 0, recorder);
        settler.onAnswer(1, 0, new PullAnswer(PullAnswer.END, 100, List.of(RECORD)), 0, recorder);
        assertEffects("pull 0 from 1 at 0");
    }

    @Test
    void answer_to_an_old_pull_is_not_taken_for_that_of_a_new_one() {
        settler.onOwners(bits(0), new int[][] {{0, 1}}, 0, recorder);
        settler.onPeerUp(1, 0, recorder);
        settler.onAnswer(1, 0, new PullAnswer(50, 100, List.of()), 0, recorder);
        assertEffects("pull 0 from 1 at 0", "pull 0 from 1 at 50");
        settler.onOwners(new BitSet(), new int[][] {{1, 2}}, 0, recorder);
        settler.onOwners(bits(0), new int[][] {{0, 1}}, 0, recorder);
        settler.onAnswer(1, 0, end(), 0, recorder);
        settler.advance(1, recorder);
        assertEffects("pull 0 from 1 at 0");
        settler.onAnswer(1, 0, end(), 1, recorder);
        assertEffects("settled 0");
    }

    /** Nodes hold sets of numbers as records; any call may fail or be late; in the end all are settled and agree. */
    @Test
    void nodes_that_all_lost_data_settle_together_with_the_union_of_what_was_left() {
        for (long seed = 0; seed < 300; seed++) {
            new FakeNetwork(new SplittableRandom(seed), "seed " + seed).runUntilSettled();
        }
    }

    private static PullAnswer end() {
        return new PullAnswer(PullAnswer.END, 100, List.of());
    }

    private static BitSet bits(int... set) {
        BitSet bits = new BitSet();
        for (int bit : set) {
            bits.set(bit);
        }
        return bits;
    }

    private void assertEffects(String... expected) {
        assertThat(effects).containsExactly(expected);
        effects.clear();
    }

    private static final class FakeNetwork {
        private static final int NODES = 3;
        private static final int PARTITIONS = 4;

        private final SplittableRandom random;
        private final String name;
        private final List<Node> nodes = new ArrayList<>();
        private final TreeMap<Long, Runnable> agenda = new TreeMap<>();
        private long nowNanos;

        FakeNetwork(SplittableRandom random, String name) {
            this.random = random;
            this.name = name;
            for (int i = 0; i < NODES; i++) {
                nodes.add(new Node(i));
            }
        }

        void runUntilSettled() {
            List<Set<Integer>> unions = new ArrayList<>();
            for (int p = 0; p < PARTITIONS; p++) {
                Set<Integer> union = new TreeSet<>();
                for (Node node : nodes) {
                    union.addAll(node.copies.get(p));
                }
                unions.add(union);
            }
            nodes.forEach(Node::start);
            for (int step = 0; step < 10_000 && nodes.stream().anyMatch(node -> !node.unsettled.isEmpty()); step++) {
                Map.Entry<Long, Runnable> next = agenda.pollFirstEntry();
                if (next != null) {
                    nowNanos = next.getKey();
                    next.getValue().run();
                } else {
                    nowNanos += 100;
                    nodes.forEach(node -> node.settler.advance(nowNanos, node));
                }
            }
            for (Node node : nodes) {
                assertThat(node.unsettled.isEmpty()).as(name).isTrue();
                assertThat(node.copies).as(name).isEqualTo(unions);
            }
        }

        private void later(Runnable task) {
            long at = nowNanos + 1 + random.nextInt(300);
            while (agenda.containsKey(at)) {
                at++;
            }
            agenda.put(at, task);
        }

        private final class Node implements SettlerEffects {
            final int index;
            final List<TreeSet<Integer>> copies = new ArrayList<>();
            final BitSet unsettled = new BitSet();
            final CopySettler settler = new CopySettler(POLICY);

            Node(int index) {
                this.index = index;
                for (int p = 0; p < PARTITIONS; p++) {
                    TreeSet<Integer> copy = new TreeSet<>();
                    for (int i = random.nextInt(6); i > 0; i--) {
                        copy.add(1 + random.nextInt(30));
                    }
                    copies.add(copy);
                }
                unsettled.set(0, PARTITIONS);
            }

            /** Peer numbers are relative: 0 is the node itself. */
            private Node peer(int number) {
                return nodes.get((index + number) % NODES);
            }

            void start() {
                int[][] owners = new int[PARTITIONS][];
                Arrays.fill(owners, new int[] {1, 0, 2});
                settler.onOwners((BitSet) unsettled.clone(), owners, nowNanos, this);
                later(() -> settler.onPeerUp(1, nowNanos, this));
                later(() -> settler.onPeerUp(2, nowNanos, this));
            }

            @Override
            public long rootSum(int partition) {
                return copies.get(partition).stream()
                        .mapToLong(value -> 1L << value)
                        .sum();
            }

            @Override
            public void pull(int peer, int partition, long fromHash, long knownSum, int chunkBytes) {
                if (random.nextInt(5) == 0) {
                    later(() -> settler.onFailed(peer, partition, nowNanos, this));
                    return;
                }
                later(() -> {
                    PullAnswer answer = peer(peer).answer(partition, (int) fromHash, knownSum);
                    later(() -> settler.onAnswer(peer, partition, answer, nowNanos, this));
                });
            }

            private PullAnswer answer(int partition, int fromHash, long knownSum) {
                List<byte[]> records = new ArrayList<>();
                if (rootSum(partition) != knownSum) {
                    for (int value : copies.get(partition).tailSet(fromHash)) {
                        if (records.size() == 2) {
                            return new PullAnswer(value, 100, records);
                        }
                        records.add(new byte[] {(byte) value});
                    }
                }
                return new PullAnswer(PullAnswer.END, 100, records);
            }

            @Override
            public boolean merge(int partition, byte[] record) {
                if (random.nextInt(20) == 0) {
                    return false;
                }
                copies.get(partition).add((int) record[0]);
                return true;
            }

            @Override
            public void settled(int partition) {
                assertThat(unsettled.get(partition)).as(name).isTrue();
                unsettled.clear(partition);
            }
        }
    }
}
