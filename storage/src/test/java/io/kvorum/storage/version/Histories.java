package io.kvorum.storage.version;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Makes records as three copies would, from a seed: writes of all kinds, amendments, exchanges, copies lost. */
final class Histories {
    static final byte[] KEY = "key".getBytes(UTF_8);

    private final SplittableRandom random;
    private final byte[] @Nullable [] copies = new byte[3][];
    private final long[] actors = {1, -2, 3};
    private final List<Context> contexts = new ArrayList<>(List.of(Context.EMPTY));
    private long nextActor = 100;
    private long millis = 1000;

    Histories(long seed) {
        random = new SplittableRandom(seed);
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static Draft draft(long actor, long stamp, String value) {
        byte[] bytes = bytes(value);
        return new Draft().key(KEY, 0, KEY.length).value(bytes, 0, bytes.length).dot(actor, stamp);
    }

    static byte[] put(byte @Nullable [] old, Draft draft, Context context) {
        return Versions.write(old, draft, context, VersionObserver.NONE);
    }

    static byte[] merge(byte @Nullable [] a, byte @Nullable [] b) {
        if (a == null) {
            return Objects.requireNonNull(b, "nothing to merge");
        }
        if (b == null) {
            return a;
        }
        return Merge.merge(a, b, VersionObserver.NONE);
    }

    long millis() {
        return millis;
    }

    /** Every version of the record that any copy had, in the order they were made. */
    List<byte[]> run(int steps) {
        List<byte[]> all = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            int copy = random.nextInt(3);
            step(copy);
            if (copies[copy] != null) {
                all.add(copies[copy]);
            }
        }
        return all;
    }

    private void step(int copy) {
        millis += random.nextInt(3);
        byte[] old = copies[copy];
        long stamp = Math.max(Stamp.ofMillis(millis), Versions.newestStamp(old) + 1);
        for (Context context : contexts) {
            stamp = Math.max(stamp, context.newestStamp() + 1);
        }
        Draft draft = draft(actors[copy], stamp, value());
        switch (random.nextInt(10)) {
            case 0 -> copies[copy] = Versions.write(old, decorate(draft));
            case 1 -> copies[copy] = Versions.write(old, draft.tombstone());
            case 2, 3, 4 -> {
                Context context =
                        random.nextInt(4) == 0 ? Context.EMPTY : contexts.get(random.nextInt(contexts.size()));
                copies[copy] = put(old, decorate(draft), context);
                contexts.add(context.after(old, draft.dot()));
            }
            case 5 ->
                copies[copy] = Amendments.increment(old, draft, random.nextLong(), millis)
                        .record();
            case 6 -> {
                if (old != null) {
                    copies[copy] = Amendments.expire(old, actors[copy], stamp, expiry(), millis);
                }
            }
            case 7 -> {
                if (old != null) {
                    contexts.add(RecordBytes.context(old));
                }
            }
            default -> {
                int other = (copy + 1 + random.nextInt(2)) % 3;
                if (old != null || copies[other] != null) {
                    copies[copy] = merge(old, copies[other]);
                }
                if (random.nextInt(12) == 0) {
                    copies[other] = null;
                    actors[other] = random.nextBoolean() ? nextActor++ : -nextActor++;
                }
            }
        }
    }

    private Draft decorate(Draft draft) {
        return draft.clientFlags(random.nextInt(4) == 0 ? random.nextInt() : 0)
                .expireAtMillis(random.nextInt(3) == 0 ? expiry() : 0);
    }

    private long expiry() {
        return random.nextInt(4) == 0 ? 0 : millis + random.nextInt(40);
    }

    private String value() {
        return switch (random.nextInt(3)) {
            case 0 -> Integer.toString(random.nextInt(-50, 50));
            case 1 -> "v".repeat(random.nextInt(200));
            default -> "";
        };
    }
}
