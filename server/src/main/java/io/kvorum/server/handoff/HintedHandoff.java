package io.kvorum.server.handoff;

import io.kvorum.storage.hint.HintStore;
import io.kvorum.storage.version.RecordBytes;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Hands what is kept for others to them, when they are back (Dynamo §4.6). Owned by the control thread.
 *
 * <pre>
 *            up, and something is kept
 *   IDLE ──────────────────────────────► PASS: scan a part, send, a few under way ──► the last part is through ──► IDLE
 *     ▲                                    │ merged: remove, if it still is what was sent
 *     │                                    │ never: parked; this one not now: left for the next pass, after a rest
 *     └── rest, longer each time ◄─────────┘ nothing now, or lost
 * </pre>
 *
 * <p>What is kept for a target that is away waits for it, unless others own the partition by now: so when the owners may have
 * changed, one pass looks for such hints.
 *
 * <p><b>When a hint may go.</b> It is a copy that a quorum may have counted, so it goes only when the target is known to have
 * a record r with merge(r, hint) = r. The target says "merged" after it has made r = merge(its record, what was sent), and
 * no merge takes that back; so what was sent may go, and nothing else: the store removes the hint only if it still is, byte
 * for byte, what was sent. What was merged into it meanwhile stays, and is sent by the next pass.
 *
 * <p>What is through is gone from the store. So a pass that was cut off, by whatever, begins anew and goes on where it was.
 * Hints are merged where they arrive: their order and repetition do no harm.
 */
public final class HintedHandoff {
    /** What a target said to a hint. */
    public enum Reply {
        /** It holds it, and what it held. */
        MERGED,
        /** It can go to nobody but the target, which is away. */
        AWAITED,
        /** It cannot be taken now, or is not known to have arrived, for a reason that need not hold for others. */
        ASIDE,
        /** It cannot take it now, nor anything else, or may not have got it. */
        LATER,
        /** It will never take it. */
        NEVER
    }

    private final HandoffPolicy policy;
    private final SortedMap<Integer, Lane> lanes = new TreeMap<>();
    private final HandoffCounters counters;
    private long nextId;

    /** Has nothing to do yet. */
    public HintedHandoff(HandoffPolicy policy, HandoffCounters counters) {
        this.policy = policy;
        this.counters = counters;
    }

    /** A target can be handed something (again). */
    public void onUp(int target, long nowNanos, HandoffEffects effects) {
        Lane lane = lanes.computeIfAbsent(target, Lane::new);
        lane.up = true;
        lane.failures = 0;
        lane.asidePasses = 0;
        lane.resting = false;
        advance(lane, nowNanos, effects);
    }

    /** A target cannot be handed anything for now. */
    public void onDown(int target) {
        lanes.computeIfAbsent(target, Lane::new).up = false;
    }

    /** Some of what is kept for a target that is away may be others' by now: one pass looks. */
    public void onOwnersChanged(int target, long nowNanos, HandoffEffects effects) {
        Lane lane = lanes.computeIfAbsent(target, Lane::new);
        lane.detour = true;
        advance(lane, nowNanos, effects);
    }

    /** Begins what may begin now. To be called some times a second. */
    public void advance(long nowNanos, HandoffEffects effects) {
        for (Lane lane : lanes.values()) {
            advance(lane, nowNanos, effects);
        }
    }

    /** Hints were read; null if they could not be. */
    public void onScanned(int target, HintStore.@Nullable Part part, long nowNanos, HandoffEffects effects) {
        Lane lane = lanes.computeIfAbsent(target, Lane::new);
        lane.scanning = false;
        if (part == null) {
            rest(lane, nowNanos);
        } else if (lane.inPass) {
            for (byte[] record : part.records()) {
                if (!isParked(lane, record)) {
                    lane.waiting.add(record);
                }
            }
            lane.scanned = part.isLast();
            lane.fromPositionHigh = part.nextPositionHigh();
        }
        advance(lane, nowNanos, effects);
    }

    /** The target answered, or did not. */
    public void onAnswer(int target, long id, Reply reply, long nowNanos, HandoffEffects effects) {
        Lane lane = lanes.computeIfAbsent(target, Lane::new);
        Sent sent = lane.underWay.get(id);
        if (sent == null) {
            return;
        }
        byte[] record = sent.record;
        counters.count(target, reply);
        if (reply == Reply.MERGED) {
            lane.failures = 0;
        }
        if (reply == Reply.MERGED && record != null) {
            // It stays under way until it is gone from the store: else the next pass would send it again.
            effects.remove(target, id, record);
            return;
        }
        lane.ended(id, sent);
        if (reply == Reply.MERGED && sent.note != null) {
            effects.done(target, sent.note);
        } else if (reply == Reply.NEVER && record != null && lane.parked.size() < policy.parkedMax()) {
            lane.parked.put(ByteBuffer.wrap(RecordBytes.key(record)), RecordBytes.hash(record));
            counters.parked(1);
        } else if (reply == Reply.NEVER && sent.note != null) {
            effects.done(target, sent.note);
        } else if (reply == Reply.ASIDE && record != null) {
            lane.leftAside = true;
        } else if (reply != Reply.AWAITED || lane.up) {
            rest(lane, nowNanos);
        }
        advance(lane, nowNanos, effects);
    }

    /** The hint is gone; or another is in its place, or it could not be removed: a later pass meets it again. */
    public void onRemoved(int target, long id, boolean removed, long nowNanos, HandoffEffects effects) {
        Lane lane = lanes.computeIfAbsent(target, Lane::new);
        Sent sent = lane.underWay.get(id);
        if (sent != null) {
            lane.ended(id, sent);
            if (!removed) {
                rest(lane, nowNanos);
            }
            advance(lane, nowNanos, effects);
        }
    }

    private void advance(Lane lane, long nowNanos, HandoffEffects effects) {
        if (!(lane.up || lane.detour) || lane.isResting(nowNanos)) {
            return;
        }
        if (lane.isIdle()) {
            begin(lane, effects);
        }
        while (!lane.waiting.isEmpty() && lane.hasRoom(policy)) {
            byte[] record = lane.waiting.remove();
            lane.sentInPass = true;
            effects.send(lane.target, lane.sending(++nextId, new Sent(record, null)), record);
        }
        if (lane.inPass && lane.waiting.isEmpty() && !lane.scanning) {
            if (!lane.scanned) {
                lane.scanning = true;
                effects.scan(lane.target, lane.fromPositionHigh, policy.bytesMax());
            } else if (lane.underWay.isEmpty()) {
                endPass(lane, nowNanos);
            }
        }
    }

    private void endPass(Lane lane, long nowNanos) {
        lane.inPass = false;
        lane.detour = lane.leftAside;
        if (lane.leftAside && lane.up) {
            lane.restUntil(nowNanos + restNanos(lane.asidePasses++));
        } else if (!lane.up || !lane.sentInPass) {
            // All of it is parked, or waits; what is merged into a parked one meanwhile has it tried again.
            lane.restUntil(nowNanos + policy.retryMaxNanos());
        }
        lane.asidePasses = lane.leftAside ? lane.asidePasses : 0;
    }

    private void begin(Lane lane, HandoffEffects effects) {
        List<BareHints.Note> notes = lane.up ? effects.noted(lane.target, policy.sendsMax()) : List.of();
        for (BareHints.Note note : notes) {
            effects.send(lane.target, lane.sending(++nextId, new Sent(null, note)), note);
        }
        if (effects.held(lane.target) > 0) {
            lane.inPass = true;
            lane.leftAside = false;
            lane.sentInPass = false;
            lane.scanned = false;
            lane.fromPositionHigh = 0;
        }
    }

    /** Whether a hint will not be taken; one that has changed since is tried again. */
    private boolean isParked(Lane lane, byte[] record) {
        if (lane.parked.isEmpty()) {
            return false;
        }
        ByteBuffer key = ByteBuffer.wrap(RecordBytes.key(record));
        Long hash = lane.parked.get(key);
        if (hash != null && hash != RecordBytes.hash(record)) {
            lane.parked.remove(key);
            counters.parked(-1);
            return false;
        }
        return hash != null;
    }

    /** The pass ends; what is under way ends by itself, and then another may begin. */
    private void rest(Lane lane, long nowNanos) {
        lane.inPass = false;
        lane.waiting.clear();
        if (!lane.isResting(nowNanos)) {
            lane.restUntil(nowNanos + restNanos(lane.failures));
            lane.failures++;
        }
    }

    private long restNanos(int failures) {
        return Math.min(policy.retryMaxNanos(), policy.retryFirstNanos() << Math.min(failures, 10));
    }

    /** A hint, or a bare one, on its way. */
    private static final class Sent {
        final byte @Nullable [] record;
        final BareHints.@Nullable Note note;

        Sent(byte @Nullable [] record, BareHints.@Nullable Note note) {
            this.record = record;
            this.note = note;
        }

        int bytes() {
            return record == null ? 0 : record.length;
        }
    }

    /** What is for one target. */
    private static final class Lane {
        final int target;
        final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
        final SortedMap<Long, Sent> underWay = new TreeMap<>();

        /** By key: the hash of the record that is never taken. */
        final Map<ByteBuffer, Long> parked = new HashMap<>();

        long bytesUnderWay;
        boolean up;

        /** Whether what others own by now is looked for, though the target is away. */
        boolean detour;

        /** Whether this pass left a hint to the next. */
        boolean leftAside;

        /** How many passes one after the other did. */
        int asidePasses;

        boolean inPass;
        boolean scanning;
        boolean scanned;
        boolean sentInPass;
        long fromPositionHigh;
        int failures;
        boolean resting;
        long restUntilNanos;

        Lane(int target) {
            this.target = target;
        }

        boolean isIdle() {
            return !inPass && !scanning && underWay.isEmpty();
        }

        boolean hasRoom(HandoffPolicy policy) {
            return underWay.isEmpty() || (underWay.size() < policy.sendsMax() && bytesUnderWay < policy.bytesMax());
        }

        boolean isResting(long nowNanos) {
            return resting && nowNanos - restUntilNanos < 0;
        }

        void restUntil(long nanos) {
            restUntilNanos = nanos;
            resting = true;
        }

        long sending(long id, Sent sent) {
            underWay.put(id, sent);
            bytesUnderWay += sent.bytes();
            return id;
        }

        void ended(long id, Sent sent) {
            underWay.remove(id);
            bytesUnderWay -= sent.bytes();
        }
    }
}
