package io.kvorum.tests.sim.cluster;

import io.kvorum.server.LoopCore;
import io.kvorum.server.NodeCore;
import io.kvorum.server.client.ClientLoop;
import io.kvorum.server.client.FlushQueue;
import io.kvorum.server.command.CommandRecorder;
import io.kvorum.server.coordinator.CoordinatorMetrics;
import io.kvorum.server.peer.PeerLines;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.runtime.DeadlineWheel;
import io.kvorum.server.runtime.RandomSource;
import io.kvorum.server.runtime.TaskLoop;
import io.kvorum.tests.sim.world.SimThread;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One event loop of a node's life: what a loop has in a process, on a virtual thread, with virtual sockets. */
public final class SimLoop {
    private final SimLife life;
    private final SimThread thread;
    private final SimLines lines;
    private final DeadlineWheel wheel;
    private final ClientLoop clients;
    private final Map<MessageType, PeerRequestHandler> handlers = new EnumMap<>(MessageType.class);
    private final List<SimDoor> doors = new ArrayList<>();
    private boolean armed;

    SimLoop(SimLife life, NodeCore core, int number, RandomSource random, CoordinatorMetrics metrics) {
        this.life = life;
        this.thread = new SimThread(
                life.node().cluster().time(), life.node(), random.generator("thread-" + number), "io-" + number);
        this.lines = new SimLines(this, random.generator("lines-" + number));
        this.wheel = new DeadlineWheel(life.node().clock().nanoTime(), DeadlineWheel.DEFAULT_TICK_NANOS);
        LoopCore loop = new LoopCore(
                core,
                new LoopCore.Parts(
                        number,
                        lines,
                        wheel,
                        thread::execute,
                        UnpooledByteBufAllocator.DEFAULT,
                        CommandRecorder.NONE,
                        metrics));
        this.handlers.putAll(life.sabotage().handlers(life, loop.handlers()));
        this.clients = new ClientLoop(loop.commands(), new FlushQueue(thread::execute));
        thread.afterEachTask(this::endOfTurn);
    }

    SimLife life() {
        return life;
    }

    TaskLoop thread() {
        return thread;
    }

    PeerLines lines() {
        return lines;
    }

    ClientLoop clients() {
        return clients;
    }

    @Nullable
    PeerRequestHandler handler(MessageType type) {
        return handlers.get(type);
    }

    /** Runs something on the loop; nothing happens when its life has ended. */
    void run(Runnable task) {
        thread.execute(task);
    }

    /** Runs something now if this is the loop, else on it. */
    void runHere(Runnable task) {
        if (thread.inLoop()) {
            task.run();
        } else {
            thread.execute(task);
        }
    }

    void after(long delayNanos, Runnable task) {
        thread.schedule(delayNanos, task);
    }

    /** Lets a client in. */
    SimDoor open(SimDoor door) {
        doors.add(door);
        return door;
    }

    void end() {
        thread.end();
        doors.forEach(SimDoor::broken);
        doors.clear();
    }

    private void endOfTurn() {
        for (int i = 0; i < doors.size(); i++) {
            doors.get(i).drain();
        }
        arm();
    }

    /** As a process's loops do: at most once a tick, and only while a deadline waits. */
    private void arm() {
        if (!armed && !wheel.isEmpty()) {
            armed = true;
            long delayNanos =
                    Math.max(0, wheel.nextDueNanos() - life.node().clock().nanoTime());
            thread.schedule(Math.min(delayNanos, DeadlineWheel.DEFAULT_TICK_NANOS), () -> {
                armed = false;
                wheel.advance(life.node().clock().nanoTime());
            });
        }
    }
}
