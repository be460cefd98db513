package io.kvorum.tools.ctl;

import io.kvorum.codec.resp.RespReply;
import java.util.Map;
import picocli.CommandLine.Command;

/** The command {@code ctl key where}: position, partition, owners and fallbacks. */
@Command(
        name = "where",
        mixinStandardHelpOptions = true,
        description = "Shows the position and the partition of a key, its owners and fallbacks with their state.")
final class KeyWhereCommand extends OneKeyCommand {
    @Override
    void run(CtlClient client) throws InterruptedException {
        Map<String, RespReply> where = Replies.fields(client.ask(command("KV.WHERE")), "KV.WHERE");
        print(Outline.of(where), Replies.json(where));
    }
}
