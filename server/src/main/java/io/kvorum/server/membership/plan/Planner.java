package io.kvorum.server.membership.plan;

import io.kvorum.ring.Assignment;
import io.kvorum.ring.EventId;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Ring;
import io.kvorum.ring.claim.Claim;
import io.kvorum.ring.claim.Plan;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.History;
import io.kvorum.ring.history.RingFold;
import io.kvorum.server.membership.MembershipService.EventMaker;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Works a change of the membership out: which events would make it, and what would come of them. What is shown is the fold
 * of the history with those very events. Pure; used once, by one thread. May take a part of a second on the largest rings.
 */
public final class Planner {
    private final History history;
    private final Ring ring;
    private final NodeId self;
    private final Set<NodeId> up;
    private final Set<NodeId> tokenHolders;
    private final List<String> warnings = new ArrayList<>();

    private Planner(History history, Ring ring, NodeId self, Set<NodeId> up) {
        this.history = history;
        this.ring = ring;
        this.self = self;
        this.up = up;
        Assignment tokens = ring.assignment();
        this.tokenHolders = tokens == null ? Set.of() : tokens.counts().keySet();
    }

    /**
     * Works one out.
     *
     * @param history the history that it would be committed to
     * @param self the node that is asked
     * @param up the members that answer it
     * @param request what is wanted
     */
    public static Planning plan(History history, NodeId self, Set<NodeId> up, ChangeRequest request) {
        Optional<Ring> ring = RingFold.fold(history);
        if (ring.isEmpty()) {
            return new Planning.Refused("the history of this node tells of no cluster yet: ask another node");
        }
        return new Planner(history, ring.get(), self, up).plan(request);
    }

    private Planning plan(ChangeRequest request) {
        ChangeKind kind = request.kind();
        if (!kind.takes(request.names().size())) {
            return new Planning.Refused(
                    "wrong number of names for " + kind.label() + ": it is asked for by " + kind.usage());
        }
        NamedMembers named = NamedMembers.find(ring, request.names());
        if (named.problem() != null) {
            return new Planning.Refused(named.problem());
        }
        return switch (kind) {
            case JOIN -> join(named.members());
            case LEAVE -> leave(named.members());
            case REMOVE -> remove(named.members(), request.force());
            case REPLACE -> replace(named.members().get(0), named.members().get(1), request.force());
            case REBALANCE -> rebalance();
        };
    }

    private Planning join(List<Member> named) {
        for (Member member : named) {
            if (member.weight() == 0) {
                return new Planning.Refused(
                        member.name()
                                + " has weight 0 and so takes no data: give it a node.weight and start it anew, then plan again");
            }
            if (hasTokens(member) && member.state() != MemberState.LEAVING) {
                return new Planning.Refused(member.name()
                        + " has tokens already: only members that KV.STATUS shows as joining can join; rebalance spreads"
                        + " tokens anew");
            }
        }
        List<Member> joining = named.isEmpty() ? withoutTokens() : named;
        if (joining.isEmpty()) {
            return new Planning.Refused(
                    "no member waits for tokens: start a new node with cluster.seeds, and when KV.STATUS"
                            + " shows it as joining, plan again");
        }
        List<EventMaker> makers = new ArrayList<>();
        List<Member> claimants = holders();
        for (Member member : joining) {
            if (member.state() == MemberState.LEAVING) {
                makers.add((now, id) -> new Event.Joined(id, member.id(), member.spec()));
            }
            claimants.remove(member);
            claimants.add(member);
        }
        makers.add(plan(claim(claimants)));
        return change(ChangeKind.JOIN, names(joining) + (joining.size() == 1 ? " joins" : " join"), makers, claimants);
    }

    private Planning leave(List<Member> named) {
        List<EventMaker> makers = new ArrayList<>();
        for (Member member : named) {
            if (member.state() != MemberState.LEAVING) {
                makers.add((now, id) -> new Event.Leaving(id, member.id()));
            } else if (!hasTokens(member)) {
                return new Planning.Refused(
                        member.name() + " is leaving already: KV.CLUSTER MOVES shows what it still has to give away");
            }
        }
        List<Member> claimants = holders();
        claimants.removeAll(named);
        Planning refusal = withPlanOfTheRest(named, claimants, makers);
        return refusal != null
                ? refusal
                : change(
                        ChangeKind.LEAVE, names(named) + (named.size() == 1 ? " leaves" : " leave"), makers, claimants);
    }

    private Planning remove(List<Member> named, boolean force) {
        List<EventMaker> makers = new ArrayList<>();
        for (Member member : named) {
            Planning refusal = refusalToFence(member, force, "let it leave in order instead, which loses nothing");
            if (refusal != null) {
                return refusal;
            }
            makers.add((now, id) -> new Event.Removed(id, member.id()));
        }
        List<Member> claimants = holders();
        claimants.removeAll(named);
        Planning refusal = withPlanOfTheRest(named, claimants, makers);
        if (refusal == null) {
            refusal = refusalToLose(named, force);
        }
        return refusal != null
                ? refusal
                : change(
                        ChangeKind.REMOVE,
                        names(named) + (named.size() == 1 ? " is" : " are") + " removed for ever",
                        makers,
                        claimants);
    }

    private Planning replace(Member old, Member by, boolean force) {
        Planning refusal = refusalToFence(
                old, force, "join " + by.name() + " and let " + old.name() + " leave instead, which loses nothing");
        if (refusal != null) {
            return refusal;
        }
        if (!hasTokens(old)) {
            return new Planning.Refused(old.name() + " has no tokens that " + by.name() + " could get: remove "
                    + old.name() + ", and let " + by.name() + " join");
        }
        if (by.state() != MemberState.JOINING || hasTokens(by)) {
            return new Planning.Refused(by.name() + " cannot take the place of " + old.name() + " since it is "
                    + by.state().name().toLowerCase(Locale.ROOT)
                    + ": expected a member that KV.STATUS shows as joining; start a new node with cluster.seeds, or"
                    + " remove " + old.name());
        }
        if (by.weight() == 0) {
            return new Planning.Refused(by.name()
                    + " has weight 0 and so takes no data: give it a node.weight and start it anew, then plan again");
        }
        refusal = refusalToLose(List.of(old), force);
        if (refusal != null) {
            return refusal;
        }
        if (by.weight() != old.weight()) {
            warnings.add(by.name() + " has weight " + by.weight() + " and gets the tokens of weight " + old.weight()
                    + ": rebalance later");
        }
        List<Member> claimants = holders();
        claimants.remove(old);
        claimants.add(by);
        return change(
                ChangeKind.REPLACE,
                by.name() + " takes the place of " + old.name() + ", which is removed for ever",
                List.of((now, id) -> new Event.Replaced(id, old.id(), by.id())),
                claimants);
    }

    private Planning rebalance() {
        List<Member> claimants = new ArrayList<>(Plan.claimants(ring));
        if (claimants.stream().noneMatch(member -> member.weight() > 0)) {
            return nobodyLeft("to rebalance");
        }
        Assignment tokens = Claim.rebalance(ring.partitions(), ring.n(), claimants, ring.assignment());
        PlannedChange change = change(
                ChangeKind.REBALANCE,
                "tokens are spread anew over " + names(weighty(claimants)),
                List.of(plan(tokens)),
                claimants);
        boolean same = tokens.equals(ring.assignment());
        if (same || (change.plan().moves().isEmpty() && ring.moves().isEmpty())) {
            return new Planning.Refused(
                    "nothing to rebalance: every member has its share by weight, and no partition would move");
        }
        return change;
    }

    /** Adds the plan that gives the tokens of these members to others, if they have any. */
    private @Nullable Planning withPlanOfTheRest(List<Member> named, List<Member> claimants, List<EventMaker> makers) {
        if (named.stream().noneMatch(this::hasTokens)) {
            return null;
        }
        if (weighty(claimants).isEmpty()) {
            return nobodyLeft("without " + names(named));
        }
        makers.add(plan(claim(claimants)));
        return null;
    }

    private static Planning nobodyLeft(String when) {
        return new Planning.Refused("nobody would be left with data " + when
                + ": at least one other member with a weight must have tokens; let one join first");
    }

    private @Nullable Planning refusalToFence(Member member, boolean force, String instead) {
        if (member.id().equals(self)) {
            return new Planning.Refused(member.name()
                    + " is the node that is asked, and cannot fence itself: ask another node, or let it leave");
        }
        if (up.contains(member.id()) && !force) {
            return new Planning.Refused(member.name() + " is up, and would stop for ever: " + instead
                    + "; or add FORCE if it must go at once");
        }
        return null;
    }

    /** Refuses to fence all nodes that have a copy of something, unless that is forced, and warns where few are left. */
    private @Nullable Planning refusalToLose(List<Member> fenced, boolean force) {
        Set<NodeId> gone = fenced.stream().map(Member::id).collect(Collectors.toSet());
        int lost = 0;
        int single = 0;
        for (int partition = 0; partition < ring.partitions(); partition++) {
            List<NodeId> before = ring.settledOwners(partition);
            long left = before.stream().filter(owner -> !gone.contains(owner)).count();
            if (left < before.size()) {
                lost += left == 0 ? 1 : 0;
                single += left == 1 ? 1 : 0;
            }
        }
        String names = names(fenced);
        if (lost > 0 && !force) {
            return new Planning.Refused(lost + " partitions have no other settled owner than " + names
                    + ": what is in them would be lost; start the nodes again, or add FORCE if they are lost anyway");
        }
        if (lost > 0) {
            warnings.add(
                    lost + " partitions have no other settled owner than " + names + ": what is in them alone is lost");
        }
        if (single > 0) {
            warnings.add("in " + single + " partitions one owner alone is left until others have copied from it: what "
                    + names + " had acknowledged, and it has not, is lost");
        }
        return null;
    }

    /** Works out what comes of the events. */
    private PlannedChange change(
            ChangeKind kind, String sentence, List<EventMaker> makers, Collection<Member> claimants) {
        History planned = history;
        for (EventMaker maker : makers) {
            EventId id = planned.nextId(0, self);
            planned = planned.with(List.of(maker.make(ring, id)));
        }
        Ring after = RingFold.fold(planned).orElseThrow();
        Plan plan = Plan.between(ring, after);
        String id = String.format(Locale.ROOT, "%08x", planned.hash() >>> Integer.SIZE);
        PlannedChange change = new PlannedChange(id, kind, sentence, history, ring.plan(), makers, plan, List.of());
        warn(change, claimants);
        return new PlannedChange(id, kind, sentence, history, ring.plan(), makers, plan, warnings);
    }

    private void warn(PlannedChange change, Collection<Member> claimants) {
        if (!ring.moves().isEmpty()) {
            warnings.add("of the plan in force " + ring.moves().size()
                    + " moves are still on their way; this plan goes on from where they stand");
        }
        int nodes = weighty(claimants).size();
        if (nodes < ring.n()) {
            warnings.add("with " + nodes + (nodes == 1 ? " node" : " nodes") + " a key has " + nodes
                    + (nodes == 1 ? " copy" : " copies") + " instead of N=" + ring.n());
        }
        Plan plan = change.plan();
        if (plan.crowdedAfter() > plan.crowdedBefore()) {
            warnings.add(plan.crowdedAfter() + " partitions would have two owners in one zone when all is done; now "
                    + plan.crowdedBefore() + " have");
        }
        for (NodeId node : change.pulls().keySet()) {
            if (!up.contains(node)) {
                warnings.add(nameOf(node) + " does not answer now: it takes nothing over until it does");
            }
        }
        if (ring.ignoredEvents() > 0) {
            warnings.add(
                    ring.ignoredEvents() + " events of the history are not understood here: if a later version of the"
                            + " software wrote them, plan on a node of that version");
        }
    }

    private EventMaker plan(Assignment tokens) {
        EventId base = ring.plan();
        long baseHash = history.hash();
        return (now, id) -> new Event.PlanCommitted(id, base, baseHash, tokens);
    }

    private Assignment claim(Collection<Member> claimants) {
        return Claim.claim(ring.partitions(), ring.n(), claimants, ring.assignment());
    }

    /** The members that have tokens and stay. */
    private List<Member> holders() {
        return ring.members().stream()
                .filter(member -> hasTokens(member) && member.state() != MemberState.LEAVING)
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private List<Member> withoutTokens() {
        return Plan.claimants(ring).stream()
                .filter(member -> member.weight() > 0 && !hasTokens(member))
                .toList();
    }

    private boolean hasTokens(Member member) {
        return tokenHolders.contains(member.id());
    }

    private static List<Member> weighty(Collection<Member> members) {
        return members.stream().filter(member -> member.weight() > 0).toList();
    }

    private String nameOf(NodeId node) {
        Member member = ring.member(node);
        return member == null ? node.toString() : member.name();
    }

    private static String names(Collection<Member> members) {
        List<String> names = members.stream().map(Member::name).sorted().toList();
        int last = names.size() - 1;
        return last < 1
                ? String.join("", names)
                : String.join(", ", names.subList(0, last)) + " and " + names.get(last);
    }
}
