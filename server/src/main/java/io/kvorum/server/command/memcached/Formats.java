package io.kvorum.server.command.memcached;

import static io.kvorum.server.command.memcached.McCounters.Counter.CAS_BADVAL;
import static io.kvorum.server.command.memcached.McCounters.Counter.CAS_HITS;
import static io.kvorum.server.command.memcached.McCounters.Counter.CAS_MISSES;
import static io.kvorum.server.command.memcached.McCounters.Counter.CMD_GET;
import static io.kvorum.server.command.memcached.McCounters.Counter.CMD_TOUCH;
import static io.kvorum.server.command.memcached.McCounters.Counter.DELETE_HITS;
import static io.kvorum.server.command.memcached.McCounters.Counter.DELETE_MISSES;
import static io.kvorum.server.command.memcached.McCounters.Counter.GET_HITS;
import static io.kvorum.server.command.memcached.McCounters.Counter.GET_MISSES;
import static io.kvorum.server.command.memcached.McCounters.Counter.TOUCH_HITS;
import static io.kvorum.server.command.memcached.McCounters.Counter.TOUCH_MISSES;

import io.kvorum.codec.memcached.McErrors;
import io.kvorum.codec.memcached.McRequest;
import io.kvorum.codec.memcached.McVerb;
import io.kvorum.codec.memcached.McWriter;

/** The replies of requests that take one step, out of its reply. Stateless. */
final class Formats {
    private Formats() {}

    /** {@code get}, {@code gets}, {@code gat}, {@code gats}: of one key, or an array. */
    static void values(Exchange exchange, StepReply reply) {
        McRequest request = exchange.request();
        McCounters.Part counters = exchange.owner.counters();
        boolean touches = request.verb() == McVerb.GAT || request.verb() == McVerb.GATS;
        boolean withToken = request.verb() == McVerb.GETS || request.verb() == McVerb.GATS;
        McWriter out = exchange.out();
        Item item = exchange.owner.item();
        if (request.keyCount() > 1) {
            reply.number();
        }
        int end = request.firstKey() + request.keyCount();
        for (int key = request.firstKey(); key < end; key++) {
            boolean found = item.read(reply);
            counters.add(touches ? CMD_TOUCH : CMD_GET);
            if (touches) {
                counters.add(found ? TOUCH_HITS : TOUCH_MISSES);
            } else {
                counters.add(found ? GET_HITS : GET_MISSES);
            }
            if (found) {
                exchange.owner.remember(item);
                value(out, request, key, item, withToken);
            }
        }
        out.text("END").end();
        exchange.finish(false);
    }

    private static void value(McWriter out, McRequest request, int key, Item item, boolean withToken) {
        out.text("VALUE ")
                .bytes(request.array(), request.offset(key), request.length(key))
                .letter(' ')
                .unsigned(item.flags)
                .letter(' ')
                .unsigned(item.length);
        if (withToken) {
            out.letter(' ').unsigned(item.token);
        }
        out.end().bytes(item.bytes(), item.valueAt(), item.length).end();
    }

    /** {@code set}, {@code add}, {@code cas} and the like. */
    static void stored(Exchange exchange, StepReply reply) {
        reply.number();
        Outcome outcome = Outcome.of(reply.number());
        if (exchange.request().verb() == McVerb.CAS) {
            countCas(exchange, outcome);
        }
        if (outcome == Outcome.TOO_LARGE) {
            exchange.owner.counters().add(McCounters.Counter.STORE_TOO_LARGE);
            exchange.error(McErrors.TOO_LARGE);
        } else {
            exchange.line(outcome.text());
        }
    }

    static void countCas(Exchange exchange, Outcome outcome) {
        McCounters.Part counters = exchange.owner.counters();
        switch (outcome) {
            case DONE -> counters.add(CAS_HITS);
            case EXISTS -> counters.add(CAS_BADVAL);
            case NOT_FOUND -> counters.add(CAS_MISSES);
            default -> {}
        }
    }

    /** {@code delete}. */
    static void deleted(Exchange exchange, StepReply reply) {
        boolean done = Outcome.of(reply.number()) == Outcome.DONE;
        exchange.owner.counters().add(done ? DELETE_HITS : DELETE_MISSES);
        exchange.line(done ? "DELETED" : "NOT_FOUND");
    }

    /** {@code touch}. */
    static void touched(Exchange exchange, StepReply reply) {
        Item item = exchange.owner.item();
        boolean found = item.read(reply);
        if (found) {
            exchange.owner.remember(item);
        }
        exchange.owner.counters().add(CMD_TOUCH);
        exchange.owner.counters().add(found ? TOUCH_HITS : TOUCH_MISSES);
        exchange.line(found ? "TOUCHED" : "NOT_FOUND");
    }

    /** {@code incr}, {@code decr}. */
    static void counted(Exchange exchange, StepReply reply) {
        reply.number();
        Outcome outcome = Outcome.of(reply.number());
        countArithmetic(exchange, exchange.request().verb() == McVerb.DECR, outcome);
        if (outcome == Outcome.NON_NUMERIC) {
            exchange.error(McErrors.NON_NUMERIC);
        } else if (outcome != Outcome.DONE) {
            exchange.line(outcome.text());
        } else if (exchange.request().isQuiet()) {
            exchange.silence(false);
        } else {
            int length = reply.bulk();
            exchange.out().bytes(reply.bytes(), reply.bulkAt(), length).end();
            exchange.finish(false);
        }
    }

    static void countArithmetic(Exchange exchange, boolean subtracts, Outcome outcome) {
        McCounters.Part counters = exchange.owner.counters();
        if (outcome == Outcome.DONE) {
            counters.add(subtracts ? McCounters.Counter.DECR_HITS : McCounters.Counter.INCR_HITS);
        } else if (outcome == Outcome.NOT_FOUND) {
            counters.add(subtracts ? McCounters.Counter.DECR_MISSES : McCounters.Counter.INCR_MISSES);
        }
    }
}
