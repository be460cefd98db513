package io.kvorum.server.life;

import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.server.data.DataDirectory;
import io.kvorum.server.runtime.StartException;
import io.kvorum.storage.checkpoint.CheckpointStore;
import io.kvorum.storage.engine.Continuity;
import java.io.IOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lives of a node, one after the other: an actor may go on from one to the next only if nothing was forgotten between
 * them, and this decides it (Dynamo's clocks assume it; Riak calls the lack of it vnode amnesia).
 *
 * <pre>
 *   file BEGUN ──► mark among the records ──► copies are up ──► file RUNNING ──► … ──► checkpoint complete ──► file ENDED
 * </pre>
 *
 * <p>The file names the life by a nonce, and so does the mark. If the two do not agree, or the file is not where it was
 * written, then some of the data is from another time or another place.
 */
final class Lives {
    private static final Logger LOG = LoggerFactory.getLogger(Lives.class);

    private final DataDirectory directory;
    private final UUID node;
    private final UUID cluster;
    private @Nullable Life current;

    /** The lives of a node in its directory. */
    Lives(DataDirectory directory, UUID node, UUID cluster) {
        this.directory = directory;
        this.node = node;
        this.cluster = cluster;
    }

    /**
     * Begins a life.
     *
     * @param store where the records are; null if none outlive the process
     * @param nonce drawn for the life
     * @param always whether nothing will be acknowledged before it is on disk
     * @return what is known of the data
     * @throws StartException if it is another node's
     */
    Continuity begin(@Nullable CheckpointStore store, long nonce, boolean always) throws IOException {
        Life last = Life.read(directory);
        LifeMark mark = store == null ? null : mark(store);
        Continuity continuity = store == null ? Continuity.DOUBTFUL : continuity(last, mark);
        Life life = new Life(
                Math.max(last == null ? 0 : last.number(), mark == null ? 0 : mark.number()) + 1,
                nonce,
                mark == null ? 0 : mark.nonce(),
                Life.Stage.BEGUN,
                continuity,
                always,
                directory.disk().uptimeId(),
                "");
        write(life);
        if (store != null) {
            try (CheckpointStore.Batch batch = store.begin()) {
                batch.meta(LifeMark.NAME, new LifeMark(node, cluster, life.number(), nonce).encode());
                batch.commit();
            }
        }
        current = life;
        return continuity;
    }

    /** The life has taken over what it found, as far as it trusts it; from here on it may change anything. */
    synchronized void running() {
        Life life = current;
        if (life == null) {
            throw new IllegalStateException("no life has begun");
        }
        if (life.stage() == Life.Stage.BEGUN) {
            current = write(life.at(Life.Stage.RUNNING, ""));
        }
    }

    /** Something that the life holds may be missing: whoever comes after it must not trust that, unless it ends in order. */
    synchronized void doubted() {
        Life life = current;
        if (life == null) {
            throw new IllegalStateException("no life has begun");
        }
        current = write(life.at(Life.Stage.DOUBTED, ""));
    }

    /** The life ended in order, and everything is in the checkpoint. */
    synchronized void ended() {
        Life life = current;
        if (life != null) {
            write(life.at(Life.Stage.ENDED, ""));
        }
    }

    private Continuity continuity(@Nullable Life last, @Nullable LifeMark mark) {
        if (last == null && mark == null) {
            return Continuity.WHOLE;
        }
        if (last == null) {
            return doubtful(Life.FILE + " is missing beside records");
        }
        if (!last.fileId().equals(directory.fileId(Life.FILE))) {
            return doubtful("the data directory was copied, or files in it were put back");
        }
        boolean marked = mark != null && mark.nonce() == last.nonce();
        if (last.stage() == Life.Stage.BEGUN) {
            boolean unmarked = mark == null ? last.nonceBefore() == 0 : mark.nonce() == last.nonceBefore();
            return marked || unmarked ? last.continuity() : doubtful("records and " + Life.FILE + " differ in age");
        }
        if (!marked) {
            return doubtful(
                    mark == null
                            ? "the records of the last life are gone"
                            : "records and " + Life.FILE + " differ in age");
        }
        if (last.stage() == Life.Stage.ENDED) {
            return Continuity.WHOLE;
        }
        if (last.stage() == Life.Stage.DOUBTED) {
            return doubtful("what the last life held was in doubt when it was cut off");
        }
        String uptime = directory.disk().uptimeId();
        if (last.always() || (!uptime.isEmpty() && uptime.equals(last.uptimeId()))) {
            LOG.info("the last life was cut off; nothing is missing, and all copies go on under new actors");
            return Continuity.CUT_OFF;
        }
        return doubtful("the machine went down under the last life, which did not force before it acknowledged");
    }

    private static Continuity doubtful(String why) {
        LOG.warn("{}: what is here is merged with what the other owners have before it is trusted", why);
        return Continuity.DOUBTFUL;
    }

    private @Nullable LifeMark mark(CheckpointStore store) throws IOException {
        byte[] bytes = store.meta(LifeMark.NAME);
        if (bytes == null) {
            return null;
        }
        LifeMark mark;
        try {
            mark = LifeMark.decode(bytes);
        } catch (DecodeException problem) {
            throw new StartException(
                    "the mark among the records in " + directory.path("").toAbsolutePath() + " is damaged: "
                            + problem.getMessage() + "; restore a backup, or move the records away and let the other"
                            + " owners fill the node again",
                    problem);
        }
        if (!mark.node().equals(node) || !mark.cluster().equals(cluster)) {
            throw new StartException("the records in " + directory.path("").toAbsolutePath() + " are of node "
                    + mark.node() + " of cluster " + mark.cluster() + ", but this is node " + node + " of cluster "
                    + cluster + ": put the right directory back, or move the records away and let the other owners fill"
                    + " the node again");
        }
        return mark;
    }

    private Life write(Life life) {
        ByteWriter spare = new ByteWriter(256);
        life.encode(spare);
        directory.write(Life.FILE + ".spare", spare);
        directory.write(Life.FILE, fileId -> {
            ByteWriter out = new ByteWriter(256);
            life.at(life.stage(), fileId).encode(out);
            return out;
        });
        return life;
    }
}
