package io.kvorum.tools.ctl;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.tools.console.Quoting;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** What the commands about one key have in common. */
abstract class OneKeyCommand extends ServerCommand {
    @Parameters(index = "0", paramLabel = "KEY")
    private String key = "";

    @Override
    void check() {
        if (key.isEmpty()) {
            throw usage("a key has at least one byte");
        }
        bytes(key);
    }

    final byte[] key() {
        return bytes(key);
    }

    /** What an argument stands for: its text, or the bytes between its quotes. */
    final byte[] bytes(String argument) {
        try {
            return Quoting.unquote(argument);
        } catch (IllegalArgumentException wrong) {
            throw usage("'" + argument + "': " + wrong.getMessage());
        }
    }

    /** A command about the key, with more words after it. */
    final List<byte[]> command(String name, byte[]... more) {
        List<byte[]> words = new ArrayList<>(CtlClient.words(name));
        words.add(key());
        words.addAll(List.of(more));
        return words;
    }

    /** The context given, or that of what the cluster has now; empty for a key it never had. */
    final byte[] context(CtlClient client, @Nullable String given) throws InterruptedException {
        if (given != null) {
            return bytes(given);
        }
        RespReply context =
                Replies.items(client.ask(command("KV.GET")), 2, "KV.GET").get(0);
        return context.asBytes();
    }
}
