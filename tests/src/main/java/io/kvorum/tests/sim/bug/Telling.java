package io.kvorum.tests.sim.bug;

import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.tests.sim.cluster.Sabotage;
import java.nio.charset.StandardCharsets;

/** What clients may be told wrong. */
final class Telling {
    private static final int KEYS_MIN = 3;

    private Telling() {}

    /** A write returns the context of the whole record. */
    static Sabotage wholeVector() {
        return new Sabotage() {
            @Override
            public Context contextOfWrite(byte[] record) {
                return RecordBytes.context(record);
            }
        };
    }

    /** A write under a context supersedes nothing. */
    static Sabotage noContext() {
        return new Sabotage() {
            @Override
            public boolean ignoresContexts() {
                return true;
            }
        };
    }

    /** A write that may have happened is said not to have. */
    static Sabotage dishonestErrors() {
        return new Sabotage() {
            @Override
            public byte[] toClient(byte[] real) {
                return text(real).startsWith("-INDOUBT ")
                        ? text(real).replaceFirst("INDOUBT", "TRYAGAIN").getBytes(StandardCharsets.ISO_8859_1)
                        : real;
            }
        };
    }

    /** Long lists are never sent. */
    static Sabotage forgottenReplies() {
        return new Sabotage() {
            @Override
            public byte[] toClient(byte[] real) {
                boolean isList = real.length > 1 && real[0] == '*' && real[1] >= '0' + KEYS_MIN;
                return isList ? new byte[0] : real;
            }
        };
    }

    /** A read asks one owner. */
    static Sabotage oneReplica() {
        return new Sabotage() {
            @Override
            public String setting() {
                return "replication.r=1";
            }
        };
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
