package io.kvorum.server.life;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Ring;
import io.kvorum.server.data.DataDirectory;
import io.kvorum.storage.version.Stamp;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * That the records of a directory are from a backup, until the first life there has begun. While this node was up the
 * other owners may have forgotten what was deleted after the backup began; once it is up again, unsettled, they no longer
 * do. So what is older than the grace at that moment could bring back what was deleted, and must not join.
 *
 * <pre>
 *   u64 begin | u64 end | u64 grace in ms
 * </pre>
 *
 * @param beginStamp of the backup: what was deleted later may be in it
 * @param endStamp of the backup: nothing in it is newer
 * @param graceMillis how long what was deleted is remembered
 */
public record RestoreMark(long beginStamp, long endStamp, long graceMillis) {
    private static final String FILE = "restored";

    /** A clock may be so far behind the one that stamped the backup; more, and no age can be told. */
    private static final long BEHIND_MAX_MILLIS = 60_000;

    private static final long SECOND_MILLIS = 1_000;
    private static final long DAY_HOURS = 24;
    private static final long HOUR_SECONDS = 3_600;

    /**
     * Why the records must not join their cluster, and what to do instead; null if they may. A node that has no others, or
     * shares no partition with them, may be of any age.
     */
    public @Nullable String refusal(Ring ring, NodeId self, long nowMillis) {
        boolean others = ring.n() > 1
                && ring.members().stream().anyMatch(member -> !member.id().equals(self) && !ring.isGone(member.id()));
        long ageMillis = nowMillis - Stamp.millis(beginStamp);
        if (!others || (ageMillis <= graceMillis && ageMillis >= -BEHIND_MAX_MILLIS)) {
            return null;
        }
        if (ageMillis < 0) {
            return "the backup began " + duration(-ageMillis)
                    + " after this machine's time: set its clock right, so that" + " the backup's age can be told";
        }
        return "the backup began " + duration(ageMillis) + " ago, and the other members forget what was deleted after "
                + duration(graceMillis)
                + " (tombstone.grace): it could bring back keys that were deleted since. Start the"
                + " node with an empty data directory instead; the other owners fill it";
    }

    /** Leaves it in a directory. */
    void write(DataDirectory directory) {
        ByteWriter out = new ByteWriter(24);
        out.u64(beginStamp).u64(endStamp).u64(graceMillis);
        directory.write(FILE, out);
    }

    /** Reads it, or returns null if there is none. */
    static @Nullable RestoreMark read(DataDirectory directory) {
        ByteReader in = directory.read(FILE);
        if (in == null) {
            return null;
        }
        try {
            RestoreMark mark = new RestoreMark(
                    in.field("begin").u64(),
                    in.field("end").u64(),
                    in.field("grace").u64());
            in.expectEnd(FILE);
            return mark;
        } catch (DecodeException problem) {
            throw directory.damaged(FILE, problem);
        }
    }

    /** Takes it away. */
    static void delete(DataDirectory directory) {
        directory.delete(FILE);
    }

    private static String duration(long millis) {
        long seconds = millis / SECOND_MILLIS;
        long hours = seconds / HOUR_SECONDS;
        if (hours >= 2 * DAY_HOURS) {
            return hours / DAY_HOURS + " days";
        }
        return hours >= 2 ? hours + " hours" : String.format(Locale.ROOT, "%d s", seconds);
    }
}
