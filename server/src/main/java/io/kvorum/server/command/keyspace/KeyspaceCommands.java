package io.kvorum.server.command.keyspace;

import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.storage.engine.StorageEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** The rows of this package: values, counters, expiry, keys, and the keyspace as a whole. */
public final class KeyspaceCommands {
    private static final String WALKS = "Each partition is read from one owner that has it whole. A key that is there "
            + "throughout is returned exactly once, unless that owner has missed it and was not repaired yet. Deleted and "
            + "expired keys are never returned.";
    private static final String FLUSHES =
            "What was written before it is gone on every member that can be reached, when "
                    + "the reply comes, by whatever clock it was written, and on the others before they answer again; but what a "
                    + "member that cannot be reached wrote with a clock that is ahead may stay. A write at the same time may go or "
                    + "stay.";

    private KeyspaceCommands() {}

    /**
     * The rows.
     *
     * @param others rows of the same table, among them GET and SET, of which those on several keys are made
     * @param engine this node's copies, for what is asked of keys as a whole
     * @param flush empties the cluster
     * @param random chooses keys; for any thread
     */
    public static List<Command> commands(
            List<Command> others, StorageEngine engine, Flush flush, RandomGenerator random) {
        List<Command> single = new ArrayList<>(others);
        single.addAll(ValueCommands.commands(named("get", others), named("set", others)));
        single.addAll(ComparingCommands.commands());
        single.addAll(BitCommands.commands());
        single.addAll(CounterCommands.commands());
        single.addAll(KeyCommands.commands());
        single.addAll(ExpiryCommands.commands());
        single.addAll(DumpCommands.commands());
        single.add(ObjectCommands.row());
        single.add(MemoryCommands.row(engine));
        List<Command> all = new ArrayList<>(single.subList(others.size(), single.size()));
        all.addAll(ofSeveralSteps(new Rows(List.copyOf(single))));
        all.addAll(wholeKeyspace(new LocalKeys(engine), flush, random));
        return List.copyOf(all);
    }

    private static Command named(String name, List<Command> rows) {
        return new Rows(rows).named(name);
    }

    private static List<Command> ofSeveralSteps(Rows rows) {
        List<Command> all = new ArrayList<>(MoveCommands.commands(rows));
        all.add(SetManyIfAbsent.row(rows));
        all.add(BitOperation.row(rows));
        all.add(LcsCommand.row(rows));
        return all;
    }

    private static List<Command> wholeKeyspace(LocalKeys local, Flush flush, RandomGenerator random) {
        return List.of(
                Command.named("dbsize")
                        .arity(1)
                        .flags(CommandFlag.READONLY, CommandFlag.FAST)
                        .group(CommandGroup.SERVER)
                        .since("1.0.0")
                        .summary("Returns how many keys the cluster has.")
                        .guarantee(
                                "Each key counts once, at one owner of its partition, unless that owner has missed it and was not"
                                        + " repaired yet. Of nodes with more than "
                                        + LocalKeys.EXACT_COUNT_MAX
                                        + " records, expired keys count until they are swept.")
                        .handledBy(call -> CountCommand.run(call, local)),
                Command.named("scan")
                        .arity(-2)
                        .flags(CommandFlag.READONLY)
                        .group(CommandGroup.GENERIC)
                        .since("2.8.0")
                        .summary("Returns some keys of the cluster and the cursor with which to go on, on any node.")
                        .guarantee(WALKS)
                        .handledBy(call -> ScanCommand.run(call, local)),
                Command.named("keys")
                        .arity(2)
                        .flags(CommandFlag.READONLY)
                        .group(CommandGroup.GENERIC)
                        .since("1.0.0")
                        .summary(
                                "Returns all keys of the cluster that match a pattern, up to a million. Walks everything.")
                        .guarantee(WALKS)
                        .handledBy(call -> KeysCommand.run(call, local)),
                Command.named("randomkey")
                        .arity(1)
                        .flags(CommandFlag.READONLY)
                        .group(CommandGroup.GENERIC)
                        .since("1.0.0")
                        .summary("Returns a key of the cluster at random, or nil if there is none.")
                        .guarantee(
                                "Each partition is read from one owner that has it whole; some that cannot be read are passed"
                                        + " over, but there being no key is said only of all. The key is one of some behind a"
                                        + " random place: of keys that lie close together each is as likely as the other, but not of"
                                        + " all in the cluster.")
                        .handledBy(call -> RandomKeyCommand.run(call, local, random)),
                flush("flushall", flush),
                flush("flushdb", flush));
    }

    private static Command flush(String name, Flush flush) {
        return Command.named(name)
                .arity(-1)
                .flags(CommandFlag.WRITE)
                .group(CommandGroup.SERVER)
                .since("1.0.0")
                .summary("Removes all keys of the cluster.")
                .guarantee(FLUSHES)
                .handledBy(call -> FlushCommand.run(call, flush));
    }
}
