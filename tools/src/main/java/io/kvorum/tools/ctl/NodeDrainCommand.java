package io.kvorum.tools.ctl;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.tools.console.Units;
import io.kvorum.tools.runtime.Pause;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code ctl node drain}: lets the clients of a node go, before it is stopped. */
@Command(
        name = "drain",
        mixinStandardHelpOptions = true,
        description = {
            "Lets the clients of the asked node go, each as soon as it is idle, and takes no new ones; it answers the other"
                    + " nodes as before. There is no way back but to start it anew.",
            "A node that is told to stop (SIGTERM) does the same by itself."
        })
final class NodeDrainCommand extends ServerCommand {
    private static final long LOOK_MILLIS = 50;

    @Option(names = "--wait", description = "Waits until no other client is connected, or drain-timeout is over.")
    private boolean untilDone;

    @Override
    void run(CtlClient client) throws InterruptedException {
        Map<String, RespReply> status = drain(client);
        Pause pause = Pause.real();
        while (untilDone && number(status, "clients") > 0 && number(status, "left-ms") > 0) {
            pause.millis(LOOK_MILLIS);
            status = drain(client);
        }
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        status.forEach((name, value) -> json.put(name, Replies.json(value)));
        long clients = number(status, "clients");
        print(
                clients == 0
                        ? "drained: no other client is connected\n"
                        : (number(status, "left-ms") > 0 ? "draining: " : "the time is over: ") + Units.count(clients)
                                + (clients == 1 ? " client is" : " clients are") + " still connected\n",
                json);
    }

    private static Map<String, RespReply> drain(CtlClient client) throws InterruptedException {
        return Replies.fields(client.ask("KV.DRAIN"), "KV.DRAIN");
    }

    private static long number(Map<String, RespReply> fields, String name) {
        RespReply value = fields.get(name);
        if (value == null) {
            throw CtlException.unexpected("KV.DRAIN without " + name);
        }
        return Replies.number(value, name);
    }
}
