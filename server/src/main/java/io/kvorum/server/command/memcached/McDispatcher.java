package io.kvorum.server.command.memcached;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kvorum.codec.memcached.McErrors;
import io.kvorum.codec.memcached.McNumbers;
import io.kvorum.codec.memcached.McRequest;
import io.kvorum.codec.memcached.McVerb;
import io.kvorum.codec.memcached.McWriter;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.ClientPause;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.ReplyQueue;
import io.kvorum.server.command.Session;
import io.kvorum.server.coordinator.RequestOptions;
import java.util.Arrays;

/**
 * Runs the requests of memcached's clients: what is about keys by steps ({@link McSteps}), whose replies become memcached's
 * ({@link Formats}, {@link MetaFormats}), the rest at once. Owned by its loop.
 */
public final class McDispatcher {
    private static final String UNAUTHENTICATED = "CLIENT_ERROR unauthenticated";
    private static final String OK = "OK";
    private static final byte[] DEFAULT_USER = "default".getBytes(US_ASCII);

    /** Of what touches no key: it waits for nobody. */
    private static final int NO_PLACE = -1;

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final CommandLoop loop;
    private final McStats stats;
    private final McCounters.Part counters;
    private final McSteps steps;
    private final ReadMemory reads;
    private final DelayedFlush delayedFlush;
    private final Session stepSession = Session.virtual(RespWriter.RESP2, false, RequestOptions.DEFAULTS, null);
    private final McRequest request = new McRequest();
    private final McWriter writer = new McWriter();
    private final StepReply stepReply = new StepReply();
    private final Item item = new Item();

    /** The end of the last request, which is the begin of the next: one reading of the clock for each. */
    private long nowNanos;

    private long batchBeginNanos;

    /** Makes the dispatcher of a loop, whose table has {@link McCommands}. */
    public McDispatcher(CommandLoop loop, McStats stats) {
        this.loop = loop;
        this.stats = stats;
        this.counters = stats.counters().join();
        this.steps = new McSteps(loop.table());
        this.reads = stats.reads();
        this.delayedFlush = new DelayedFlush(this, stats.newestFlush());
    }

    /** The request that all connections of the loop fill in turns. */
    public McRequest request() {
        return request;
    }

    /** Reads the clock: requests have come. */
    public void beginBatch() {
        nowNanos = loop.clock().nanoTime();
        batchBeginNanos = nowNanos;
    }

    /** How long the requests run since {@link #beginBatch} have taken. */
    public long batchNanos() {
        return nowNanos - batchBeginNanos;
    }

    /** Which earlier requests of its connection a request has to wait for, as {@link ReplyQueue#mustWait} takes it. */
    public int placeOf(McRequest asked) {
        return takesStep(asked) ? loop.dispatcher().placeOf(steps.commandOf(asked), steps.stepOf(asked)) : NO_PLACE;
    }

    /** Whether CLIENT PAUSE holds anything back now. */
    public boolean isPaused() {
        return pause().isOn(nowNanos);
    }

    /** When that ends, on the clock's nanoTime scale. */
    public long pauseEndNanos() {
        return pause().untilNanos();
    }

    /** Whether it holds a request back. */
    public boolean isHeldBack(McRequest asked) {
        if (!takesStep(asked)) {
            return pause().isOfAll();
        }
        long now = loop.clock().nanoTime();
        return pause().holds(steps.commandOf(asked), now) || (mayMake(asked) && pause().holds(steps.store(), now));
    }

    /** Whether a read may write: an item that it misses. */
    private static boolean mayMake(McRequest asked) {
        return asked.verb() == McVerb.META_GET && asked.findFlag('N') >= 0;
    }

    private ClientPause pause() {
        return loop.sessions().directory().pause();
    }

    private static boolean takesStep(McRequest asked) {
        return (asked.keyCount() > 0 && asked.verb() != McVerb.INVALID)
                || (asked.verb() == McVerb.FLUSH_ALL && delaySeconds(asked) <= 0);
    }

    /** Runs a client's request. The request is valid until this returns. */
    public void run(McRequest asked, Session session, ReplyQueue replies) {
        if (!session.isAuthenticated()) {
            authenticate(asked, session, replies);
        } else if (takesStep(asked)) {
            runSteps(asked, session, replies);
        } else {
            runAlone(asked, session, replies);
        }
        nowNanos = loop.clock().nanoTime();
        session.ran(asked.verb().word(), nowNanos);
    }

    private void runSteps(McRequest asked, Session session, ReplyQueue replies) {
        count(asked.verb());
        Command command = steps.commandOf(asked);
        Exchange exchange = asked.verb() == McVerb.META_GET
                ? new MetaGet(this, command, asked, session, replies)
                : new OneStep(this, command, asked, session, replies);
        exchange.start(steps.stepOf(asked));
    }

    private void count(McVerb verb) {
        switch (verb) {
            case SET, ADD, REPLACE, APPEND, PREPEND, CAS, META_SET -> counters.add(McCounters.Counter.CMD_SET);
            case FLUSH_ALL -> {
                counters.add(McCounters.Counter.CMD_FLUSH);
                stats.newestFlush().next();
            }
            default -> {}
        }
        if (verb.isMeta()) {
            counters.add(McCounters.Counter.CMD_META);
        }
    }

    private void runAlone(McRequest asked, Session session, ReplyQueue replies) {
        switch (asked.verb()) {
            case INVALID -> {
                countError(asked.error());
                replyUnlessQuiet(asked, replies, asked.error());
            }
            case GAT, GATS -> reply(replies, "END");
            case META_NOOP -> reply(replies, "MN");
            case VERSION -> reply(replies, "VERSION " + McStats.MEMCACHED_VERSION);
            case VERBOSITY -> replyUnlessQuiet(asked, replies, OK);
            case FLUSH_ALL -> {
                counters.add(McCounters.Counter.CMD_FLUSH);
                delayedFlush.begin(delaySeconds(asked));
                replyUnlessQuiet(asked, replies, OK);
            }
            case STATS -> {
                if (!stats.write(asked, session, writer.attach(replies.now()), nowNanos)) {
                    countError(McErrors.ERROR);
                }
                writer.detach();
                replies.written();
            }
            case SHUTDOWN -> refuse(replies, "ERROR: shutdown not enabled");
            case QUIT -> session.close();
            default -> throw new IllegalStateException(asked + " is not answered");
        }
    }

    /** Seconds from now or, beyond 30 days, since 1970; 0 or less for at once. */
    private static long delaySeconds(McRequest asked) {
        boolean delayed = asked.wordCount() > (asked.isQuiet() ? 2 : 1);
        return delayed ? McNumbers.parseSeconds(asked.array(), asked.offset(1), asked.length(1)) : 0;
    }

    /** As memcached's own text protocol does it: who is unknown sends user and password as the value of a key of any name. */
    private void authenticate(McRequest asked, Session session, ReplyQueue replies) {
        if (asked.verb() == McVerb.QUIT) {
            session.close();
            return;
        }
        if (asked.verb() != McVerb.SET) {
            refuse(replies, UNAUTHENTICATED);
            return;
        }
        counters.add(McCounters.Counter.AUTH_CMDS);
        byte[] array = asked.array();
        int from = asked.valueOffset();
        int end = from + asked.valueLength();
        int blank = from;
        while (blank < end && array[blank] != ' ') {
            blank++;
        }
        if (blank == end) {
            refuse(replies, "CLIENT_ERROR bad authentication token format");
            return;
        }
        // The password is compared even for a user that there is not: the time taken tells nothing.
        boolean matches = loop.facts().isPassword(array, blank + 1, end - blank - 1);
        boolean isDefault = isText(array, from, blank - from, DEFAULT_USER);
        if (matches && isDefault) {
            session.setAuthenticated();
            reply(replies, "STORED");
        } else {
            counters.add(McCounters.Counter.AUTH_ERRORS);
            refuse(replies, "CLIENT_ERROR authentication failure");
        }
    }

    private static boolean isText(byte[] array, int offset, int length, byte[] text) {
        return Arrays.equals(array, offset, offset + length, text, 0, text.length);
    }

    private void replyUnlessQuiet(McRequest asked, ReplyQueue replies, String line) {
        if (!asked.isQuiet()) {
            reply(replies, line);
        }
    }

    /** Answers with an error line. */
    public void refuse(ReplyQueue replies, String line) {
        countError(line);
        reply(replies, line);
    }

    /** Counts an error by its first word, told or not: of what the cluster could not do that of Redis's clients. */
    void countError(String line) {
        int end = 0;
        while (end < line.length() && line.charAt(end) != ' ' && line.charAt(end) != ':') {
            end++;
        }
        loop.recorder().errorReplied(line.substring(0, end));
    }

    private void reply(ReplyQueue replies, String line) {
        writer.attach(replies.now()).line(line);
        writer.detach();
        replies.written();
    }

    /** Counts a request that was answered, and notes it if it took long: by the name of its first step. */
    void measured(Command command, McRequest asked, Session session, long startNanos, boolean isError) {
        long nanos = loop.clock().nanoTime() - startNanos;
        loop.recorder().record(loop.table().numberOf(command), nanos, isError);
        if (loop.slowLog().isSlow(nanos)) {
            byte[] key = asked.keyCount() == 0 ? null : McSteps.bytes(asked, asked.firstKey(), 0);
            loop.slowLog()
                    .add(
                            command,
                            key,
                            asked.wordCount(),
                            session,
                            nanos,
                            loop.clock().wallMillis());
        }
    }

    /** Tells an item when it was read last. */
    void recall(Item found) {
        found.recall(reads.idleSeconds(found.token, nowSeconds()), nowMillis());
    }

    /** An item was read, or given another end, which counts as that: it is remembered. */
    void remember(Item found) {
        reads.read(found.token, nowSeconds());
    }

    /** Of the time at which the loop's requests came: they need no reading of the clock of their own. */
    private long nowSeconds() {
        return Math.floorDiv(nowNanos, NANOS_PER_SECOND);
    }

    CommandLoop loop() {
        return loop;
    }

    McSteps steps() {
        return steps;
    }

    Session stepSession() {
        return stepSession;
    }

    McWriter writer() {
        return writer;
    }

    StepReply stepReply() {
        return stepReply;
    }

    Item item() {
        return item;
    }

    McCounters.Part counters() {
        return counters;
    }

    long nowNanos() {
        return nowNanos;
    }

    long nowMillis() {
        return loop.keys().nowMillis();
    }
}
