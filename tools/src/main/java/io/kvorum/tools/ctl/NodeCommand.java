package io.kvorum.tools.ctl;

import picocli.CommandLine.Command;

/** The command {@code ctl node}: what is done with one node. */
@Command(
        name = "node",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {NodeDrainCommand.class},
        description = "Does something with the one node that is asked.")
final class NodeCommand {}
