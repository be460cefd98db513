package io.kvorum.tools.ctl;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The command {@code ctl cluster commit}: does what a plan has shown. */
@Command(
        name = "commit",
        mixinStandardHelpOptions = true,
        description = {
            "Does what a plan has shown, if nothing has changed in between. Ask the node that made the plan.",
            "ctl cluster moves --wait shows how far it is."
        })
final class ClusterCommitCommand extends ServerCommand {
    private static final String DONE = "OK ";

    @Parameters(index = "0", paramLabel = "ID", description = "The plan, as it was shown.")
    private String id = "";

    @Override
    void run(CtlClient client) throws InterruptedException {
        String outcome = commit(client, id);
        print("committed: " + outcome + "\n", Map.of("id", id, "committed", outcome));
    }

    /** Commits, and returns how much begins. */
    static String commit(CtlClient client, String id) throws InterruptedException {
        String reply = client.ask("KV.CLUSTER", "COMMIT", id).asString();
        return reply.startsWith(DONE) ? reply.substring(DONE.length()) : reply;
    }
}
