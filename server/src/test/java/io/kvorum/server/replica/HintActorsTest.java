package io.kvorum.server.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.Merge;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.Sibling;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What an actor of a hint may vouch for. The random one prints its seed, and takes one as {@code -Dkvorum.test.seed}. */
class HintActorsTest {
    private static final long NOW_MILLIS = 1_000_000;

    private final StampClock stamps = new StampClock(() -> NOW_MILLIS, 1_000);
    private final HintActors actors = new HintActors(stamps, new SplittableRandom(1));
    private final KeyRef key = key("cart", 1);

    @Test
    void an_actor_goes_on_as_long_as_the_hint_covers_what_it_made() {
        byte[] kept = write(key, null);
        long first = actorOf(kept);
        for (int i = 0; i < 10; i++) {
            kept = write(key, kept);
            assertThat(actorOf(kept)).isEqualTo(first);
        }
    }

    @Test
    void it_ends_with_the_hint() {
        byte[] first = write(key, null);
        byte[] second = write(key, null);
        assertThat(actorOf(second)).isNotEqualTo(actorOf(first));
        assertThat(RecordBytes.siblings(merge(first, second))).hasSize(2);
    }

    @Test
    void it_ends_where_an_older_hint_is_there_again() {
        byte[] old = write(key, null);
        byte[] newer = write(key, old);
        byte[] next = write(key, old);
        assertThat(actorOf(next)).isNotEqualTo(actorOf(newer));
        assertThat(RecordBytes.siblings(merge(newer, next))).hasSize(2);
    }

    @Test
    void of_two_versions_made_from_one_hint_at_once_the_second_has_another() {
        byte[] kept = write(key, null);
        List<byte[]> inner = new ArrayList<>();
        byte[] outer = actors.change(key, kept, 0, (current, scope) -> {
            inner.add(write(key, kept));
            return Versions.write(current, draft(key, scope.actor(), scope.nextStamp(Versions.newestStamp(current))));
        });
        assertThat(actorOf(inner.get(0))).isNotEqualTo(actorOf(Objects.requireNonNull(outer)));
    }

    @Test
    void keys_that_share_a_place_do_not_share_an_actor() {
        KeyRef other = key("basket", 1);
        byte[] first = write(key, null);
        byte[] second = write(other, null);
        assertThat(actorOf(second)).isNotEqualTo(actorOf(first));
        assertThat(actorOf(write(key, first))).isNotIn(actorOf(first), actorOf(second));
    }

    @Test
    void no_stamp_is_older_than_a_flush() {
        byte[] made = actors.change(
                key,
                null,
                1L << 60,
                (current, scope) -> Versions.write(current, draft(key, scope.actor(), scope.nextStamp(0))));
        assertThat(RecordBytes.siblings(Objects.requireNonNull(made))
                        .get(0)
                        .dot()
                        .stamp())
                .isGreaterThan(1L << 60);
    }

    @Test
    void whatever_becomes_of_hints_no_version_covers_one_that_it_was_not_made_from() {
        long seed = Long.getLong("kvorum.test.seed", new SplittableRandom().nextLong());
        SplittableRandom random = new SplittableRandom(seed);
        for (int run = 0; run < 500; run++) {
            // By version: what it superseded, directly or not.
            List<byte[]> records = new ArrayList<>();
            List<Set<Integer>> pasts = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                // Any record there ever was may be what is kept now, and any two of them merged.
                byte[] kept = null;
                Set<Integer> past = new HashSet<>();
                for (int parts = random.nextInt(3); parts > 0 && !records.isEmpty(); parts--) {
                    int part = random.nextInt(2) == 0 ? records.size() - 1 : random.nextInt(records.size());
                    kept = kept == null ? records.get(part) : merge(kept, records.get(part));
                    past.add(part);
                    past.addAll(pasts.get(part));
                }
                byte[] made = write(key, kept);
                for (int earlier = 0; earlier < records.size(); earlier++) {
                    Sibling before = RecordBytes.siblings(records.get(earlier)).get(0);
                    boolean covers = RecordBytes.knows(
                            made, before.dot().actor(), before.dot().stamp());
                    assertThat(covers).as("kvorum.test.seed=%d", seed).isEqualTo(past.contains(earlier));
                }
                records.add(made);
                pasts.add(past);
            }
        }
    }

    private byte[] write(KeyRef of, byte @Nullable [] kept) {
        byte[] made = actors.change(
                of,
                kept,
                0,
                (current, scope) -> Versions.write(
                        current, draft(of, scope.actor(), scope.nextStamp(Versions.newestStamp(current)))));
        return Objects.requireNonNull(made);
    }

    private static Draft draft(KeyRef of, long actor, long stamp) {
        return new Draft()
                .key(of.bytes(), 0, of.bytes().length)
                .value(new byte[] {1}, 0, 1)
                .dot(actor, stamp);
    }

    private static byte[] merge(byte[] one, byte[] other) {
        return Merge.merge(one, other, VersionObserver.NONE);
    }

    private static long actorOf(byte[] record) {
        return RecordBytes.siblings(record).get(0).dot().actor();
    }

    private static KeyRef key(String text, long position) {
        return new KeyRef(0, position, position, text.getBytes(StandardCharsets.UTF_8));
    }
}
