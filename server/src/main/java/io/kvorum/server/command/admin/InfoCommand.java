package io.kvorum.server.command.admin;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** INFO: the node in lines that Redis's tools read. */
final class InfoCommand {
    private InfoCommand() {}

    static Command command(NodeStatus node) {
        return Command.named("info")
                .arity(-1)
                .group(CommandGroup.SERVER)
                .flags(CommandFlag.LOADING, CommandFlag.STALE)
                .since("1.0.0")
                .summary("Returns information and statistics about this node.")
                .guarantee("Numbers of this node alone, a moment old at most; KV.STATUS shows the cluster.")
                .handledBy(call -> run(call, node));
    }

    private static void run(Call call, NodeStatus node) {
        if (CommandErrors.hasTooManyNames(call, 1)) {
            return;
        }
        InfoText text = new InfoText();
        for (InfoSection section : chosen(call.request())) {
            section.write(text, call, node);
        }
        call.out().verbatim("txt", text.toString());
    }

    private static Set<InfoSection> chosen(RespRequest request) {
        Set<InfoSection> chosen = EnumSet.noneOf(InfoSection.class);
        if (request.argumentCount() == 1) {
            addDefaults(chosen);
        }
        for (int i = 1; i < request.argumentCount(); i++) {
            String word = request.string(i).toUpperCase(Locale.ROOT);
            switch (word) {
                case "ALL" -> chosen.addAll(EnumSet.complementOf(EnumSet.of(InfoSection.MODULES)));
                case "EVERYTHING" -> chosen.addAll(EnumSet.allOf(InfoSection.class));
                case "DEFAULT" -> addDefaults(chosen);
                default -> {
                    for (InfoSection section : InfoSection.values()) {
                        if (section.name().equals(word)) {
                            chosen.add(section);
                        }
                    }
                }
            }
        }
        return chosen;
    }

    private static void addDefaults(Set<InfoSection> chosen) {
        for (InfoSection section : InfoSection.values()) {
            if (section.isShownByDefault()) {
                chosen.add(section);
            }
        }
    }
}
