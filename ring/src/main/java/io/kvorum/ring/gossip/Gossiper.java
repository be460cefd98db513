package io.kvorum.ring.gossip;

import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.detector.PeerStatus;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.History;
import io.kvorum.ring.history.PartitionSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps this node's history and its knowledge of others equal to everybody else's (Dynamo §4.8.1). Owned by the control
 * thread.
 *
 * <p>Each tick it tells one random peer a digest, and now and then one of those that seem lost too, so that parts of a
 * split cluster find each other again. Whatever differs is exchanged both ways, see {@link GossipMessage}. News so reaches
 * all of N nodes within about log N ticks; where nothing is new, a summary a tick is all that is ever sent. Messages may be
 * lost, doubled and late: each is answered from what is known at that moment, and none is waited for.
 */
public final class Gossiper {
    /** Of events, one message carries about this much; the rest follows with the next exchange. */
    static final int EVENT_BYTES_PER_MESSAGE = 256 * 1024;

    /** Of hashes of events, one message carries at most this many. */
    static final int HASHES_PER_MESSAGE = 16 * 1024;

    private static final int LOST_PEER_ODDS = 10;

    private final NodeId self;
    private final RandomGenerator random;
    private final SortedMap<NodeId, NodeState> states = new TreeMap<>();
    private final SortedSet<NodeId> gone = new TreeSet<>();
    /** By node: the digest of the history that it was last heard to have. */
    private final Map<NodeId, Long> heard = new HashMap<>();

    private History history;
    private History beingPersisted = History.EMPTY;
    private NodeState own;

    /**
     * Starts with what this node has on disk.
     *
     * @param boot greater than in any earlier life of this node: its hybrid clock now
     */
    public Gossiper(NodeId self, long boot, History history, RandomGenerator random) {
        this.self = self;
        this.random = random;
        this.history = history;
        this.own = NodeState.silent(self, boot);
    }

    /** Returns all events that are known and persisted here. */
    public History history() {
        return history;
    }

    /** Returns what is known of a node, this one included; null if it has not been heard of. */
    public @Nullable NodeState state(NodeId node) {
        return node.equals(self) ? own : states.get(node);
    }

    /** Returns what the other nodes said of themselves, as far as is known. */
    public SortedMap<NodeId, NodeState> states() {
        return Collections.unmodifiableSortedMap(new TreeMap<>(states));
    }

    /** Says something of this node; nothing happens if it was said before. */
    public void setFact(String name, String value) {
        SortedMap<String, String> facts = new TreeMap<>(own.facts());
        facts.put(name, value);
        say(facts, own.views(), own.unsettled());
    }

    /** Says how this node sees its peers; nothing happens if it was said before. */
    public void setViews(SortedMap<NodeId, PeerStatus> statuses) {
        SortedMap<NodeId, PeerStatus> views = new TreeMap<>(statuses);
        views.values().removeIf(status -> status == PeerStatus.UP);
        say(own.facts(), views, own.unsettled());
    }

    /** Says which of its partitions this node lacks data of; nothing happens if it was said before. */
    public void setUnsettled(PartitionSet partitions) {
        say(own.facts(), own.views(), partitions);
    }

    private void say(SortedMap<String, String> facts, SortedMap<NodeId, PeerStatus> views, PartitionSet unsettled) {
        NodeState said = new NodeState(self, own.boot(), own.version(), facts, views, unsettled);
        if (!said.equals(own)) {
            own = new NodeState(self, own.boot(), own.version() + 1, facts, views, unsettled);
        }
    }

    /** Forgets what nodes said that have left or were removed, and does not listen to it any more. */
    public void exclude(Collection<NodeId> nodes) {
        gone.addAll(nodes);
        states.keySet().removeAll(gone);
        heard.keySet().removeAll(gone);
    }

    /**
     * One round.
     *
     * @param up the peers that are seen as up
     * @param lost peers seen otherwise, and seeds that are not known to be members
     */
    public void tick(List<NodeId> up, List<NodeId> lost, GossipEffects effects) {
        beingPersisted = History.EMPTY;
        if (!up.isEmpty()) {
            greet(up.get(random.nextInt(up.size())), effects);
        }
        if (!lost.isEmpty() && (up.isEmpty() || random.nextInt(LOST_PEER_ODDS) == 0)) {
            effects.send(lost.get(random.nextInt(lost.size())), digest());
        }
    }

    private void greet(NodeId peer, GossipEffects effects) {
        effects.send(peer, effects.takesSummary(peer) ? summary() : digest());
    }

    /** Tells these peers at once that there is something new, instead of waiting for ticks. */
    public void announce(Collection<NodeId> peers, GossipEffects effects) {
        GossipMessage.Digest digest = digest();
        peers.forEach(peer -> effects.send(peer, digest));
    }

    /** Events are durable here: this node's own new ones, and those it was asked to persist. */
    public void onPersisted(Collection<Event> events, GossipEffects effects) {
        History grown = history.with(events);
        if (!grown.equals(history)) {
            history = grown;
            effects.historyChanged(history);
        }
    }

    /** A message came. */
    public void onMessage(NodeId from, GossipMessage message, GossipEffects effects) {
        if (message instanceof GossipMessage.Digest digest) {
            onDigest(from, digest, effects);
        } else if (message instanceof GossipMessage.Summary summary) {
            onSummary(from, summary, effects);
        } else if (message instanceof GossipMessage.Sums sums) {
            onSums(from, sums, effects);
        } else if (message instanceof GossipMessage.Hashes hashes) {
            onHashes(from, hashes, effects);
        } else if (message instanceof GossipMessage.Events events) {
            onEvents(from, events, effects);
        } else if (message instanceof GossipMessage.States said) {
            onStates(from, said, effects);
        }
    }

    private GossipMessage.Digest digest() {
        List<StateVersion> versions = new ArrayList<>();
        versions.add(own.stateVersion());
        states.values().forEach(state -> versions.add(state.stateVersion()));
        return new GossipMessage.Digest(history.digest(), versions);
    }

    private GossipMessage.Summary summary() {
        long sum = own.stateVersion().hash();
        for (NodeState state : states.values()) {
            sum += state.stateVersion().hash();
        }
        return new GossipMessage.Summary(history.digest(), sum);
    }

    private void onSummary(NodeId from, GossipMessage.Summary theirs, GossipEffects effects) {
        heard.put(from, theirs.historyHash());
        if (!theirs.equals(summary())) {
            effects.send(from, digest());
        }
    }

    /** Returns whether these nodes were all last heard to have the very history that this one has. */
    public boolean isKnownBy(Collection<NodeId> nodes) {
        return nodes.stream().allMatch(node -> Objects.equals(heard.get(node), history.digest()));
    }

    private void onDigest(NodeId from, GossipMessage.Digest digest, GossipEffects effects) {
        heard.put(from, digest.historyHash());
        if (digest.historyHash() != history.digest()) {
            effects.send(from, new GossipMessage.Sums(boxed(history.bucketSums())));
        }
        SortedMap<NodeId, NodeState> newerHere = new TreeMap<>(states);
        newerHere.put(self, own);
        List<NodeId> newerThere = new ArrayList<>();
        for (StateVersion there : digest.versions()) {
            if (there.node().equals(self) && there.boot() != own.boot()) {
                effects.otherLife(there.boot());
            }
            NodeState here = newerHere.get(there.node());
            boolean heard = here != null && !here.stateVersion().isNewerThan(there);
            if (heard) {
                newerHere.remove(there.node());
            }
            if (!gone.contains(there.node()) && (here == null || there.isNewerThan(here.stateVersion()))) {
                newerThere.add(there.node());
            }
        }
        if (!newerHere.isEmpty() || !newerThere.isEmpty()) {
            effects.send(from, new GossipMessage.States(List.copyOf(newerHere.values()), newerThere));
        }
    }

    private void onSums(NodeId from, GossipMessage.Sums theirs, GossipEffects effects) {
        long[] sums = history.bucketSums();
        long buckets = 0;
        for (int bucket = 0; bucket < Math.min(sums.length, theirs.sums().size()); bucket++) {
            buckets |= theirs.sums().get(bucket) != sums[bucket] ? 1L << bucket : 0;
        }
        if (buckets == 0) {
            return;
        }
        List<Long> hashes = boxed(history.inBuckets(buckets).hashes());
        while (hashes.size() > HASHES_PER_MESSAGE && Long.bitCount(buckets) > 1) {
            buckets &= buckets - 1;
            hashes = boxed(history.inBuckets(buckets).hashes());
        }
        effects.send(from, new GossipMessage.Hashes(buckets, hashes));
    }

    private void onHashes(NodeId from, GossipMessage.Hashes theirs, GossipEffects effects) {
        History here = history.inBuckets(theirs.buckets());
        long[] hashes = unboxed(theirs.hashes());
        long[] missing = here.missing(hashes);
        Event.Compacted compacted = history.compacted();
        // What else the peer lacks, it may have after that; of what it has besides, most may be void then.
        List<Event> news =
                compacted != null && lacks(theirs, compacted) ? List.of(compacted) : firstOf(here.notAmong(hashes));
        if (missing.length > 0 || !news.isEmpty()) {
            long[] wanted = Arrays.copyOf(missing, Math.min(missing.length, HASHES_PER_MESSAGE));
            effects.send(from, new GossipMessage.Events(news, boxed(wanted)));
        }
    }

    private static boolean lacks(GossipMessage.Hashes theirs, Event event) {
        long asked = theirs.buckets() >>> History.bucketOf(event) & 1;
        return asked != 0 && !theirs.hashes().contains(History.hashOf(event));
    }

    private void onEvents(NodeId from, GossipMessage.Events theirs, GossipEffects effects) {
        List<Event> wanted = firstOf(history.among(unboxed(theirs.wanted())));
        if (!wanted.isEmpty()) {
            effects.send(from, new GossipMessage.Events(wanted, List.of()));
        }
        List<Event> news = new ArrayList<>();
        for (Event event : theirs.events()) {
            if (!history.covers(event) && !beingPersisted.covers(event)) {
                news.add(event);
            }
        }
        if (!news.isEmpty()) {
            beingPersisted = beingPersisted.with(news);
            effects.persist(List.copyOf(news));
        }
    }

    private void onStates(NodeId from, GossipMessage.States theirs, GossipEffects effects) {
        for (NodeState said : theirs.states()) {
            if (said.node().equals(self)) {
                outbid(said);
            } else if (!gone.contains(said.node())) {
                NodeState here = states.get(said.node());
                if (here == null || said.stateVersion().isNewerThan(here.stateVersion())) {
                    states.put(said.node(), said);
                    effects.stateChanged(said);
                }
            }
        }
        List<NodeState> wanted = new ArrayList<>();
        for (NodeId node : theirs.wanted()) {
            NodeState here = state(node);
            if (here != null) {
                wanted.add(here);
            }
        }
        if (!wanted.isEmpty()) {
            effects.send(from, new GossipMessage.States(wanted, List.of()));
        }
    }

    /** Others hold words of an earlier life of this node for newer than its present ones: its clock went back. */
    private void outbid(NodeState said) {
        if (said.stateVersion().isNewerThan(own.stateVersion())) {
            own = new NodeState(self, said.boot(), said.version() + 1, own.facts(), own.views(), own.unsettled());
        }
    }

    /** Returns the first events of a list, as many as one message carries, at least one. */
    private static List<Event> firstOf(List<Event> events) {
        ByteWriter bytes = new ByteWriter(1024);
        for (int i = 0; i < events.size(); i++) {
            events.get(i).encode(bytes);
            if (bytes.size() > EVENT_BYTES_PER_MESSAGE) {
                return events.subList(0, Math.max(1, i));
            }
        }
        return events;
    }

    private static List<Long> boxed(long[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    private static long[] unboxed(List<Long> values) {
        return values.stream().mapToLong(value -> value).toArray();
    }
}
