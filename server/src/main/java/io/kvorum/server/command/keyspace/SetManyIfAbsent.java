package io.kvorum.server.command.keyspace;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.Gather;
import io.kvorum.server.command.PartReply;
import io.kvorum.server.command.Route;
import io.kvorum.server.command.Steps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** MSETNX: looks whether any of the keys is there, and then sets each as SETNX does. */
final class SetManyIfAbsent {
    private final Command exists;
    private final Command setIfAbsent;

    private SetManyIfAbsent(Rows rows) {
        this.exists = rows.named("exists");
        this.setIfAbsent = rows.named("setnx");
    }

    /** The row, made of others of the table. */
    static Command row(Rows rows) {
        return Command.named("msetnx")
                .arity(-3)
                .keys(1, -1, 2)
                .flags(CommandFlag.WRITE, CommandFlag.DENYOOM)
                .group(CommandGroup.STRING)
                .since("1.0.1")
                .summary("Sets keys to values, if none of them is there; replies 1 if it did.")
                .guarantee(
                        "First all keys are looked for, as by EXISTS; if none is there, each is set as by a SETNX of its own,"
                                + " side by side: not one step, and others may see some of them set. It writes over nothing. If a key"
                                + " came to be there in between, or cannot be written, the others are set all the same, and the reply"
                                + " is INDOUBT; two MSETNX at once may each set some.")
                .routed(Route.MULTI)
                .handledBy(new SetManyIfAbsent(rows)::run);
    }

    private void run(Call call) {
        RespRequest request = call.request();
        if (request.argumentCount() % 2 == 0) {
            CommandErrors.wrongArity(call);
            return;
        }
        List<byte[]> keys = new ArrayList<>();
        List<byte[]> groups = new ArrayList<>();
        Set<Key> seen = new HashSet<>();
        // Of a key that is named twice the last value counts.
        for (int i = request.argumentCount() - 2; i > 0; i -= 2) {
            byte[] key = request.copy(i);
            if (seen.add(new Key(key))) {
                keys.add(key);
                groups.add(key);
                groups.add(request.copy(i + 1));
            }
        }
        Steps steps = Steps.of(call);
        steps.run(exists, found -> onFound(steps, found, groups), keys.toArray(new byte[0][]));
    }

    private void onFound(Steps steps, PartReply found, List<byte[]> groups) {
        if (found.integer() > 0) {
            steps.reply(out -> out.integer(0));
        } else {
            steps.gather(setIfAbsent, 2, groups, Outcome.ALL);
        }
    }

    /** A key among others. Comparable, since a client can give as many of one hash as it likes, and these must be found, too. */
    private static final class Key implements Comparable<Key> {
        private final byte[] bytes;
        private final int hash;

        Key(byte[] bytes) {
            this.bytes = bytes;
            this.hash = Arrays.hashCode(bytes);
        }

        @Override
        public int compareTo(Key other) {
            return Arrays.compare(bytes, other.bytes);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && Arrays.equals(bytes, key.bytes);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    /** Makes one reply of those of the SETNX. */
    private enum Outcome implements Gather.Combiner {
        ALL;

        @Override
        public boolean takesErrors() {
            return true;
        }

        @Override
        public void combine(RespWriter out, byte[][] replies) {
            int set = 0;
            int failed = 0;
            String error = "";
            boolean inDoubt = false;
            for (byte[] reply : replies) {
                if (reply[0] == '-') {
                    String text = new String(reply, 1, reply.length - 3, UTF_8);
                    error = failed == 0 ? text : error;
                    failed++;
                    inDoubt |= text.startsWith("INDOUBT ");
                } else {
                    set += (int) new PartReply(reply).integer();
                }
            }
            int found = replies.length - set - failed;
            if (set == replies.length || found == replies.length) {
                out.integer(set == 0 ? 0 : 1);
            } else if (set == 0 && !inDoubt) {
                out.error(error);
            } else {
                out.error("INDOUBT " + set + " of " + replies.length + " keys were set, " + found
                        + " had come to be there meanwhile, " + failed + " failed"
                        + (failed == 0 ? "" : "; the first: " + error));
            }
        }
    }
}
