package io.kvorum.server.data;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.storage.disk.DiskFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file in the data directory to which entries are added, one after the other. One thread's.
 *
 * <pre>
 *   file  = entry*
 *   entry = u32 "KVRE" | u32 length | payload | u32 CRC32C of all before
 * </pre>
 *
 * An entry is forced before the next is begun, so that a crash can tear the last one alone: that is passed over, nobody has
 * been told of it. Damage with an entry behind it is none of a crash.
 */
public final class EntryFile {
    private static final long MAGIC = 0x4B565245L;
    private static final int HEADER_BYTES = 8;
    private static final int CHECKSUM_BYTES = 4;
    private static final Logger LOG = LoggerFactory.getLogger(EntryFile.class);

    private final DataDirectory directory;
    private final String name;
    private long size;
    private boolean torn;

    private EntryFile(DataDirectory directory, String name) {
        this.directory = directory;
        this.name = name;
    }

    /**
     * Reads all entries but a torn one, and changes nothing.
     *
     * @param reader given the payload of each; may throw DecodeException
     * @throws io.kvorum.server.runtime.StartException if the file cannot be read, or is damaged
     */
    public static EntryFile open(DataDirectory directory, String name, Consumer<ByteReader> reader) {
        EntryFile file = new EntryFile(directory, name);
        byte[] bytes = directory.bytes(name);
        int at = 0;
        while (at < bytes.length) {
            int length = payloadBytes(bytes, at);
            if (length < 0) {
                file.checkTorn(bytes, at);
                break;
            }
            try {
                reader.accept(new ByteReader(bytes, at + HEADER_BYTES, length));
            } catch (DecodeException problem) {
                throw directory.damaged(name, problem);
            }
            at += HEADER_BYTES + length + CHECKSUM_BYTES;
            file.size = at;
        }
        return file;
    }

    /** Returns the length of the payload of the entry that begins here, or -1 if none does. */
    private static int payloadBytes(byte[] bytes, int at) {
        int longest = bytes.length - at - HEADER_BYTES - CHECKSUM_BYTES;
        if (longest < 0) {
            return -1;
        }
        ByteReader header = new ByteReader(bytes, at, HEADER_BYTES);
        long magic = header.u32();
        long length = header.u32();
        if (magic != MAGIC || length > longest) {
            return -1;
        }
        int checked = HEADER_BYTES + (int) length;
        long found = new ByteReader(bytes, at + checked, CHECKSUM_BYTES).u32();
        return found == checksum(bytes, at, checked) ? (int) length : -1;
    }

    private void checkTorn(byte[] bytes, int at) {
        for (int later = at + 1; later < bytes.length; later++) {
            if (payloadBytes(bytes, later) >= 0) {
                throw directory.damaged(name, "no entry at byte " + at + ", but one at byte " + later);
            }
        }
        torn = true;
        LOG.warn(
                "{}: an entry that was being written when the node stopped is torn at byte {}",
                directory.path(name),
                at);
    }

    /** Whether the last entry is torn: {@link #clear} before another is added. */
    public boolean isTorn() {
        return torn;
    }

    /** Bytes of all entries. */
    public long size() {
        return size;
    }

    /**
     * Adds an entry; when this returns, it survives a crash of the machine.
     *
     * @throws UncheckedIOException if the disk does not take it: whether it is there then is not known, {@link #clear} before
     *     another is added
     */
    public void append(ByteWriter payload) {
        ByteWriter entry = new ByteWriter(payload.size() + HEADER_BYTES + CHECKSUM_BYTES);
        entry.u32(MAGIC).u32(payload.size()).raw(payload.array(), 0, payload.size());
        entry.u32(checksum(entry.array(), 0, entry.size()));
        try (DiskFile file = directory.disk().open(directory.path(name))) {
            if (file.size() != size) {
                throw new IOException(file.size() + " bytes long, not " + size + " as this node left it");
            }
            file.write(ByteBuffer.wrap(entry.array(), 0, entry.size()), size);
            file.force();
            if (size == 0) {
                directory.forceNames();
            }
        } catch (IOException failure) {
            throw directory.unwritable(name, failure);
        }
        size += entry.size();
    }

    /**
     * Deletes all entries.
     *
     * @throws UncheckedIOException if the disk does not take it
     */
    public void clear() {
        directory.delete(name);
        size = 0;
        torn = false;
    }

    private static long checksum(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return crc.getValue();
    }
}
