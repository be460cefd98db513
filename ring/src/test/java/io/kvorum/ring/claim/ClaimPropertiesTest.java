package io.kvorum.ring.claim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.kvorum.ring.Assignment;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ClaimPropertiesTest {
    @Test
    void eight_nodes_share_256_tokens_evenly_and_no_three_in_a_row_share_a_node_or_zone() {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            members.add(member(i, "z" + i % 4, 100));
        }
        Assignment tokens = Claim.claim(256, 3, members, null);
        assertThat(tokens.counts().values()).containsOnly(32);
        assertThat(clashes(tokens, members, 3, false)).isZero();
        assertThat(clashes(tokens, members, 3, true)).isZero();
    }

    @Test
    void three_nodes_follow_one_another_but_for_the_seam_at_zero() {
        List<Member> members = List.of(member(1, "", 100), member(2, "", 100), member(3, "", 100));
        Assignment tokens = Claim.claim(256, 3, members, null);
        assertThat(tokens.counts().values()).containsExactlyInAnyOrder(85, 85, 86);
        assertThat(clashes(tokens, members, 3, false)).isLessThanOrEqualTo(3);
    }

    @Test
    void fourth_node_takes_a_quarter_and_nothing_else_moves() {
        List<Member> members = new ArrayList<>(List.of(member(1, "", 100), member(2, "", 100), member(3, "", 100)));
        Assignment before = Claim.claim(256, 3, members, null);
        members.add(member(4, "", 100));
        Assignment after = Claim.claim(256, 3, members, before);
        assertThat(after.differences(before)).isEqualTo(64);
        assertThat(clashes(after, members, 3, false)).isZero();
    }

    @Test
    void member_without_weight_gets_nothing_and_somebody_must_have_one() {
        List<Member> members = List.of(member(1, "", 0), member(2, "", 1));
        assertThat(Claim.claim(8, 3, members, null).counts()).hasSize(1).containsValue(8);
        assertThatIllegalArgumentException().isThrownBy(() -> Claim.claim(8, 3, members.subList(0, 1), null));
    }

    @Test
    void rebalancing_parts_all_zones_that_can_be_parted() {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            members.add(member(i, "z" + i % 4, 100));
        }
        Assignment before = Claim.claim(256, 3, members, null);
        members.add(member(5, "z1", 100));
        members.add(member(6, "z2", 100));
        Assignment few = Claim.claim(256, 3, members, before);
        Assignment thorough = Claim.rebalance(256, 3, members, before);
        assertThat(few.differences(before)).isLessThanOrEqualTo(thorough.differences(before));
        assertThat(clashes(thorough, members, 3, true)).isZero();
    }

    @Test
    void s6_2_claims_stay_balanced_and_spaced_as_nodes_come_and_go_with_few_moves() {
        long moves = 0;
        long movesNeeded = 0;
        int changes = 0;
        int clean = 0;
        for (long seed = 0; seed < 150; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int partitions = 8 << random.nextInt(random.nextInt(8) == 0 ? 8 : 6);
            int n = 1 + random.nextInt(4);
            int zones = 1 + random.nextInt(5);
            boolean weighted = random.nextBoolean();
            List<Member> members = new ArrayList<>();
            int count = 1 + random.nextInt(random.nextInt(4) == 0 ? 100 : 12);
            while (members.size() < count) {
                members.add(randomMember(random, zones, weighted));
            }
            Assignment tokens = Claim.claim(partitions, n, members, null);
            check(tokens, members, n, true, "seed " + seed);
            for (int step = 0; step < 4; step++) {
                change(members, random, zones, weighted);
                Assignment next = Claim.claim(partitions, n, members, tokens);
                String as = "seed " + seed + " step " + step;
                check(next, members, n, false, as);
                if (members.size() > n && !weighted) {
                    moves += next.differences(tokens);
                    movesNeeded += needed(tokens, next);
                    assertThat(next.differences(tokens))
                            .as(as)
                            .isLessThanOrEqualTo(needed(tokens, next) + partitions / 8 + n + 1);
                }
                changes++;
                clean += clashes(next, members, n, false) == 0 || members.size() <= n ? 1 : 0;
                tokens = next;
            }
        }
        assertThat(clean).isGreaterThan(changes * 95 / 100);
        assertThat((double) moves / movesNeeded).isBetween(1.0, 1.1);
    }

    @Test
    void order_of_members_does_not_matter() {
        SplittableRandom random = new SplittableRandom(5);
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            members.add(randomMember(random, 3, true));
        }
        Assignment tokens = Claim.claim(128, 3, members, null);
        Collections.shuffle(members, new Random(3));
        assertThat(Claim.claim(128, 3, members, null)).isEqualTo(tokens);
    }

    private static void change(List<Member> members, SplittableRandom random, int zones, boolean weighted) {
        int kind = random.nextInt(3);
        if (kind == 0 && members.size() > 1) {
            members.remove(random.nextInt(members.size()));
        } else if (kind == 1) {
            members.add(randomMember(random, zones, weighted));
        } else {
            members.set(random.nextInt(members.size()), randomMember(random, zones, weighted));
        }
    }

    private static void check(Assignment tokens, Collection<Member> members, int n, boolean fresh, String as) {
        int partitions = tokens.partitions();
        Map<NodeId, Integer> counts = tokens.counts();
        Map<NodeId, Double> ideals = ideals(partitions, n, members);
        ideals.forEach((node, ideal) -> assertThat((double) counts.getOrDefault(node, 0))
                .as("%s tokens of %s", as, node)
                .isCloseTo(ideal, within(0.999_999)));
        int most = Collections.max(counts.values());
        if (members.size() > n && most <= partitions / n) {
            assertThat(clashes(tokens, members, n, false)).as(as).isLessThanOrEqualTo(fresh ? 0 : n);
        }
        Map<String, Integer> zones = new TreeMap<>();
        members.forEach(member -> zones.merge(member.zone(), counts.getOrDefault(member.id(), 0), Integer::sum));
        if (fresh && members.size() > n && Collections.max(zones.values()) <= partitions / n) {
            assertThat(clashes(tokens, members, n, true)).as(as).isZero();
        }
    }

    /** Shares by weight, none above one token in N where there are more than N nodes. */
    private static Map<NodeId, Double> ideals(int partitions, int n, Collection<Member> members) {
        double cap = members.size() > n
                ? Math.max(partitions / n, (partitions + members.size() - 1) / members.size())
                : partitions;
        Map<NodeId, Double> ideals = new TreeMap<>();
        List<Member> open = new ArrayList<>(members);
        double left = partitions;
        while (true) {
            double weights = open.stream().mapToInt(Member::weight).sum();
            double perWeight = left / weights;
            List<Member> over = open.stream()
                    .filter(m -> m.weight() * perWeight > cap + 1e-9)
                    .toList();
            if (over.isEmpty()) {
                open.forEach(m -> ideals.put(m.id(), m.weight() * perWeight));
                return ideals;
            }
            over.forEach(m -> ideals.put(m.id(), cap));
            open.removeAll(over);
            left -= cap * over.size();
        }
    }

    /** The least number of moves that leads from the counts of one assignment to those of another. */
    private static int needed(Assignment from, Assignment to) {
        Map<NodeId, Integer> counts = to.counts();
        return from.counts().entrySet().stream()
                .mapToInt(entry -> Math.max(0, entry.getValue() - counts.getOrDefault(entry.getKey(), 0)))
                .sum();
    }

    private static int clashes(Assignment tokens, Collection<Member> members, int n, boolean ofZones) {
        Map<NodeId, String> names = new TreeMap<>();
        members.forEach(m -> names.put(m.id(), ofZones ? m.zone() : m.name()));
        int clashes = 0;
        for (int i = 0; i < tokens.partitions(); i++) {
            String here = names.getOrDefault(tokens.owner(i), "");
            for (int distance = 1; distance < n; distance++) {
                NodeId there = tokens.owner((i + distance) % tokens.partitions());
                clashes += here.equals(names.get(there)) ? 1 : 0;
            }
        }
        return clashes;
    }

    private static Member randomMember(SplittableRandom random, int zones, boolean weighted) {
        int weight = weighted ? 50 * (1 + random.nextInt(4)) : 100;
        return member(random.nextLong(), "z" + random.nextInt(zones), weight);
    }

    private static Member member(long id, String zone, int weight) {
        MemberSpec spec = new MemberSpec("n" + id, zone, "localhost", 7379, 0, 0, 0, weight);
        return new Member(NodeId.of(0, id), spec, MemberState.SERVING);
    }
}
