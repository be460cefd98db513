package io.kvorum.tools.ctl;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The command {@code ctl cluster leave}: members give all they have to the others, and go. */
@Command(
        name = "leave",
        mixinStandardHelpOptions = true,
        description = "Plans to let members give all that they have to the others, and go.")
final class ClusterLeaveCommand extends ClusterPlanCommand {
    @Parameters(arity = "1..*", paramLabel = "NODE")
    private List<String> nodes = new ArrayList<>();

    @Override
    List<String> request() {
        List<String> words = new ArrayList<>(List.of("LEAVE"));
        words.addAll(nodes);
        return words;
    }
}
