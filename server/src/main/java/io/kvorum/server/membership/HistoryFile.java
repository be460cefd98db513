package io.kvorum.server.membership;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.ring.history.History;
import io.kvorum.server.data.DataDirectory;
import io.kvorum.server.data.EntryFile;
import io.kvorum.server.runtime.StartException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The history on disk: a file that is replaced as a whole, and one beside it to which is added what came since. Once that is
 * the longer one, the first is written anew. Since a history is a set, it does no harm where a crash in between leaves
 * events in both.
 *
 * <p>Owned by the thread that founds the node, then by the control thread.
 */
final class HistoryFile {
    static final String FILE = "history";
    static final String NEWS_FILE = "history-news";

    private static final int NEWS_BYTES_MIN = 64 * 1024;
    private static final Logger LOG = LoggerFactory.getLogger(HistoryFile.class);

    private final DataDirectory directory;
    private final EntryFile news;
    private long wholeBytes;

    /** Whether the file of news cannot be trusted to take another entry. */
    private boolean spoilt;

    /** Volatile instead of handed over: a backup reads the latest on its own thread. Null if there is none. */
    private volatile @Nullable History onDisk;

    private HistoryFile(DataDirectory directory, EntryFile news, @Nullable History onDisk, long wholeBytes) {
        this.directory = directory;
        this.news = news;
        this.spoilt = news.isTorn();
        this.onDisk = onDisk;
        this.wholeBytes = wholeBytes;
    }

    /**
     * Reads what there is.
     *
     * @throws StartException if it is damaged, or a part of it is missing
     */
    static HistoryFile open(DataDirectory directory) {
        ByteReader in = directory.read(FILE);
        List<History> parts = new ArrayList<>();
        long bytes = in == null ? 0 : in.remaining();
        if (in != null) {
            try {
                parts.add(decode(in));
            } catch (DecodeException problem) {
                throw directory.damaged(FILE, problem);
            }
        }
        EntryFile news = EntryFile.open(directory, NEWS_FILE, entry -> parts.add(decode(entry)));
        if (in == null && news.size() > 0) {
            throw new StartException(directory.path(FILE).toAbsolutePath() + " is missing beside " + NEWS_FILE
                    + ": restore both from one backup, or move the whole data directory away and let the node start"
                    + " anew");
        }
        History history =
                parts.stream().reduce((all, part) -> all.with(part.events())).orElse(null);
        return new HistoryFile(directory, news, history, bytes);
    }

    private static History decode(ByteReader in) {
        History history = History.decode(in);
        in.expectEnd(FILE);
        return history;
    }

    /** The history as it is on disk, or null if there is none. Any thread. */
    @Nullable
    History onDisk() {
        return onDisk;
    }

    /**
     * Makes a history durable in the place of whatever is there.
     *
     * @throws UncheckedIOException if the disk does not take it
     */
    void replace(History history) {
        writeWhole(history);
        onDisk = history;
    }

    /**
     * Makes a history durable that has grown, or was compacted: then all is written anew, and what is left of the news after
     * a crash is void.
     *
     * @param grown covers all events of what is on disk
     * @throws UncheckedIOException if the disk does not take it
     */
    void grow(History grown) {
        History before = onDisk;
        boolean compacted = before != null && !Objects.equals(before.compacted(), grown.compacted());
        if (before == null || compacted || spoilt || news.size() > Math.max(NEWS_BYTES_MIN, wholeBytes)) {
            writeWhole(grown);
        } else {
            append(History.EMPTY.with(grown.notIn(before)));
        }
        onDisk = grown;
    }

    private void append(History events) {
        if (events.size() > 0) {
            ByteWriter entry = new ByteWriter(1024);
            events.encode(entry);
            spoilt = true;
            news.append(entry);
            spoilt = false;
        }
    }

    private void writeWhole(History history) {
        ByteWriter out = new ByteWriter(16 * 1024);
        history.encode(out);
        directory.write(FILE, out);
        wholeBytes = out.size();
        spoilt = true;
        try {
            news.clear();
            spoilt = false;
        } catch (UncheckedIOException failure) {
            LOG.warn("what came since the history was last written is written twice now; it does no harm", failure);
        }
    }
}
