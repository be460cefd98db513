package io.kvorum.tools.ctl;

import picocli.CommandLine.Command;

/** The command {@code ctl}: looks at and administers a running cluster. */
@Command(
        name = "ctl",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            StatusCommand.class,
            RingCommand.class,
            ClusterCommand.class,
            NodeCommand.class,
            KeyCommand.class,
            BackgroundCommand.class,
            BackupCommand.class,
            RestoreCommand.class
        },
        description = "Looks at and administers a running cluster, through any of its nodes.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the server answered with an error",
            "2:the command line makes no sense",
            "3:no server could be reached, or it did not answer in time"
        })
public final class CtlCommand {}
