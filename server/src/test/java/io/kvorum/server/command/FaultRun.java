package io.kvorum.server.command;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.server.coordinator.RequestOptions;
import io.kvorum.server.peer.message.Forward;
import io.kvorum.server.peer.message.ForwardAnswer;
import io.kvorum.server.peer.message.HintedWrite;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Write;
import io.kvorum.server.peer.message.WriteAnswer;
import io.kvorum.storage.engine.Durability;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs one request, with or without a fault, and remembers what was replied and what really happened. */
final class FaultRun implements Interference {
    private static final int TICKS_MAX = 800;

    /**
     * What goes wrong.
     *
     * @param point the number of the point, from 0
     * @param onwards whether it goes on at all points behind it
     */
    record Fault(int point, boolean onwards, FaultKind kind) {
        boolean strikes(int number) {
            return number == point || (onwards && number > point);
        }
    }

    final TestCluster cluster;
    final FaultScenario scenario;
    final List<Fault> faults;
    final List<FaultPoint> points = new ArrayList<>();
    final List<String> keys = new ArrayList<>();
    final String value;

    /** The context that the request carries. */
    String given = "";

    /** What was on the keys before. */
    final Set<String> before = new HashSet<>();

    /** By coordinator: the owners that it knows to hold the write, or whose place somebody holds it in. */
    private final Map<Integer, Set<Integer>> acknowledged = new HashMap<>();

    /** Of them, those that are only stood in for. */
    private final Map<Integer, Set<Integer>> acknowledgedByHint = new HashMap<>();

    /** Nodes whose disk has the write. */
    private final Set<Integer> forced = new HashSet<>();

    /** Nodes that were sent the command by another. */
    private final Set<Integer> passedTo = new HashSet<>();

    /** Nodes that answered to that. */
    private final Set<Integer> answeredFor = new HashSet<>();

    /** The first reply; empty if there is none. */
    String reply = "";

    /** After so many milliseconds it came. */
    long replyMillis;

    /** After so many milliseconds it had to be there. */
    long latestMillis;

    /** When the reply came: by owner, how many it knew to hold what it coordinates. */
    final List<Integer> known = new ArrayList<>();

    /** When the reply came: whose disk had the write. */
    Set<Integer> forcedAtReply = Set.of();

    /** When the reply came: whether another node was sent the command. */
    boolean isPassedOn;

    /** When the reply came: the contexts of attempts that nodes named which were passed the command. */
    final Set<String> attempts = new HashSet<>();

    /** When the reply came: who was passed the command and had not answered. */
    final Set<Integer> unanswered = new HashSet<>();

    /** Replies behind the first. */
    String more = "";

    /** What is held when the reply comes, and in the end. */
    Holders atReply;

    Holders atEnd;

    /** How many steps of the request were still on their way in the end. */
    int leftPending;

    private final long number;
    private long stoodStillUntilMillis;
    private long stoodStillMillis;
    private long startMillis;

    FaultRun(TestCluster cluster, FaultScenario scenario, List<Fault> faults, long number) {
        this.cluster = cluster;
        this.scenario = scenario;
        this.faults = faults;
        this.number = number;
        this.value = "value-" + number;
        this.atReply = new Holders();
        this.atEnd = atReply;
    }

    FaultRun run() {
        recover();
        begin();
        TestCluster.Client client = cluster.client(scenario.client());
        client.session.setOptions(scenario.options());
        cluster.interference = this;
        startMillis = cluster.nowMillis();
        client.begin(words());
        String first = client.raw();
        for (int ticks = 0; first == null && ticks < TICKS_MAX; first = client.raw()) {
            ticks += goOn();
        }
        reply = first == null ? "" : first;
        replyMillis = cluster.nowMillis() - startMillis;
        long limitMillis = scenario.request().writes ? 1_000 : 500;
        // Of several keys each has the whole time, from when its turn came.
        latestMillis = (scenario.request().hasManyKeys()
                        ? limitMillis + stoodStillMillis
                        : Math.max(limitMillis, stoodStillUntilMillis))
                + 2 * TestCluster.STEP_MILLIS;
        atReply = Holders.of(this);
        for (int node = 0; node < cluster.nodes.size(); node++) {
            known.add(knownTo(node));
        }
        forcedAtReply = Set.copyOf(forced);
        isPassedOn = !passedTo.isEmpty();
        unanswered.addAll(passedTo);
        unanswered.removeAll(answeredFor);
        drain();
        while (!cluster.late.isEmpty()) {
            cluster.network.addAll(cluster.late);
            cluster.late.clear();
            drain();
        }
        atEnd = Holders.of(this);
        String second = client.raw();
        more = second == null ? "" : second;
        leftPending = pending();
        cluster.interference = NONE;
        return this;
    }

    /** All is well again. */
    void recover() {
        cluster.interference = NONE;
        for (TestNode node : cluster.nodes) {
            node.trustAll();
            node.disk.durability = scenario.durability();
        }
    }

    /** The context that the request carries; empty if it carries none. */
    String givenContext() {
        return scenario.request().words.contains("C") ? given : "";
    }

    private void begin() {
        for (int owner = 0; owner < (scenario.request().hasManyKeys() ? 2 : 1); owner++) {
            String key = cluster.keyOf(owner, number);
            keys.add(key);
            if (!scenario.request().before.isEmpty()) {
                TestCluster.Client writer = cluster.client(owner);
                writer.session.setOptions(new RequestOptions(0, FaultScenario.N, 0, true));
                expectNoError(writer.patiently("SET", key, scenario.request().before));
            }
        }
        given = new String(
                scenario.request().before.isEmpty()
                        ? new byte[0]
                        : cluster.client(0).ask("KV.GET", keys.get(0)).item(0).asBytes(),
                StandardCharsets.US_ASCII);
        for (String key : keys) {
            before.addAll(Holders.events(cluster.stored(1, key)));
        }
        TestNode last = cluster.nodes.get(2);
        for (TestNode node : cluster.nodes) {
            switch (scenario.situation()) {
                case WELL -> {}
                case ONE_OWNER_DOWN -> lose(node, last);
                case TWO_OWNERS_DOWN -> {
                    lose(node, cluster.nodes.get(1));
                    lose(node, last);
                }
                case ALL_OWNERS_DOWN ->
                    cluster.nodes.subList(0, FaultScenario.N).forEach(owner -> lose(node, owner));
                case ONE_OWNER_SUSPECTED -> node.setHealthy(last, node == last);
            }
        }
    }

    private static void lose(TestNode node, TestNode lost) {
        if (node != lost) {
            node.setHealthy(lost, false);
            node.setReachable(lost, false);
        }
    }

    private static void expectNoError(RespReply reply) {
        if (reply.isError()) {
            throw new AssertionError(reply.asString());
        }
    }

    private String[] words() {
        String[] words = scenario.request().words.split(" ");
        for (int i = 1; i < words.length; i++) {
            words[i] = switch (words[i]) {
                case "K" -> keys.get(0);
                case "L" -> keys.get(1);
                case "V" -> value;
                case "C" -> given;
                default -> words[i];
            };
        }
        return words;
    }

    private void drain() {
        for (int ticks = 0; ticks < TICKS_MAX && (pending() > 0 || !cluster.network.isEmpty()); ) {
            ticks += goOn();
        }
    }

    /** What is on its way arrives; if nothing is, time passes: then it returns 1. */
    private int goOn() {
        long stoodMillis = cluster.nowMillis();
        if (!cluster.step()) {
            cluster.tick();
            return 1;
        }
        if (cluster.nowMillis() != stoodMillis) {
            // Who wakes up goes on with what has come, and looks at timers then.
            cluster.advance();
        }
        return 0;
    }

    private int pending() {
        return cluster.nodes.stream()
                .mapToInt(node -> node.wheel.size() + node.waiting.size())
                .sum();
    }

    private @Nullable Fault at(FaultPoint point) {
        int index = points.size();
        points.add(point);
        for (Fault fault : faults) {
            if (fault.strikes(index) && fault.kind().happensAt(point)) {
                return fault;
            }
        }
        return null;
    }

    private void standStill(long millis) {
        cluster.standStill(millis);
        stoodStill(millis);
    }

    private void stoodStill(long millis) {
        stoodStillMillis += millis;
        stoodStillUntilMillis = cluster.nowMillis() - startMillis;
    }

    @Override
    public Fate ofMessage(TestNode from, TestNode to, PeerMessage request) {
        Fault fault = at(new FaultPoint(FaultPoint.Type.MESSAGE, from.index, to.index, request));
        Fate fate = fault == null ? Fate.WELL : fault.kind().fate(from, to);
        if (request instanceof Forward && fate.way() != Way.NOT_SENT) {
            passedTo.add(to.index);
        }
        return new Fate(fate.way(), fate.instead(), noting(fate.beforeArrival()), noting(fate.beforeAnswer()));
    }

    private Runnable noting(Runnable event) {
        return () -> {
            long beforeMillis = cluster.nowMillis();
            event.run();
            if (cluster.nowMillis() != beforeMillis) {
                stoodStill(cluster.nowMillis() - beforeMillis);
            }
        };
    }

    @Override
    public void answered(TestNode from, TestNode to, PeerMessage request, PeerMessage answer) {
        if (request instanceof Forward) {
            answeredFor.add(to.index);
            note(answer);
        }
        if (!(answer instanceof WriteAnswer written) || !written.status().merged()) {
            return;
        }
        if (request instanceof HintedWrite hinted) {
            acknowledgedByHint
                    .computeIfAbsent(from.index, node -> new HashSet<>())
                    .add(cluster.ids.indexOf(hinted.target()));
        } else if (request instanceof Write) {
            acknowledged.computeIfAbsent(from.index, node -> new HashSet<>()).add(to.index);
        }
    }

    private void note(PeerMessage answer) {
        if (answer instanceof ForwardAnswer forwarded) {
            String text = new String(forwarded.reply(), StandardCharsets.US_ASCII).strip();
            int at = text.startsWith("-INDOUBT ") ? text.indexOf(" ctx=") : -1;
            if (at >= 0) {
                attempts.add(text.substring(at));
            }
        }
    }

    @Override
    public long ofChange(TestNode node) {
        Fault fault = at(new FaultPoint(FaultPoint.Type.CHANGE, node.index, -1, null));
        if (fault == null) {
            return 0;
        }
        if (fault.kind() == FaultKind.DISK_BEHIND_AND_UNSETTLED) {
            node.unsettle(node);
        } else if (fault.kind() == FaultKind.DISK_BEHIND_AND_STANDS_STILL) {
            standStill(FaultKind.SHORT_MILLIS);
        }
        return fault.kind().refusal;
    }

    @Override
    public void awaited(TestNode node) {
        Fault fault = at(new FaultPoint(FaultPoint.Type.FORCE, node.index, -1, null));
        Runnable forces = () -> {
            forced.add(node.index);
            node.disk.forced(true);
        };
        if (fault == null) {
            cluster.network.add(forces);
        } else if (fault.kind() == FaultKind.FORCE_FAILS) {
            cluster.network.add(() -> node.disk.forced(false));
        } else if (fault.kind() == FaultKind.FORCE_LATE) {
            cluster.late.add(forces);
        } else {
            cluster.network.add(() -> {
                standStill(FaultKind.SHORT_MILLIS);
                forces.run();
            });
        }
    }

    /** How many owners a coordinator knows to be held for, its own copy included. */
    private int knownTo(int node) {
        Set<Integer> places = new HashSet<>(acknowledged.getOrDefault(node, Set.of()));
        if (!scenario.options().strict()) {
            places.addAll(acknowledgedByHint.getOrDefault(node, Set.of()));
        }
        boolean own = scenario.durability() != Durability.BEFORE_ACKNOWLEDGED || forced.contains(node);
        if (own && node < FaultScenario.N) {
            places.add(node);
        }
        // A fallback that coordinates has a place of its own, which it asks nobody for.
        boolean standsIn = !scenario.options().strict() && node >= FaultScenario.N && keepsForAll(node);
        return places.size() + (standsIn ? 1 : 0);
    }

    private boolean keepsForAll(int node) {
        return atReply.hints.values().stream()
                .anyMatch(keepers -> keepers.getOrDefault(node, Set.of()).size() == FaultScenario.N);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(scenario.toString());
        for (Fault fault : faults) {
            text.append(" | point ")
                    .append(fault.point())
                    .append(fault.onwards() ? " and on" : "")
                    .append(": ")
                    .append(fault.point() < points.size() ? points.get(fault.point()) : "?")
                    .append(" | ")
                    .append(fault.kind());
        }
        return text + " | run " + number + " | " + reply.strip() + " after " + replyMillis + " ms";
    }
}
