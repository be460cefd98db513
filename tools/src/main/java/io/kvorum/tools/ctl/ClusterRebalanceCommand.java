package io.kvorum.tools.ctl;

import java.util.List;
import picocli.CommandLine.Command;

/** The command {@code ctl cluster rebalance}: tokens are spread anew over all members. */
@Command(
        name = "rebalance",
        mixinStandardHelpOptions = true,
        description =
                "Plans to spread partitions anew over all members, by weight, with the owners of each in different zones"
                        + " where that can be.")
final class ClusterRebalanceCommand extends ClusterPlanCommand {
    @Override
    List<String> request() {
        return List.of("REBALANCE");
    }
}
