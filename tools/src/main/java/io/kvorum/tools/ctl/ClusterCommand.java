package io.kvorum.tools.ctl;

import picocli.CommandLine.Command;

/** The command {@code ctl cluster}: who is in the cluster and who owns what. */
@Command(
        name = "cluster",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ClusterHistoryCommand.class,
            ClusterJoinCommand.class,
            ClusterLeaveCommand.class,
            ClusterRemoveCommand.class,
            ClusterReplaceCommand.class,
            ClusterRebalanceCommand.class,
            ClusterCommitCommand.class,
            ClusterMovesCommand.class,
            ClusterWaitCommand.class
        },
        description = {
            "Changes who is in the cluster and who owns what: join, leave, remove, replace and rebalance show what they would"
                    + " do and change nothing; commit does it. wait is for what restarts nodes one by one.",
            "Nodes are named by their name, by their id, or by what it begins with. docs/membership.md tells more."
        })
final class ClusterCommand {}
