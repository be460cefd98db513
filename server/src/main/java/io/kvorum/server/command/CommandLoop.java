package io.kvorum.server.command;

import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.membership.PeerHealth;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.DeadlineWheel;
import io.kvorum.storage.version.ContextCodec;
import io.kvorum.storage.version.ValueSlice;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/**
 * What running commands takes, once for each event loop and owned by it: the loop's way to keys and peers, its timers,
 * and what it uses again for every request.
 */
public final class CommandLoop {
    private final Parts parts;
    private final RespWriter laterWriter = new RespWriter();
    private final ValueSlice valueSlice = new ValueSlice();
    private final SetEdit plainSet = new SetEdit(this);
    private final Dispatcher dispatcher;
    private final Router router;

    /** Calls that are not in use; a call is in use while its handler runs, and handlers run inside each other. */
    private final List<Call> idleCalls = new ArrayList<>();

    /** Joins the parts of a loop. */
    public CommandLoop(Parts parts) {
        this.parts = parts;
        this.dispatcher = new Dispatcher(this);
        this.router = new Router(this);
    }

    /**
     * What a loop is made of.
     *
     * @param table the commands, shared
     * @param facts what commands know of the node, shared
     * @param keys the loop's way to keys
     * @param transport the loop's way to peers
     * @param health where missed deadlines are reported
     * @param wheel the loop's timers
     * @param clock the time
     * @param recorder the loop's counters
     * @param sessions the loop's sessions
     * @param contexts reads and writes the contexts that clients carry
     * @param slowLog notes what takes long, shared
     * @param allocator makes buffers for replies
     */
    public record Parts(
            CommandTable table,
            NodeFacts facts,
            KeyOperations keys,
            PeerTransport transport,
            PeerHealth health,
            DeadlineWheel wheel,
            Clock clock,
            CommandRecorder recorder,
            SessionDirectory.Part sessions,
            ContextCodec contexts,
            SlowLog slowLog,
            ByteBufAllocator allocator) {}

    /** The commands. */
    public CommandTable table() {
        return parts.table;
    }

    /** What commands know of the node. */
    public NodeFacts facts() {
        return parts.facts;
    }

    /** The way to keys. */
    public KeyOperations keys() {
        return parts.keys;
    }

    /** The way to peers. */
    public PeerTransport transport() {
        return parts.transport;
    }

    /** Where missed deadlines are reported. */
    public PeerHealth health() {
        return parts.health;
    }

    /** The loop's timers. */
    public DeadlineWheel wheel() {
        return parts.wheel;
    }

    /** The time. */
    public Clock clock() {
        return parts.clock;
    }

    /** The loop's counters. */
    public CommandRecorder recorder() {
        return parts.recorder;
    }

    /** The loop's sessions. */
    public SessionDirectory.Part sessions() {
        return parts.sessions;
    }

    /** Reads and writes the contexts that clients carry. */
    public ContextCodec contexts() {
        return parts.contexts;
    }

    /** Notes what takes long. */
    public SlowLog slowLog() {
        return parts.slowLog;
    }

    ByteBufAllocator allocator() {
        return parts.allocator;
    }

    /** Runs requests. */
    public Dispatcher dispatcher() {
        return dispatcher;
    }

    Router router() {
        return router;
    }

    /** Where a value is found; valid until the next is looked for. */
    public ValueSlice valueSlice() {
        return valueSlice;
    }

    /** The change that SET makes where this node answers alone. */
    SetEdit plainSet() {
        return plainSet;
    }

    /** The writer of replies that come later: one at a time. */
    RespWriter laterWriter() {
        return laterWriter;
    }

    Call takeCall() {
        return idleCalls.isEmpty() ? new Call(this) : idleCalls.remove(idleCalls.size() - 1);
    }

    void giveBack(Call call) {
        idleCalls.add(call);
    }
}
