package io.kvorum.tools.ctl;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The command {@code ctl cluster join}: members that have no tokens get their share. */
@Command(
        name = "join",
        mixinStandardHelpOptions = true,
        description = "Plans to give members that own nothing yet (ctl status shows them as joining) their share.")
final class ClusterJoinCommand extends ClusterPlanCommand {
    @Parameters(arity = "0..*", paramLabel = "NODE", description = "Default: all that wait.")
    private List<String> nodes = new ArrayList<>();

    @Override
    List<String> request() {
        List<String> words = new ArrayList<>(List.of("JOIN"));
        words.addAll(nodes);
        return words;
    }
}
