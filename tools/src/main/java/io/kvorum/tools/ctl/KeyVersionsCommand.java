package io.kvorum.tools.ctl;

import io.kvorum.codec.resp.RespReply;
import java.util.Map;
import picocli.CommandLine.Command;

/** The command {@code ctl key versions}: what each replica has. */
@Command(
        name = "versions",
        mixinStandardHelpOptions = true,
        description = "Shows what each owner and hint holder has of a key: dots, stamps, hash, expiry.")
final class KeyVersionsCommand extends OneKeyCommand {
    @Override
    void run(CtlClient client) throws InterruptedException {
        RespReply reply = client.ask(command("KV.VERSIONS"));
        Map<String, RespReply> fields =
                reply.kind() == RespReply.Kind.MAP ? Replies.fields(reply, "KV.VERSIONS") : Map.of("replicas", reply);
        print(Outline.of(fields), Replies.json(fields));
    }
}
