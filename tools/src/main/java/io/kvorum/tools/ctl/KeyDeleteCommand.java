package io.kvorum.tools.ctl;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code ctl key delete}: no value in place of those that its context has seen. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = "Deletes the values of a key and prints the new context.")
final class KeyDeleteCommand extends OneKeyCommand {
    @Option(
            names = "--context",
            description = "What to delete, as printed by get; values written since stay. Default: whatever is there"
                    + " now.")
    private @Nullable String context;

    @Override
    void run(CtlClient client) throws InterruptedException {
        String written = client.ask(command("KV.DEL", context(client, context))).asString();
        print("context " + written + "\n", Map.of("context", written));
    }
}
