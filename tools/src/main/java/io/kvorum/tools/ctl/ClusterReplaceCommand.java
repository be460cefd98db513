package io.kvorum.tools.ctl;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code ctl cluster replace}: a new member gets all that one has which does not come back. */
@Command(
        name = "replace",
        mixinStandardHelpOptions = true,
        description =
                "Plans to remove a member that does not come back, for ever, and to give a new one all its tokens.")
final class ClusterReplaceCommand extends ClusterPlanCommand {
    @Parameters(index = "0", paramLabel = "OLD", description = "Who does not come back.")
    private String old = "";

    @Parameters(index = "1", paramLabel = "NEW", description = "A member that ctl status shows as joining.")
    private String by = "";

    @Option(
            names = "--force",
            description = "Removes it even if it is up, and gives up what no other node has a copy of.")
    private boolean force;

    @Override
    List<String> request() {
        List<String> words = new ArrayList<>(List.of("REPLACE", old, by));
        if (force) {
            words.add("FORCE");
        }
        return words;
    }
}
