package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** ACL, as far as it tells of the one user that there is. */
final class AclCommands {
    private static final List<String> HELP = List.of(
            "ACL <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "CAT [<category>]",
            "    List all commands that belong to <category>, or all command categories",
            "    when no category is specified.",
            "LIST",
            "    Show users details in config file format; the password is not shown.",
            "USERS",
            "    List all the registered usernames: default.",
            "WHOAMI",
            "    Return the current connection username.",
            "HELP",
            "    Prints this help.");

    private AclCommands() {}

    static List<Command> commands() {
        return List.of(Command.named("acl")
                .arity(-2)
                .group(CommandGroup.SERVER)
                .since("6.0.0")
                .summary("A container for commands about users.")
                .guarantee("There is one user, default.")
                .containing(
                        sub("cat", -2, "Lists the categories of commands, or the commands of one.")
                                .flags(CommandFlag.NOSCRIPT, CommandFlag.LOADING, CommandFlag.STALE)
                                .handledBy(AclCommands::cat),
                        sub("help", 2, "Describes the sub-commands.")
                                .flags(CommandFlag.LOADING, CommandFlag.STALE)
                                .handledBy(call -> AbsentCommands.help(call, HELP)),
                        sub("list", 2, "Describes the users.")
                                .flags(CommandFlag.ADMIN, CommandFlag.NOSCRIPT, CommandFlag.LOADING, CommandFlag.STALE)
                                .handledBy(AclCommands::list),
                        sub("users", 2, "Lists the names of users.")
                                .flags(CommandFlag.ADMIN, CommandFlag.NOSCRIPT, CommandFlag.LOADING, CommandFlag.STALE)
                                .handledBy(call -> call.out().array(1).bulk("default")),
                        sub("whoami", 2, "Returns the name of the connection's user.")
                                .flags(CommandFlag.NOSCRIPT, CommandFlag.LOADING, CommandFlag.STALE)
                                .handledBy(call -> call.out().bulk("default"))));
    }

    private static void cat(Call call) {
        RespRequest request = call.request();
        if (request.argumentCount() > 3) {
            CommandErrors.wrongArity(call);
            return;
        }
        TreeSet<String> names = new TreeSet<>();
        String wanted =
                request.argumentCount() == 2 ? "" : '@' + request.string(2).toLowerCase(Locale.ROOT);
        for (Command row : call.loop().table().rows()) {
            List<String> categories = CommandCommands.categories(row);
            if (wanted.isEmpty()) {
                categories.forEach(category -> names.add(category.substring(1)));
            } else if (categories.contains(wanted) && row.subcommands().isEmpty()) {
                names.add(row.name());
            }
        }
        if (names.isEmpty()) {
            call.out().error("ERR Unknown category '" + CommandErrors.clipped(request, 2, 128) + "'");
            return;
        }
        RespWriter out = call.out().array(names.size());
        names.forEach(out::bulk);
    }

    private static void list(Call call) {
        String shown = call.loop().facts().isPasswordless() ? "nopass" : "#(hidden)";
        call.out().array(1).bulk("user default on " + shown + " ~* &* +@all");
    }

    private static Command.Builder sub(String name, int arity, String summary) {
        return Command.named("acl|" + name)
                .arity(arity)
                .group(CommandGroup.SERVER)
                .since("6.0.0")
                .summary(summary)
                .guarantee("There is one user, default.");
    }
}
