package io.kvorum.server.backup;

import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.RandomSource;
import io.kvorum.server.runtime.StartException;
import io.kvorum.storage.disk.Disk;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code restore}: makes a data directory from a backup, or only compares the backup with its manifest. */
@Command(
        name = "restore",
        description = "Makes a node's data directory from a backup. Needs no running node.",
        mixinStandardHelpOptions = true)
public final class RestoreCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final double MEBIBYTE = 1 << 20;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Option(names = "--from", paramLabel = "DIR", required = true, description = "the backup")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Path from;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "the data directory to make; it holds nothing, or is not there")
    private @Nullable Path dataDirectory;

    @Option(
            names = "--force",
            description = "deletes what an earlier restore left there that was cut off; nothing else is ever deleted")
    private boolean force;

    @Option(names = "--verify-only", description = "compares the backup with its manifest, and makes nothing")
    private boolean verifyOnly;

    @Override
    public Integer call() {
        Path target = dataDirectory;
        if (target == null && !verifyOnly) {
            throw new ParameterException(spec.commandLine(), "--data-dir is missing; or give --verify-only");
        }
        PrintWriter out = spec.commandLine().getOut();
        Restore restore = new Restore(
                Disk.system(),
                from,
                Clock.system(),
                RandomSource.system().generator("actors"),
                (phase, records, total, bytes) -> {
                    out.printf(
                            Locale.ROOT,
                            "%s %,d of %,d records%s%n",
                            phase,
                            records,
                            total,
                            bytes == 0 ? "" : String.format(Locale.ROOT, ", %.1f MiB", bytes / MEBIBYTE));
                    out.flush();
                });
        try {
            if (target == null || verifyOnly) {
                out.println("the backup is whole: " + describe(restore.verify()));
            } else {
                Manifest manifest = restore.into(target, force);
                out.println("restored to " + target.toAbsolutePath() + ": " + describe(manifest));
                out.println("start it as node.name " + manifest.nodeName() + " of cluster.name "
                        + manifest.clusterName() + " with engine xodus; the node that the backup is of must not run");
            }
            out.flush();
            return 0;
        } catch (IOException | StartException problem) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("kvorum: " + problem.getMessage());
            err.flush();
            return FAILED;
        }
    }

    private static String describe(Manifest manifest) {
        return String.format(
                Locale.ROOT,
                "%,d records, %.1f MiB, of node %s (%s) of cluster \"%s\" (%s), begun %s",
                manifest.records(),
                manifest.bytes() / MEBIBYTE,
                manifest.nodeName(),
                manifest.node(),
                manifest.clusterName(),
                manifest.cluster(),
                Instant.ofEpochMilli(manifest.beginMillis()));
    }
}
