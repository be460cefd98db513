package io.kvorum.server.command.memcached;

import static io.kvorum.server.command.memcached.McCounters.Counter.DELETE_HITS;
import static io.kvorum.server.command.memcached.McCounters.Counter.DELETE_MISSES;

import io.kvorum.codec.memcached.McErrors;
import io.kvorum.codec.memcached.McNumbers;
import io.kvorum.codec.memcached.McRequest;
import io.kvorum.codec.memcached.McWriter;

/** The replies of meta commands that take one step, out of its reply. Stateless. */
final class MetaFormats {
    private MetaFormats() {}

    /** {@code ms}. */
    static void stored(Exchange exchange, StepReply reply) {
        McRequest request = exchange.request();
        reply.number();
        Outcome outcome = Outcome.of(reply.number());
        long token = reply.number();
        if (request.findFlag('C') >= 0) {
            Formats.countCas(exchange, outcome);
        }
        if (outcome == Outcome.TOO_LARGE) {
            exchange.owner.counters().add(McCounters.Counter.STORE_TOO_LARGE);
            exchange.error(McErrors.TOO_LARGE);
        } else if (outcome == Outcome.DONE && request.isQuiet()) {
            exchange.silence(false);
        } else {
            McWriter out = exchange.out().text(outcome.meta());
            for (int word = request.firstFlag(); word < request.wordCount(); word++) {
                if (request.flag(word) == 'c') {
                    out.flag('c').unsigned(outcome == Outcome.DONE ? token : 0);
                } else {
                    echo(out, request, word);
                }
            }
            out.end();
            exchange.finish(false);
        }
    }

    /** {@code md}. */
    static void deleted(Exchange exchange, StepReply reply) {
        Outcome outcome = Outcome.of(reply.number());
        exchange.owner.counters().add(outcome == Outcome.DONE ? DELETE_HITS : DELETE_MISSES);
        if (outcome == Outcome.DONE && exchange.request().isQuiet()) {
            exchange.silence(false);
        } else {
            echoed(exchange, outcome.meta());
        }
    }

    /** {@code ma}. */
    static void counted(Exchange exchange, StepReply reply) {
        McRequest request = exchange.request();
        reply.number();
        Outcome outcome = Outcome.of(reply.number());
        Formats.countArithmetic(exchange, subtracts(request), outcome);
        if (outcome == Outcome.NON_NUMERIC) {
            exchange.error(McErrors.NON_NUMERIC);
            return;
        }
        if (outcome == Outcome.DONE && request.isQuiet()) {
            exchange.silence(false);
            return;
        }
        if (outcome != Outcome.DONE) {
            echoed(exchange, outcome.meta());
            return;
        }
        int length = reply.bulk();
        int textAt = reply.bulkAt();
        long token = reply.number();
        long expireAtMillis = reply.number();
        boolean withValue = request.findFlag('v') >= 0;
        McWriter out = exchange.out();
        head(out, withValue, length);
        for (int word = request.firstFlag(); word < request.wordCount(); word++) {
            switch (request.flag(word)) {
                case 'c' -> out.flag('c').unsigned(token);
                case 't' -> out.flag('t').signed(Expiry.secondsLeft(expireAtMillis, exchange.owner.nowMillis()));
                default -> echo(out, request, word);
            }
        }
        out.end();
        if (withValue) {
            out.bytes(reply.bytes(), textAt, length).end();
        }
        exchange.finish(false);
    }

    static boolean subtracts(McRequest request) {
        int mode = request.findFlag('M');
        byte letter = mode < 0 ? 0 : request.array()[request.offset(mode) + 1];
        return letter == 'D' || letter == '-';
    }

    /** {@code me}. */
    static void described(Exchange exchange, StepReply reply) {
        Item item = exchange.owner.item();
        if (!item.read(reply)) {
            exchange.line("EN");
            return;
        }
        exchange.owner.recall(item);
        McRequest request = exchange.request();
        McWriter out = exchange.out().text("ME ");
        key(out, request);
        out.text(" exp=")
                .signed(Expiry.secondsLeft(item.expireAtMillis, exchange.owner.nowMillis()))
                .text(" la=")
                .unsigned(item.idleSeconds)
                .text(" cas=")
                .unsigned(item.token)
                .text(item.fetched ? " fetch=yes" : " fetch=no")
                .text(" size=")
                .unsigned(item.length)
                .text(" flags=")
                .unsigned(item.flags)
                .text(" siblings=")
                .unsigned(item.liveSiblings)
                .end();
        exchange.finish(false);
    }

    /** {@code mg} that found nothing. */
    static void missed(Exchange exchange) {
        if (exchange.request().isQuiet()) {
            exchange.silence(false);
        } else {
            echoed(exchange, "EN");
        }
    }

    /** {@code mg} that found an item; {@code tail} is what is told of it beside what was asked. */
    static void shown(Exchange exchange, Item item, String tail) {
        McRequest request = exchange.request();
        boolean withValue = request.findFlag('v') >= 0;
        McWriter out = exchange.out();
        head(out, withValue, item.length);
        for (int word = request.firstFlag(); word < request.wordCount(); word++) {
            switch (request.flag(word)) {
                case 's' -> out.flag('s').unsigned(item.length);
                case 'f' -> out.flag('f').unsigned(item.flags);
                case 'c' -> out.flag('c').unsigned(item.token);
                case 't' -> out.flag('t').signed(Expiry.secondsLeft(item.expireAtMillis, exchange.owner.nowMillis()));
                case 'h' -> out.flag('h').unsigned(item.fetched ? 1 : 0);
                case 'l' -> out.flag('l').unsigned(item.idleSeconds);
                default -> echo(out, request, word);
            }
        }
        out.text(tail).end();
        if (withValue) {
            out.bytes(item.bytes(), item.valueAt(), item.length).end();
        }
        exchange.finish(false);
    }

    private static void head(McWriter out, boolean withValue, int length) {
        if (withValue) {
            out.text("VA ").unsigned(length);
        } else {
            out.text("HD");
        }
    }

    private static void echoed(Exchange exchange, String code) {
        McRequest request = exchange.request();
        McWriter out = exchange.out().text(code);
        for (int word = request.firstFlag(); word < request.wordCount(); word++) {
            echo(out, request, word);
        }
        out.end();
        exchange.finish(false);
    }

    /** What goes back as it came: the key and the opaque token. */
    private static void echo(McWriter out, McRequest request, int word) {
        if (request.flag(word) == 'k') {
            out.flag('k');
            key(out, request);
            if (request.isBinaryKey()) {
                out.flag('b');
            }
        } else if (request.flag(word) == 'O') {
            out.letter(' ').bytes(request.array(), request.offset(word), request.length(word));
        }
    }

    private static void key(McWriter out, McRequest request) {
        int key = request.firstKey();
        if (request.isBinaryKey()) {
            out.base64(request.array(), request.offset(key), request.length(key));
        } else {
            out.bytes(request.array(), request.offset(key), request.length(key));
        }
    }

    /** The seconds in a flag's token. */
    static long seconds(McRequest request, int word) {
        return McNumbers.parseSeconds(request.array(), request.offset(word) + 1, request.length(word) - 1);
    }
}
