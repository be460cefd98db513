package io.kvorum.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.codec.resp.RespWriter;
import io.kvorum.storage.engine.PartitionScope;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An edit that an engine was too busy for is run again, on what there is by then. */
class RepeatedEditTest {
    private static final byte[] KEY = {'k'};
    private static final byte[] VALUE = {'v'};
    private static final SetOptions IF_ABSENT = new SetOptions(true, false, false, false, null, 0);

    private final CommandBench bench = CommandBench.alone();
    private final PartitionScope scope = new PartitionScope() {
        private long stamp;

        @Override
        public long actor() {
            return 1;
        }

        @Override
        public long nextStamp(long newestSeen) {
            stamp = Math.max(stamp, newestSeen) + 1;
            return stamp;
        }

        @Override
        public long flushedUpTo() {
            return 0;
        }

        @Override
        public boolean isSettled() {
            return true;
        }
    };

    @Test
    void set_if_absent_that_was_refused_and_then_found_a_value_says_that_it_set_nothing() {
        byte[] other = Objects.requireNonNull(edit().apply(null, scope));
        SetEdit edit = edit();
        assertThat(edit.apply(null, scope)).isNotNull();

        byte[] after = edit.apply(other, scope);

        assertThat(after).isSameAs(other);
        assertThat(reply(edit, after)).isEqualTo("$-1\r\n");
        assertThat(edit.attempted()).isNull();
    }

    private SetEdit edit() {
        return new SetEdit(bench.loop)
                .key(KEY, 0, KEY.length)
                .value(VALUE, 0, VALUE.length)
                .options(IF_ABSENT);
    }

    private String reply(SetEdit edit, byte @Nullable [] after) {
        ByteBuf buffer = Unpooled.buffer();
        edit.reply(bench.loop, new RespWriter().attach(buffer, 2), after);
        return buffer.toString(StandardCharsets.US_ASCII);
    }
}
