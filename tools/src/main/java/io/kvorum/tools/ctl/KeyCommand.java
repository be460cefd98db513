package io.kvorum.tools.ctl;

import picocli.CommandLine.Command;

/** The command {@code ctl key}: one key with all its versions. */
@Command(
        name = "key",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            KeyGetCommand.class,
            KeyPutCommand.class,
            KeyDeleteCommand.class,
            KeyWhereCommand.class,
            KeyVersionsCommand.class
        },
        description = "Shows and changes one key with all its versions. Keys and values are taken as they are typed,"
                + " or, in double quotes within quotes, as redis-cli prints them: '\"a\\x00b\"'.")
final class KeyCommand {}
