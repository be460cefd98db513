package io.kvorum.server.membership;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.ring.Ring;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.History;
import io.kvorum.server.peer.Answer;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.message.Events;
import io.kvorum.server.peer.message.EventsAnswer;
import io.kvorum.server.peer.message.Join;
import io.kvorum.server.peer.message.JoinAnswer;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.NewestStampAnswer;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.ProbeAnswer;
import io.kvorum.server.peer.message.Refusal;
import io.kvorum.server.peer.message.Rejected;
import io.kvorum.server.runtime.TaskLoop;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What peers, newcomers and {@code ctl} ask of the history. Requests come on any loop; what touches the history is answered by
 * the control thread, or refused if that has too much to do.
 */
final class MembershipRequests {
    private static final Logger LOG = LoggerFactory.getLogger(MembershipRequests.class);

    private final TaskLoop control;
    private final GossipDriver gossip;
    private final OwnEvents events;
    private final Supplier<Ring> ring;
    private final State state;

    /** What the node can do at present. Called on the control thread, but for {@link #newestWritten}. */
    interface State {
        /** Whether it talks to others. */
        boolean isStarted();

        /** Whether it is a member, for all that it knows. */
        boolean isInService();

        /** The newest stamp that it has issued, or that any of its records has or had. Any thread. */
        long newestWritten();
    }

    MembershipRequests(TaskLoop control, GossipDriver gossip, OwnEvents events, Supplier<Ring> ring, State state) {
        this.control = control;
        this.gossip = gossip;
        this.events = events;
        this.ring = ring;
        this.state = state;
    }

    /** Adds the handlers of what this serves. */
    void addTo(Map<MessageType, PeerRequestHandler> handlers) {
        handlers.put(MessageType.PROBE, (peer, request, info, answer) -> answer.answer(new ProbeAnswer()));
        handlers.put(
                MessageType.NEWEST_STAMP,
                (peer, request, info, answer) -> answer.answer(new NewestStampAnswer(state.newestWritten())));
        handlers.put(
                MessageType.EVENTS,
                (peer, request, info, answer) -> onControl(
                        answer, () -> state.isStarted() ? takeEvents((Events) request) : new Refusal("not started")));
        handlers.put(
                MessageType.JOIN,
                (peer, request, info, answer) -> onControl(
                        answer, () -> state.isInService() ? letIn((Join) request) : new Refusal("not in service")));
    }

    private void onControl(Answer answer, Supplier<PeerMessage> made) {
        if (!control.execute(() -> answer.answer(made.get()))) {
            answer.answer(new Refusal("the control thread is too busy"));
        }
    }

    private PeerMessage takeEvents(Events message) {
        try {
            gossip.take(History.decode(new ByteReader(message.events())).events());
            return new EventsAnswer(gossip.history().hash());
        } catch (DecodeException damaged) {
            return new Refusal("events make no sense: " + damaged.getMessage());
        } catch (UncheckedIOException disk) {
            LOG.error("events cannot be persisted", disk);
            return new Refusal(String.valueOf(disk.getMessage()));
        }
    }

    /** Makes a newcomer a member, without tokens; who is one already is told the same again. */
    private PeerMessage letIn(Join newcomer) {
        Rejected refusal = Newcomers.refusal(ring.get(), newcomer);
        if (refusal != null) {
            LOG.warn("refused to let {} in: {}", newcomer.spec().name(), refusal.sentence());
            return refusal;
        }
        try {
            if (ring.get().member(newcomer.node()) == null) {
                events.take(new Event.Joined(events.nextId(), newcomer.node(), newcomer.spec()));
                LOG.info("let {} ({}) in", newcomer.spec().name(), newcomer.node());
                events.announce();
            }
        } catch (UncheckedIOException disk) {
            LOG.error("the joining of {} cannot be persisted", newcomer.spec().name(), disk);
            return new Refusal(String.valueOf(disk.getMessage()));
        }
        ByteWriter history = new ByteWriter(16 * 1024);
        gossip.history().encode(history);
        return new JoinAnswer(history.toByteArray());
    }
}
