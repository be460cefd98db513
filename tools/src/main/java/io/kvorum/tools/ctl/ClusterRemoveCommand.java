package io.kvorum.tools.ctl;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code ctl cluster remove}: members that do not come back are fenced. */
@Command(
        name = "remove",
        mixinStandardHelpOptions = true,
        description =
                "Plans to remove members that do not come back, for ever; the others make new copies of what they had.")
final class ClusterRemoveCommand extends ClusterPlanCommand {
    @Parameters(arity = "1..*", paramLabel = "NODE")
    private List<String> nodes = new ArrayList<>();

    @Option(
            names = "--force",
            description = "Removes nodes that are up, too, and gives up what no other node has a copy of.")
    private boolean force;

    @Override
    List<String> request() {
        List<String> words = new ArrayList<>(List.of("REMOVE"));
        words.addAll(nodes);
        if (force) {
            words.add("FORCE");
        }
        return words;
    }
}
