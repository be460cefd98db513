package io.kvorum.server.command.memcached;

import io.kvorum.codec.memcached.McRequest;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.ReplyQueue;
import io.kvorum.server.command.Session;

/** A request that takes one step. Owned by its loop. */
final class OneStep extends Exchange {
    OneStep(McDispatcher owner, Command command, McRequest request, Session session, ReplyQueue replies) {
        super(owner, command, request, session, replies);
    }

    @Override
    void answered(StepReply reply) {
        switch (request().verb()) {
            case GET, GETS, GAT, GATS -> Formats.values(this, reply);
            case SET, ADD, REPLACE, APPEND, PREPEND, CAS -> Formats.stored(this, reply);
            case DELETE -> Formats.deleted(this, reply);
            case TOUCH -> Formats.touched(this, reply);
            case INCR, DECR -> Formats.counted(this, reply);
            case FLUSH_ALL -> line("OK");
            case META_SET -> MetaFormats.stored(this, reply);
            case META_DELETE -> MetaFormats.deleted(this, reply);
            case META_ARITHMETIC -> MetaFormats.counted(this, reply);
            case META_DEBUG -> MetaFormats.described(this, reply);
            default -> throw new IllegalStateException(request() + " is not answered");
        }
    }
}
