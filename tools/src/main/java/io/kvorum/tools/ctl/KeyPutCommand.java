package io.kvorum.tools.ctl;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code ctl key put}: a new value in place of those that its context has seen. */
@Command(name = "put", mixinStandardHelpOptions = true, description = "Writes a value and prints the new context.")
final class KeyPutCommand extends OneKeyCommand {
    @Parameters(index = "1", paramLabel = "VALUE", description = "The value; - reads it from standard input.")
    private String value = "";

    @Option(
            names = "--context",
            description = "What the value replaces, as printed by get. Default: whatever is there now; '' replaces"
                    + " nothing and so makes a sibling.")
    private @Nullable String context;

    @Option(names = "--ex", paramLabel = "SECONDS", description = "Lets it expire.")
    private @Nullable Long expirySeconds;

    @Option(names = "--w", paramLabel = "N", description = "How many replicas must have it. Default: the node's.")
    private @Nullable Integer acknowledgements;

    @Override
    void check() {
        super.check();
        bytes(value);
    }

    @Override
    void run(CtlClient client) throws InterruptedException {
        List<byte[]> command = new ArrayList<>(command("KV.PUT", context(client, context), value()));
        if (expirySeconds != null) {
            command.addAll(CtlClient.words("EX", expirySeconds.toString()));
        }
        if (acknowledgements != null) {
            command.addAll(CtlClient.words("W", acknowledgements.toString()));
        }
        String written = client.ask(command).asString();
        print("context " + written + "\n", Map.of("context", written));
    }

    private byte[] value() {
        if (!"-".equals(value)) {
            return bytes(value);
        }
        try {
            return System.in.readAllBytes();
        } catch (IOException unreadable) {
            throw new UncheckedIOException("standard input cannot be read", unreadable);
        }
    }
}
