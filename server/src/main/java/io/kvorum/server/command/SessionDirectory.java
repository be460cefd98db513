package io.kvorum.server.command;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Predicate;

/**
 * All sessions of the node. Safe from every thread: each loop keeps its own, and who wants to see them all asks every
 * loop by a task. Only the number of sessions and the next id are shared, because a limit of the whole node has to hold
 * at every accept; they are atomics without an order among each other.
 */
public final class SessionDirectory {
    private final AtomicLong ids = new AtomicLong();
    private final AtomicInteger count = new AtomicInteger();
    private final List<Part> parts = new CopyOnWriteArrayList<>();
    private final ClientPause pause = new ClientPause();

    /** An empty directory. */
    public SessionDirectory() {}

    /** Adds a loop; {@code tasks} runs on it what it is given, in order. */
    public Part join(Executor tasks) {
        Part part = new Part(tasks);
        parts.add(part);
        return part;
    }

    /** Draws an id. */
    public long nextId() {
        return ids.incrementAndGet();
    }

    /** How many sessions there are. */
    public int count() {
        return count.get();
    }

    /** Which requests of clients are held back. */
    public ClientPause pause() {
        return pause;
    }

    /** Lets every connection go on whose requests need not be held back any more. */
    void resumeAll() {
        for (Part part : parts) {
            part.tasks.execute(() -> List.copyOf(part.sessions)
                    .forEach(session -> session.connection().resume()));
        }
    }

    /**
     * Closes sessions, and hands to {@code receiver} on the asker's loop how many.
     *
     * @param kill whether one is to be closed; asked on its loop
     */
    void kill(Part asker, Predicate<Session> kill, IntConsumer receiver) {
        AtomicInteger open = new AtomicInteger(parts.size());
        AtomicInteger killed = new AtomicInteger();
        for (Part part : parts) {
            part.tasks.execute(() -> {
                for (Session session : List.copyOf(part.sessions)) {
                    if (kill.test(session)) {
                        killed.incrementAndGet();
                        session.connection().kill();
                    }
                }
                if (open.decrementAndGet() == 0) {
                    asker.tasks.execute(() -> receiver.accept(killed.get()));
                }
            });
        }
    }

    /** Asks every loop for its sessions and hands all to {@code receiver} on the asker's loop, ordered by id. */
    void collect(Part asker, Consumer<List<Listed>> receiver, long nowNanos) {
        List<Listed> all = new ArrayList<>();
        AtomicInteger open = new AtomicInteger(parts.size());
        for (Part part : parts) {
            part.tasks.execute(() -> {
                List<Listed> some = part.sessions.stream()
                        .map(session -> new Listed(session.id(), session.describe(nowNanos)))
                        .toList();
                asker.tasks.execute(() -> {
                    all.addAll(some);
                    if (open.decrementAndGet() == 0) {
                        all.sort(Comparator.comparingLong(Listed::id));
                        receiver.accept(all);
                    }
                });
            });
        }
    }

    /**
     * A session as CLIENT LIST shows it.
     *
     * @param id its number
     * @param line its description
     */
    record Listed(long id, String line) {}

    /** The sessions of one loop, owned by it. */
    public final class Part {
        private final Executor tasks;
        private final Set<Session> sessions = new LinkedHashSet<>();

        private Part(Executor tasks) {
            this.tasks = tasks;
        }

        /** Adds a session unless the node has {@code max} already. */
        public boolean add(Session session, int max) {
            if (count.incrementAndGet() > max) {
                count.decrementAndGet();
                return false;
            }
            sessions.add(session);
            return true;
        }

        /** Takes a session out. */
        public void remove(Session session) {
            if (sessions.remove(session)) {
                count.decrementAndGet();
            }
        }

        /** The directory it is part of. */
        public SessionDirectory directory() {
            return SessionDirectory.this;
        }
    }
}
