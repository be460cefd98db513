package io.kvorum.server.command;

import static io.kvorum.server.command.CommandCommands.bulk;
import static io.kvorum.server.command.CommandCommands.words;

import io.kvorum.codec.resp.Resp3Messages.MapMessage;
import io.kvorum.codec.resp.Resp3Messages.SetMessage;
import io.kvorum.codec.resp.RespRequest;
import io.kvorum.server.command.manual.Argument;
import io.kvorum.server.command.manual.ArgumentType;
import io.kvorum.server.command.manual.Manual;
import io.kvorum.server.command.manual.ManualEntry;
import io.netty.handler.codec.redis.ArrayRedisMessage;
import io.netty.handler.codec.redis.IntegerRedisMessage;
import io.netty.handler.codec.redis.RedisMessage;
import java.util.ArrayList;
import java.util.List;

/** COMMAND DOCS: what rows and the manual say, in the shape of Redis 7, by which redis-cli shows hints; and each guarantee. */
final class CommandDocs {
    private CommandDocs() {}

    static void answer(Call call) {
        RespRequest request = call.request();
        if (CommandErrors.hasTooManyNames(call, 2)) {
            return;
        }
        List<Command> rows = new ArrayList<>();
        for (int i = 2; i < request.argumentCount(); i++) {
            Command row = call.loop().table().find(request.string(i));
            if (row != null) {
                rows.add(row);
            }
        }
        if (request.argumentCount() == 2) {
            rows.addAll(call.loop().table().commands());
        }
        call.out().message(documentation(rows));
    }

    private static RedisMessage documentation(List<Command> rows) {
        List<RedisMessage> pairs = new ArrayList<>();
        for (Command row : rows) {
            pairs.add(bulk(row.name()));
            pairs.add(new MapMessage(facts(row, Manual.current().of(row.name()))));
        }
        return new MapMessage(pairs);
    }

    private static List<RedisMessage> facts(Command row, ManualEntry entry) {
        List<RedisMessage> facts = new ArrayList<>(List.of(
                bulk("summary"), bulk(row.summary()),
                bulk("since"), bulk(row.since()),
                bulk("group"), bulk(row.group().title()),
                bulk("complexity"), bulk(entry.complexity()),
                bulk("guarantee"), bulk(row.guarantee())));
        ManualEntry.Change replacement = entry.replacement();
        if (replacement != null) {
            facts.add(bulk("doc_flags"));
            facts.add(words(List.of("deprecated")));
            facts.add(bulk("deprecated_since"));
            facts.add(bulk(replacement.since()));
            facts.add(bulk("replaced_by"));
            facts.add(bulk(replacement.text()));
        }
        if (!entry.history().isEmpty()) {
            facts.add(bulk("history"));
            facts.add(new SetMessage(entry.history().stream()
                    .<RedisMessage>map(
                            change -> new ArrayRedisMessage(List.of(bulk(change.since()), bulk(change.text()))))
                    .toList()));
        }
        if (!entry.arguments().isEmpty()) {
            facts.add(bulk("arguments"));
            facts.add(arguments(entry.arguments()));
        }
        if (!row.subcommands().isEmpty()) {
            facts.add(bulk("subcommands"));
            facts.add(documentation(row.subcommands()));
        }
        return facts;
    }

    private static RedisMessage arguments(List<Argument> arguments) {
        return new ArrayRedisMessage(
                arguments.stream().map(CommandDocs::describe).toList());
    }

    private static RedisMessage describe(Argument argument) {
        List<RedisMessage> facts = new ArrayList<>(List.of(
                bulk("name"), bulk(argument.name()),
                bulk("type"), bulk(argument.type().redisName())));
        if (argument.type() == ArgumentType.KEY) {
            facts.add(bulk("key_spec_index"));
            facts.add(new IntegerRedisMessage(argument.keyUse()));
        }
        String token = argument.token();
        if (token != null) {
            facts.add(bulk("token"));
            facts.add(bulk(token));
        }
        String since = argument.since();
        if (since != null) {
            facts.add(bulk("since"));
            facts.add(bulk(since));
        }
        List<String> flags = new ArrayList<>();
        addIf(flags, argument.optional(), "optional");
        addIf(flags, argument.multiple(), "multiple");
        addIf(flags, argument.tokenRepeated(), "multiple_token");
        if (!flags.isEmpty()) {
            facts.add(bulk("flags"));
            facts.add(words(flags));
        }
        if (!argument.children().isEmpty()) {
            facts.add(bulk("arguments"));
            facts.add(arguments(argument.children()));
        }
        return new MapMessage(facts);
    }

    private static void addIf(List<String> flags, boolean holds, String flag) {
        if (holds) {
            flags.add(flag);
        }
    }
}
