package io.kvorum.tests.fuzz;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** All targets there are. */
final class FuzzTargets {
    private static final List<Supplier<FuzzTarget>> ALL = List.of(
            RespRequestsTarget::new,
            RespRepliesTarget::new,
            PeerFramesTarget::new,
            PeerMessagesTarget::new,
            ContextsTarget::new,
            RecordsTarget::new,
            GossipTarget::new,
            HistoriesTarget::new,
            DataDirectoryTarget::new,
            ConfigurationTarget::new,
            CommandsTarget::new);

    private FuzzTargets() {}

    /** One of each. Whoever asks closes them. */
    static List<FuzzTarget> all() {
        return ALL.stream().map(Supplier::get).toList();
    }

    /** @throws IllegalArgumentException if there is none of this name */
    static FuzzTarget named(String name) {
        return all().stream()
                .filter(target -> target.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no target \"" + name + "\", but "
                        + all().stream().map(FuzzTarget::name).collect(Collectors.joining(", "))));
    }
}
