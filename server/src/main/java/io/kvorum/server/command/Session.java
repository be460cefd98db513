package io.kvorum.server.command;

import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.coordinator.RequestOptions;
import org.jspecify.annotations.Nullable;

/**
 * What a connection has said of itself and asked for. Owned by the connection's loop.
 *
 * <p>Requests that a peer passed on, and the parts of multi-key commands, run under a session that no connection has.
 */
public final class Session {
    private final long id;
    private final String address;
    private final String localAddress;
    private final long createdNanos;
    private final boolean passwordless;
    private final SessionLimits limits;

    private int protocol = RespWriter.RESP2;
    private String name = "";
    private String libraryName = "";
    private String libraryVersion = "";
    private boolean authenticated;
    private boolean transactionRefused;
    private boolean siblings;
    private boolean noEvict;
    private boolean noTouch;
    private boolean knowsSlots;
    private boolean watchesDrain;
    private boolean closing;
    private ReplyMode replyMode = ReplyMode.ON;
    private Connection connection = Connection.NONE;
    private final LastWrite lastWrite = new LastWrite();
    private RequestOptions options = RequestOptions.DEFAULTS;

    /** What was seen of keys; null if that is not remembered. */
    private @Nullable SeenContexts seen;

    /** The same, where the connection itself remembers it. */
    private @Nullable SessionMemory memory;

    private String lastCommand = "NULL";
    private long lastNanos;

    /**
     * Begins the session of a connection.
     *
     * @param id never used twice by this node
     * @param address of the client, {@code host:port}
     * @param localAddress that it connected to
     * @param passwordless whether clients need not show who they are
     * @param nowNanos the clock's nanoTime
     */
    public Session(long id, String address, String localAddress, boolean passwordless, long nowNanos) {
        this(id, address, localAddress, passwordless, nowNanos, SessionLimits.DEFAULTS);
    }

    /**
     * Begins the session of a connection.
     *
     * @param limits of what it remembers, if it is to; see {@link #remember}
     */
    public Session(
            long id, String address, String localAddress, boolean passwordless, long nowNanos, SessionLimits limits) {
        this.limits = limits;
        this.id = id;
        this.address = address;
        this.localAddress = localAddress;
        this.passwordless = passwordless;
        this.authenticated = passwordless;
        this.createdNanos = nowNanos;
        this.lastNanos = nowNanos;
    }

    /** What the connection knows of itself. Owned by the session's loop. */
    public interface Connection {
        /** Of a session without a connection. */
        Connection NONE = new Connection() {
            @Override
            public void kill() {}

            @Override
            public void resume() {}

            @Override
            public long requestBytes() {
                return 0;
            }

            @Override
            public long replyBytes() {
                return 0;
            }

            @Override
            public int waiting() {
                return 0;
            }

            @Override
            public boolean isPaused() {
                return false;
            }
        };

        /** Closes it at once. */
        void kill();

        /** Goes on with requests that were held back, if they need not be any more. */
        void resume();

        /** Bytes of requests that are not whole, or wait. */
        long requestBytes();

        /** Bytes of replies that have not left. */
        long replyBytes();

        /** How many replies are waited for. */
        int waiting();

        /** Whether a request is held back by CLIENT PAUSE. */
        boolean isPaused();
    }

    /** Which replies the client wants. */
    enum ReplyMode {
        /** All. */
        ON,
        /** None. */
        OFF,
        /** All but the next. */
        SKIP
    }

    /** A session without a connection, which may run everything. */
    public static Session virtual(int protocol, boolean siblings, RequestOptions options, @Nullable SeenContexts seen) {
        Session session = new Session(0, "", "", true, 0);
        session.protocol = protocol;
        session.siblings = siblings;
        session.options = options;
        session.seen = seen;
        return session;
    }

    /**
     * Back to what it was when the connection began, as RESET asks; {@link #rememberIfFromStart} is for the caller, as
     * it was then.
     */
    void reset() {
        forgetSeen();
        protocol = RespWriter.RESP2;
        name = "";
        siblings = false;
        noEvict = false;
        noTouch = false;
        knowsSlots = false;
        options = RequestOptions.DEFAULTS;
        authenticated = passwordless;
        transactionRefused = false;
        replyMode = ReplyMode.ON;
    }

    /** What is known of its last write. */
    LastWrite lastWrite() {
        return lastWrite;
    }

    /** Its number. */
    public long id() {
        return id;
    }

    /** The client's address. */
    public String address() {
        return address;
    }

    /** The address that the client connected to. */
    public String localAddress() {
        return localAddress;
    }

    /** The RESP version, 2 or 3. */
    public int protocol() {
        return protocol;
    }

    void setProtocol(int version) {
        protocol = version;
    }

    /** What the client calls itself; empty if it has not said. */
    public String name() {
        return name;
    }

    void setName(String text) {
        name = text;
    }

    void setLibraryName(String text) {
        libraryName = text;
    }

    void setLibraryVersion(String text) {
        libraryVersion = text;
    }

    /** Whether the client has shown who it is, or need not. */
    public boolean isAuthenticated() {
        return authenticated;
    }

    /** Notes that the client has shown who it is. */
    public void setAuthenticated() {
        authenticated = true;
    }

    /** Whether it may run whatever there is: it is authenticated, and no refused MULTI is before the request. */
    boolean isFree() {
        return authenticated && !transactionRefused;
    }

    /** Whether it may run a command though it is not {@link #isFree}. */
    boolean mayRunAnyway(Command command) {
        return command.is(CommandFlag.NO_AUTH) || (authenticated && command.is(CommandFlag.ENDS_MULTI));
    }

    /**
     * A MULTI was refused: what the client has sent behind it, not knowing that, must not be run, until the transaction ends
     * or {@link #endTransaction} says that it may know.
     */
    void refuseTransaction() {
        transactionRefused = true;
    }

    /** Whether requests are part of a transaction that was refused. */
    public boolean isTransactionRefused() {
        return transactionRefused;
    }

    /** The transaction is over, or the client may have read that it was refused. */
    public void endTransaction() {
        transactionRefused = false;
    }

    /** Whether GET and MGET answer with context and siblings. */
    public boolean siblings() {
        return siblings;
    }

    /** Chooses the shape of GET and MGET. */
    public void setSiblings(boolean on) {
        siblings = on;
    }

    /** What was seen of keys, by which writes are made; null if writes are plain. */
    @Nullable
    SeenContexts seen() {
        return seen;
    }

    /** What this connection remembers of keys; null if it does not. */
    @Nullable
    SessionMemory memory() {
        return memory;
    }

    /** What it may remember. */
    SessionLimits limits() {
        return limits;
    }

    /** Begins to remember what is seen of keys, if it does not yet. */
    void remember(CommandRecorder recorder) {
        if (memory == null) {
            memory = new SessionMemory(limits, recorder);
            seen = memory;
        }
    }

    /** Begins to remember what is seen of keys if connections of its door do so without being asked. */
    public void rememberIfFromStart(CommandRecorder recorder) {
        if (limits.onFromStart()) {
            remember(recorder);
        }
    }

    /** Ends what {@link #remember} began. */
    void forgetSeen() {
        memory = null;
        seen = null;
    }

    /** About how many bytes it remembers, for its client's account. */
    public long rememberedBytes() {
        SessionMemory remembered = memory;
        return remembered == null ? 0 : remembered.bytes();
    }

    void setNoEvict(boolean on) {
        noEvict = on;
    }

    void setNoTouch(boolean on) {
        noTouch = on;
    }

    /** Whether it has asked which node serves which slots, and so can be told to go to another. */
    public boolean knowsSlots() {
        return knowsSlots;
    }

    /** Notes that it is told the slots. */
    public void tellSlots() {
        knowsSlots = true;
    }

    /** What its requests ask of quorums where they do not say themselves. */
    public RequestOptions options() {
        return options;
    }

    /** Sets what requests ask of quorums. */
    public void setOptions(RequestOptions defaults) {
        options = defaults;
    }

    /** Whether it looks on while the node lets its clients go. */
    public boolean watchesDrain() {
        return watchesDrain;
    }

    /** Lets it look on while the node lets its clients go. */
    public void watchDrain() {
        watchesDrain = true;
    }

    /** How long ago it last sent a command. */
    public long idleNanos(long nowNanos) {
        return Math.max(0, nowNanos - lastNanos);
    }

    /** Tells it what its connection is; before anything is asked of it. */
    public void connected(Connection itsConnection) {
        connection = itsConnection;
    }

    /** Its connection. */
    Connection connection() {
        return connection;
    }

    /** When it began, on the clock's nanoTime scale. */
    long createdNanos() {
        return createdNanos;
    }

    /** Whether the reply to the next request is not wanted; asked once for each. */
    boolean mutesReply() {
        if (replyMode == ReplyMode.ON) {
            return false;
        }
        if (replyMode == ReplyMode.SKIP) {
            replyMode = ReplyMode.ON;
        }
        return true;
    }

    boolean isReplyOff() {
        return replyMode == ReplyMode.OFF;
    }

    /** Chooses which replies are wanted. */
    void setReplyMode(ReplyMode mode) {
        replyMode = mode;
    }

    /** Whether the connection is to be closed once its replies have left. */
    public boolean isClosing() {
        return closing;
    }

    /** Lets the connection be closed once its replies have left; nothing more is read from it. */
    public void close() {
        closing = true;
    }

    void ran(Command command, long nowNanos) {
        ran(command.name(), nowNanos);
    }

    /** Notes what it did last, for CLIENT LIST. */
    public void ran(String command, long nowNanos) {
        lastCommand = command;
        lastNanos = nowNanos;
    }

    /** One line of CLIENT LIST, in Redis's format; what a node does not count is 0. On the session's loop. */
    public String describe(long nowNanos) {
        long requests = connection.requestBytes();
        long replies = connection.replyBytes();
        return "id=" + id + " addr=" + address + " laddr=" + localAddress + " fd=0 name=" + name + " age="
                + seconds(nowNanos - createdNanos) + " idle=" + seconds(nowNanos - lastNanos) + " flags=" + flags()
                + " db=0 sub=0 psub=0 ssub=0 multi=-1 watch=0 qbuf=" + requests
                + " qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=0 oll=" + connection.waiting() + " omem="
                + replies
                + " tot-mem=" + (requests + replies) + " events=" + (replies > 0 ? "rw" : "r") + " cmd=" + lastCommand
                + " user=default redir=-1 resp=" + protocol
                + " lib-name=" + libraryName + " lib-ver=" + libraryVersion + rememberedText();
    }

    /** Behind what Redis says. */
    private String rememberedText() {
        SessionMemory remembered = memory;
        return remembered == null ? "" : " session-keys=" + remembered.keys() + " session-mem=" + remembered.bytes();
    }

    private String flags() {
        String flags =
                (noEvict ? "e" : "") + (noTouch ? "T" : "") + (closing ? "c" : "") + (connection.isPaused() ? "b" : "");
        return flags.isEmpty() ? "N" : flags;
    }

    private static long seconds(long nanos) {
        return Math.max(0, nanos) / 1_000_000_000;
    }
}
