package io.kvorum.server.life;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.server.data.DataDirectory;
import io.kvorum.storage.engine.Continuity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a life of a node came, as its file says.
 *
 * <pre>
 *   u64 number | u64 nonce | u64 nonce before | u8 stage | u8 continuity | bool forced before acknowledged
 *   | utf8 uptime id | utf8 file id
 * </pre>
 *
 * @param number from 1
 * @param nonce drawn for this life; its mark among the records has it too
 * @param nonceBefore of the life before, whose mark is there until this one's is
 * @param stage how far it came
 * @param continuity what was known of the data when it began
 * @param always whether nothing was acknowledged before it was on disk
 * @param uptimeId of the machine when it began
 * @param fileId of the file itself: one that was copied or put back has another
 */
record Life(
        long number,
        long nonce,
        long nonceBefore,
        Stage stage,
        Continuity continuity,
        boolean always,
        String uptimeId,
        String fileId) {
    /** The file, and its spare. */
    static final String FILE = "life";

    private static final int TEXT_BYTES_MAX = 1024;
    private static final List<Stage> STAGES = List.of(Stage.values());
    private static final List<Continuity> CONTINUITIES = List.of(Continuity.values());

    /** How far it came. */
    enum Stage {
        /** Its mark may or may not be among the records; it has changed nothing yet. */
        BEGUN,
        /** Its mark is there; it may have changed anything. */
        RUNNING,
        /** It ended in order: everything is in the checkpoint. */
        ENDED,
        /** It runs, and its disk has failed or it has learned that something is missing. */
        DOUBTED
    }

    Life at(Stage next, String nextFileId) {
        return new Life(number, nonce, nonceBefore, next, continuity, always, uptimeId, nextFileId);
    }

    void encode(ByteWriter out) {
        out.u64(number).u64(nonce).u64(nonceBefore);
        out.u8(STAGES.indexOf(stage)).u8(CONTINUITIES.indexOf(continuity)).bool(always);
        out.utf8(uptimeId).utf8(fileId);
    }

    /** Reads it, or returns null if there never was a life here. */
    static @Nullable Life read(DataDirectory directory) {
        ByteReader in = directory.readEither(FILE);
        if (in == null) {
            return null;
        }
        try {
            Life life = new Life(
                    in.field("number").u64(),
                    in.field("nonce").u64(),
                    in.field("nonce before").u64(),
                    choice(in, "stage", STAGES),
                    choice(in, "continuity", CONTINUITIES),
                    in.field("always").bool(),
                    in.field("uptime id").utf8(TEXT_BYTES_MAX),
                    in.field("file id").utf8(TEXT_BYTES_MAX));
            in.expectEnd(FILE);
            return life;
        } catch (DecodeException problem) {
            throw directory.damaged(FILE, problem);
        }
    }

    private static <T> T choice(ByteReader in, String name, List<T> values) {
        int code = in.field(name).u8();
        if (code >= values.size()) {
            throw in.invalid(name, Integer.toString(code), "0 to " + (values.size() - 1));
        }
        return values.get(code);
    }
}
