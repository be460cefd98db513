package io.kvorum.tests.sim.run;

import io.kvorum.codec.resp.RespReply;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command on its way.
 *
 * @param words the command
 * @param answered what becomes of its reply
 */
record Asked(List<byte[]> words, Answered answered) {
    /** Who waits for the reply. */
    @FunctionalInterface
    interface Answered {
        /**
         * The reply came, or will not come.
         *
         * @param reply null if the connection broke
         */
        void answered(@Nullable RespReply reply);
    }
}
