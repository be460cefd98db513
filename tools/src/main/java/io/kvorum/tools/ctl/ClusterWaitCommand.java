package io.kvorum.tools.ctl;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.tools.console.Units;
import io.kvorum.tools.runtime.NanoClock;
import io.kvorum.tools.runtime.Pause;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The command {@code ctl cluster wait}: a node that is back serves before the others count on it, so the next one may be
 * stopped only when all of them do.
 */
@Command(
        name = "wait",
        mixinStandardHelpOptions = true,
        description = {
            "Waits until all members count on each other: each is ready, and each sees all others as up, with every copy"
                    + " settled. Then any one of them may be stopped.",
            "Asks each member at the host and port that ctl status shows."
        })
final class ClusterWaitCommand extends ServerCommand {
    private static final long LOOK_MILLIS = 250;

    @Option(
            names = "--for",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description =
                    "How long at most. Then the command fails, and says what is missing. Default: ${DEFAULT-VALUE}.")
    private int seconds = 60;

    private final NanoClock clock = NanoClock.system();
    private final Pause pause = Pause.real();
    private long end;
    private String said = "";

    @Override
    void check() {
        if (seconds < 0) {
            throw usage("--for takes seconds, 0 or more, not " + seconds + "; 0 looks once");
        }
    }

    /** The asked node may be the one that is being started. */
    @Override
    CtlClient first() throws InterruptedException {
        end = clock.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (true) {
            try {
                return super.first();
            } catch (CtlException notYet) {
                if (clock.nanoTime() - end >= 0) {
                    throw notYet;
                }
                sayOnce(notYet.firstLine());
                pause.millis(LOOK_MILLIS);
            }
        }
    }

    @Override
    void run(CtlClient client) throws InterruptedException {
        try (Others others = new Others()) {
            Trust trust = look(client, others);
            while (!trust.missing.isEmpty()) {
                String missing = String.join("\n", trust.missing);
                if (clock.nanoTime() - end >= 0) {
                    throw CtlException.late("not all members count on each other after " + seconds + " s:\n" + missing);
                }
                sayOnce(missing);
                pause.millis(LOOK_MILLIS);
                trust = look(client, others);
            }
            print(
                    trust.members == 1
                            ? "the one member is ready\n"
                            : "all " + Units.count(trust.members) + " members count on each other\n",
                    Map.of("members", trust.members));
        }
    }

    private void sayOnce(String missing) {
        if (!said.equals(missing)) {
            progress(missing);
            said = missing;
        }
    }

    private Trust look(CtlClient asked, Others others) throws InterruptedException {
        Trust trust = new Trust();
        Map<String, RespReply> first = status(asked);
        String self = text(first, "node");
        trust.take(self, first);
        for (Map<String, RespReply> member : StatusCommand.members(first)) {
            String name = text(member, "name");
            if (!name.equals(self)) {
                String host = text(member, "host");
                int port = Math.toIntExact(Replies.number(field(member, "port"), "port"));
                try {
                    Map<String, RespReply> status = status(others.client(host, port));
                    String there = text(status, "node");
                    if (there.equals(name)) {
                        trust.take(name, status);
                    } else {
                        trust.missing.add(name + " cannot be asked: at " + host + ":" + port + " is " + there);
                    }
                } catch (CtlException unreachable) {
                    trust.missing.add(name + " cannot be asked: " + unreachable.firstLine());
                    others.forget(host, port);
                }
            }
        }
        return trust;
    }

    private static Map<String, RespReply> status(CtlClient client) throws InterruptedException {
        return Replies.fields(client.ask("KV.STATUS"), "KV.STATUS");
    }

    private static String text(Map<String, RespReply> fields, String name) {
        return field(fields, name).asString();
    }

    private static RespReply field(Map<String, RespReply> fields, String name) {
        RespReply value = fields.get(name);
        if (value == null) {
            throw CtlException.unexpected("KV.STATUS without " + name);
        }
        return value;
    }

    /** What keeps the members from counting on each other, a line each. */
    private static final class Trust {
        private final List<String> missing = new ArrayList<>();
        private int members;

        void take(String node, Map<String, RespReply> status) {
            members++;
            for (RespReply reason : Replies.items(field(status, "not-ready"), 0, "not-ready")) {
                missing.add(node + " is not ready: " + reason.asString());
            }
            for (Map<String, RespReply> member : StatusCommand.members(status)) {
                String name = text(member, "name");
                String seen = text(member, "status");
                long unsettled = Replies.number(field(member, "unsettled"), "unsettled");
                if (name.equals(node)) {
                    continue;
                }
                if (!seen.equals("up") && !seen.startsWith("up,")) {
                    missing.add(node + " sees " + name + " as " + seen);
                } else if (unsettled > 0) {
                    missing.add(node + " counts on all but " + Units.count(unsettled)
                            + (unsettled == 1 ? " copy of " : " copies of ") + name);
                }
            }
        }
    }

    /** Connections to the other members, for as long as the command runs. */
    private final class Others implements AutoCloseable {
        private final Map<String, CtlClient> clients = new HashMap<>();

        CtlClient client(String host, int port) throws InterruptedException {
            CtlClient known = clients.get(where(host, port));
            if (known == null) {
                known = connect(host, port);
                clients.put(where(host, port), known);
            }
            return known;
        }

        void forget(String host, int port) {
            CtlClient known = clients.remove(where(host, port));
            if (known != null) {
                known.close();
            }
        }

        private static String where(String host, int port) {
            return host + ":" + port;
        }

        @Override
        public void close() {
            clients.values().forEach(CtlClient::close);
        }
    }
}
