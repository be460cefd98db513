package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.coordinator.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Error replies, in Redis's words where Redis has them: clients match on them. Stateless. */
public final class CommandErrors {
    /** An option that there is not, or two that exclude each other. */
    public static final String SYNTAX = "ERR syntax error";

    /** An argument that should be a signed 64-bit integer. */
    public static final String NOT_AN_INTEGER = "ERR value is not an integer or out of range";

    /** An argument that should be an integer of 32 bits, and is a longer one. */
    public static final String NOT_AN_INT = "ERR value is out of range, value must between -2147483648 and 2147483647";

    /** A reply to a connection that has not shown who it is. */
    static final String NO_AUTH = "NOAUTH Authentication required.";

    private static final int FIRST_WORD_MAX = 32;
    private static final int WORD_MAX = 1024;
    private static final int UNKNOWN_NAME_MAX = 128;
    private static final int UNKNOWN_ARGUMENTS_MAX = 128;

    /** What a command of names takes of them: more than there are. */
    private static final int NAMES_MAX = 1024;

    private CommandErrors() {}

    /**
     * Whether a command that looks each of its names up, or tells much of each, has more of them than anybody means: a
     * request has room for a million. Then the reply is an error.
     *
     * @param first the first name's argument
     */
    public static boolean hasTooManyNames(Call call, int first) {
        boolean tooMany = call.request().argumentCount() - first > NAMES_MAX;
        if (tooMany) {
            call.out().error("ERR more than " + NAMES_MAX + " names in one request; ask for fewer at a time");
        }
        return tooMany;
    }

    /** Writes a failure; {@code context} is what supersedes a write that may have happened, null if nothing does. */
    public static void write(RespWriter out, Failure failure, byte @Nullable [] context) {
        Failure.Kind kind = failure.kind();
        if (kind == Failure.Kind.NOT_COORDINATOR) {
            out.error("TRYAGAIN the owners of the key have just changed");
            return;
        }
        String text = kind.name() + ' ' + failure.text();
        out.error(context == null ? text : text + " ctx=" + new String(context, StandardCharsets.US_ASCII));
    }

    /** A failure as bytes; errors are the same in every version of the protocol. */
    public static byte[] encoded(Failure failure) {
        ByteBuf bytes = Unpooled.buffer();
        write(new RespWriter().attach(bytes, RespWriter.RESP2), failure, null);
        return ByteBufUtil.getBytes(bytes);
    }

    /** The first word of an error that begins at an index, with its sign, as far as it is no longer than such words are. */
    static String firstWord(ByteBuf bytes, int begin) {
        int end = begin + 1;
        int most = Math.min(bytes.writerIndex(), end + FIRST_WORD_MAX);
        while (end < most && bytes.getByte(end) > ' ') {
            end++;
        }
        return bytes.toString(begin + 1, end - begin - 1, StandardCharsets.US_ASCII);
    }

    /** Replies that the command got too few or too many arguments. */
    public static void wrongArity(Call call) {
        call.out().error(wrongArity(call.command()));
    }

    /** The error for too few arguments, or too many. */
    public static String wrongArity(Command command) {
        return "ERR wrong number of arguments for '" + command.name() + "' command";
    }

    static String unknownCommand(RespRequest request) {
        StringBuilder arguments = new StringBuilder();
        for (int i = 1; i < request.argumentCount() && arguments.length() < UNKNOWN_ARGUMENTS_MAX; i++) {
            int room = UNKNOWN_ARGUMENTS_MAX - arguments.length();
            arguments.append('\'').append(clipped(request, i, room)).append("' ");
        }
        return "ERR unknown command '" + clipped(request, 0, UNKNOWN_NAME_MAX) + "', with args beginning with: "
                + arguments;
    }

    static String unknownSubcommand(Command container, RespRequest request) {
        return "ERR unknown subcommand '" + clipped(request, 1, UNKNOWN_NAME_MAX) + "'. Try "
                + container.name().toUpperCase(Locale.ROOT) + " HELP.";
    }

    /** A word of the client in an error that Redis shows it whole in: its text, of a long one the first bytes. */
    public static String clipped(RespRequest request, int index) {
        return request.length(index) <= WORD_MAX ? request.string(index) : clipped(request, index, WORD_MAX);
    }

    /** At most so many bytes, each a character: what is cut in two would not be text any more. */
    static String clipped(RespRequest request, int index, int bytesMax) {
        int length = Math.min(request.length(index), bytesMax);
        return new String(request.array(), request.offset(index), length, StandardCharsets.ISO_8859_1);
    }
}
