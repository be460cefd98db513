package io.kvorum.server.coordinator;

import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.HintedRead;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Read;
import io.kvorum.server.peer.message.ReadAnswer;
import io.kvorum.server.replica.KeyRef;
import io.kvorum.server.runtime.Deadline;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Collects every owner's copy of a key as it is, and what other nodes keep of it for owners. Any node may ask, owner or not; nothing is merged or repaired. */
final class InspectOperation extends Deadline implements ReplyHandler {
    /** No record has this hash for all that matters: an owner sends its record even where this node's is the same. */
    private static final long NO_HASH = -1;

    private final Coordinator coordinator;
    private final ClusterView view;
    private final KeyRef key;
    private final long deadlineNanos;
    private final InspectCallback callback;
    /** The owners, and then the fallbacks. */
    private final int[] asked;

    private final int owners;
    private final InspectCallback.@Nullable Copy[] copies;
    private final long[] calls;

    /** Who has not answered; before the start is over, that too. */
    private int outstanding = 1;

    private boolean over;

    InspectOperation(
            Coordinator coordinator, ClusterView view, KeyRef key, long deadlineNanos, InspectCallback callback) {
        this.coordinator = coordinator;
        this.view = view;
        this.key = key;
        this.deadlineNanos = deadlineNanos;
        this.callback = callback;
        int[] ofOwners = view.owners(key.partition());
        this.owners = ofOwners.length;
        this.asked = IntStream.concat(Arrays.stream(ofOwners), Arrays.stream(view.fallbacks(key.partition())))
                .toArray();
        this.copies = new InspectCallback.Copy[asked.length];
        this.calls = new long[asked.length];
    }

    void start() {
        Read request = new Read(key.positionHigh(), key.positionLow(), key.bytes(), NO_HASH);
        HintedRead hints = new HintedRead(key.positionHigh(), key.positionLow(), key.bytes());
        for (int place = 0; place < asked.length; place++) {
            if (asked[place] != PeerTransport.SELF) {
                PeerMessage question = place < owners ? request : hints;
                calls[place] = coordinator.transport.call(asked[place], question, deadlineNanos, this);
                outstanding += calls[place] == PeerTransport.NOT_SENT ? 0 : 1;
            } else if (place < owners) {
                copies[place] = new InspectCallback.Copy(
                        PeerTransport.SELF,
                        true,
                        view.settledHere(key.partition()),
                        false,
                        coordinator.replica.read(key));
            } else {
                readOwnHints(place);
            }
        }
        coordinator.wheel.schedule(this, deadlineNanos);
        answered();
    }

    private void readOwnHints(int place) {
        outstanding++;
        coordinator.ownHints.read(key, record -> {
            copies[place] = new InspectCallback.Copy(PeerTransport.SELF, true, true, true, record);
            answered();
        });
    }

    @Override
    public void onReply(int peer, PeerMessage reply) {
        int place = ended(peer);
        if (reply instanceof ReadAnswer answer) {
            boolean settled = answer.status() != ReadAnswer.Status.UNSETTLED;
            copies[place] = new InspectCallback.Copy(peer, true, settled, place >= owners, answer.record());
        }
        answered();
    }

    @Override
    public void onLost(int peer) {
        var unused = ended(peer);
        answered();
    }

    /** The call to a peer is over: over its next connection another call may have the same number. Returns its place. */
    private int ended(int peer) {
        int place = 0;
        while (asked[place] != peer) {
            place++;
        }
        calls[place] = PeerTransport.NOT_SENT;
        return place;
    }

    @Override
    protected void onDeadline(long nowNanos) {
        for (int place = 0; place < asked.length; place++) {
            if (calls[place] != PeerTransport.NOT_SENT) {
                coordinator.transport.forget(asked[place], calls[place]);
            }
        }
        finish();
    }

    private void answered() {
        outstanding--;
        if (outstanding == 0 && !over) {
            coordinator.wheel.cancel(this);
            finish();
        }
    }

    private void finish() {
        over = true;
        List<InspectCallback.Copy> all = new ArrayList<>(owners);
        for (int place = 0; place < asked.length; place++) {
            InspectCallback.Copy copy = copies[place];
            if (place < owners) {
                all.add(copy != null ? copy : new InspectCallback.Copy(asked[place], false, false, false, null));
            } else if (copy != null && copy.record() != null) {
                all.add(copy);
            }
        }
        callback.onCopies(all);
    }
}
