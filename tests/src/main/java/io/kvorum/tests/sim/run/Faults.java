package io.kvorum.tests.sim.run;

import io.kvorum.ring.Member;
import io.kvorum.ring.claim.Plan;
import io.kvorum.ring.history.Event;
import io.kvorum.server.runtime.StartException;
import io.kvorum.tests.sim.cluster.SimCluster;
import io.kvorum.tests.sim.cluster.SimLife;
import io.kvorum.tests.sim.cluster.SimNode;
import io.kvorum.tests.sim.plan.Step;
import io.kvorum.tests.sim.story.Probe;
import io.kvorum.tests.sim.story.Story;
import io.kvorum.tests.sim.world.SimNetwork;
import java.util.BitSet;
import java.util.List;

/** What goes wrong: lets the faults of a plan happen, as far as the design allows them. */
final class Faults {
    private static final int FAILS_MAX = 100;

    private final SimCluster cluster;
    private final Story story;

    Faults(SimCluster cluster, Story story) {
        this.cluster = cluster;
        this.story = story;
    }

    /** Lets a fault happen, or its end. */
    void happen(Step step) {
        SimNetwork network = cluster.network();
        story.timeline().say(cluster.time().nowNanos(), null, step::toString);
        if (step instanceof Step.Crash crash) {
            crash(crash);
        } else if (step instanceof Step.CrashAll all) {
            crashAll(all);
        } else if (step instanceof Step.Stop stop) {
            cluster.node(stop.node()).stop();
        } else if (step instanceof Step.Restart restart) {
            restart(cluster.node(restart.node()));
        } else if (step instanceof Step.Replan replan) {
            replan(replan);
        } else if (step instanceof Step.Pause pause) {
            cluster.node(pause.node()).pause(pause.forNanos());
            story.mark(Probe.PAUSED);
        } else if (step instanceof Step.Cut cut) {
            network.cut(cut.from(), cut.to());
            story.mark(Probe.CUT);
        } else if (step instanceof Step.Slow slow) {
            network.slow(slow.from(), slow.to(), slow.byNanos());
        } else if (step instanceof Step.Disturb disturb) {
            network.disturb(disturb.from(), disturb.to(), disturb.lossRatio(), disturb.doubleRatio());
        } else if (step instanceof Step.Reset reset) {
            cluster.reset(reset.one(), reset.other());
        } else if (step instanceof Step.Mend mend) {
            network.mend(mend.one(), mend.other());
            network.mend(mend.other(), mend.one());
        } else if (step instanceof Step.Jump jump) {
            cluster.node(jump.node()).clock().jump(jump.millis());
            story.mark(Probe.CLOCK_JUMPED);
        } else if (step instanceof Step.DiskFull full) {
            cluster.node(full.node()).disk().limitSpace(full.full() ? 0 : Long.MAX_VALUE);
        } else if (step instanceof Step.DiskFails fails) {
            cluster.node(fails.node()).disk().failForces(Math.min(FAILS_MAX, fails.times()));
        } else if (step instanceof Step.DiskForces forces) {
            cluster.node(forces.node()).disk().failForces(forces.fails() ? Integer.MAX_VALUE : 0);
        } else if (step instanceof Step.DiskSlow slow) {
            cluster.node(slow.node()).disk().slow(slow.byNanosMax());
        } else if (step instanceof Step.DiskReadOnly only) {
            cluster.node(only.node()).disk().readOnly(only.readOnly());
        }
    }

    /** Ends all faults. */
    void heal() {
        cluster.network().mend();
        for (SimNode node : cluster.nodes()) {
            node.disk().limitSpace(Long.MAX_VALUE);
            node.disk().failForces(0);
            node.disk().readOnly(false);
            node.disk().slow(0);
            node.unpause();
            node.start();
        }
    }

    private void crash(Step.Crash crash) {
        SimNode node = cluster.node(crash.node());
        if (node.life() == null) {
            return;
        }
        boolean asksToForget = crash.forgets() || (crash.powerFails() && losesByPower(node));
        boolean may = asksToForget && mayForget(node);
        crash(node, crash.forgets() && may, crash.powerFails() && (may || !losesByPower(node)));
    }

    private void replan(Step.Replan replan) {
        SimLife life = cluster.node(replan.node()).life();
        if (life != null) {
            life.membership().commit((ring, id) -> {
                List<Member> claimants = ring.members().stream()
                        .filter(member ->
                                (replan.members() >> cluster.indexOf(member.id().uuid()) & 1) != 0)
                        .toList();
                Plan plan = Plan.of(ring, claimants, false);
                return new Event.PlanCommitted(id, ring.plan(), ring.historyHash(), plan.tokens());
            });
            story.mark(Probe.REPLANNED);
        }
    }

    /** Whether the loss of power takes from its disk what was acknowledged. */
    private static boolean losesByPower(SimNode node) {
        return node.isDurable() && !node.forcesFirst();
    }

    private void crashAll(Step.CrashAll crash) {
        List<SimNode> running =
                cluster.nodes().stream().filter(node -> node.life() != null).toList();
        boolean forced = running.stream().allMatch(SimNode::forcesFirst);
        running.forEach(node -> crash(node, false, crash.powerFails() && !losesByPower(node)));
        if (crash.powerFails() && forced && running.size() == cluster.nodes().size() && story.hasDone()) {
            story.mark(Probe.ALL_POWER_FAILED_AND_FORCED);
        }
        if (running.size() > 1) {
            story.mark(Probe.ALL_CRASHED);
        }
    }

    private void crash(SimNode node, boolean forgets, boolean powerFails) {
        node.crash(forgets, powerFails);
        if (!forgets) {
            story.mark(Probe.CRASHED_WITH_MEMORY);
        }
        if (powerFails) {
            story.mark(Probe.POWER_FAILED);
        }
    }

    /** A node whose disk does not let it start stays down until it is started again. */
    private void restart(SimNode node) {
        boolean inOrder = node.disk().isInOrder();
        try {
            node.start();
        } catch (StartException refused) {
            if (inOrder) {
                throw refused;
            }
            story.timeline()
                    .say(cluster.time().nowNanos(), null, () -> node + " cannot start: " + refused.getMessage());
            story.mark(Probe.START_REFUSED);
        }
    }

    /**
     * A hint is a copy of its key that a quorum may have counted, and the copies that settle do not ask for it. So nobody who
     * keeps something for others may forget, nor an owner of what somebody keeps.
     */
    private boolean isHinted(SimNode node) {
        for (SimNode keeper : cluster.nodes()) {
            BitSet partitions = keeper.hintedPartitions();
            if (!partitions.isEmpty() && keeper.equals(node)) {
                return true;
            }
            if (partitions.stream()
                    .anyMatch(partition -> cluster.owners(partition).contains(node.index()))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Fewer than W copies of a partition may have forgotten at once; so a copy may forget while all others have everything,
     * and never if it is the only one, for all that anybody knows. Nor if it was when it acknowledged something, and the owners
     * that came since have not got that yet: W was one then. They may count before they have, since nobody waits for them.
     */
    private boolean mayForget(SimNode node) {
        if (isHinted(node) || story.hasAlone(node.index())) {
            return false;
        }
        for (int partition = 0; partition < cluster.ring().partitions(); partition++) {
            for (List<Integer> owners : cluster.ownersKnown(partition)) {
                if (owners.contains(node.index()) && !othersHaveAll(node, owners, partition)) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean othersHaveAll(SimNode node, List<Integer> owners, int partition) {
        return owners.size() > 1
                && owners.stream()
                        .allMatch(owner ->
                                owner == node.index() || cluster.node(owner).isSettled(partition));
    }
}
