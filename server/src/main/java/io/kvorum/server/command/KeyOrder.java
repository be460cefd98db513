package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;

/**
 * Which keys the unanswered requests of one connection are about. Requests of a connection run side by side, but those on
 * one key take effect in the order in which they were sent, as a client expects that sends SET and GET without waiting in
 * between: a request waits until no earlier one on its key is unanswered. Keys are told apart by eight bits of a hash; two
 * that share them only wait without need. What is about many keys waits for all
 * and lets all wait; what is about none waits for nobody.
 * Owned by the connection's loop.
 */
final class KeyOrder {
    /** The place of what is about many keys, or all of them. */
    static final int ALL = 256;

    /** The place of what waits for nobody: it touches no key. */
    static final int NOBODY = -1;

    private final short[] unanswered = new short[ALL + 1];
    private int total;

    /** The place of a request. */
    static int placeOf(Command command, RespRequest request) {
        int key = command.firstKey();
        if (command.route() == Route.MULTI) {
            return ALL;
        }
        if (key == 0) {
            boolean ofAll = command.is(CommandFlag.WRITE)
                    || command.is(CommandFlag.READONLY)
                    || command.is(CommandFlag.BLOCKING);
            return ofAll ? ALL : NOBODY;
        }
        if (key >= request.argumentCount()) {
            return NOBODY;
        }
        byte[] array = request.array();
        int end = request.offset(key) + request.length(key);
        int hash = 0;
        for (int i = request.offset(key); i < end; i++) {
            hash = 31 * hash + array[i];
        }
        return (hash ^ hash >>> 8 ^ hash >>> 16 ^ hash >>> 24) & (ALL - 1);
    }

    boolean mustWait(int place) {
        return total > 0 && place != NOBODY && (place == ALL || unanswered[ALL] > 0 || unanswered[place] > 0);
    }

    void begin(int place) {
        if (place != NOBODY) {
            unanswered[place]++;
            total++;
        }
    }

    void end(int place) {
        if (place != NOBODY) {
            unanswered[place]--;
            total--;
        }
    }
}
