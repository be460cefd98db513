package io.kvorum.tests.fuzz;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.ContextCodec;
import io.kvorum.storage.version.ContextCodec.Decoded;
import io.kvorum.storage.version.Dot;
import io.kvorum.storage.version.VersionVector;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Contexts as clients send them back. Any text is a context or a refusal. A text that is accepted is, letter by letter,
 * the one the codec gives out for what it was read as: nothing else passes, so that no changed bit does. Even what
 * somebody who knows the secret signs, whatever it be, is read as a context that can be given out, or refused.
 *
 * <pre>
 *   u8 mode | u8 length of key, key | mode 0: text | mode 1: body to be signed | mode 2: entries of a context
 * </pre>
 */
final class ContextsTarget implements FuzzTarget {
    private static final byte[] SECRET = "secret".getBytes(US_ASCII);
    private static final int KEY_HASH_END = 5;
    private static final int MAC_BYTES = 8;

    private final ContextCodec codec = new ContextCodec(SECRET);

    @Override
    public String name() {
        return "contexts";
    }

    @Override
    public void run(byte[] input) {
        Input in = new Input(input);
        int mode = in.u8() % 3;
        byte[] key = in.take(1 + in.u8() % 32);
        if (key.length == 0) {
            return;
        }
        switch (mode) {
            case 0 -> text(in.rest(), key);
            case 1 -> signed(in.rest(), key);
            default -> honest(in, key);
        }
    }

    private void text(byte[] text, byte[] key) {
        Claims.allocates(64, text.length, () -> decode(text, key));
        if (decode(text, key) instanceof Context context && text.length > 0) {
            Claims.sameBytes(encode(context, key), text, "a text that was accepted and never given out");
        }
    }

    /** A body behind the right version and hash of the key, under the right MAC. */
    private void signed(byte[] body, byte[] key) {
        byte[] head = Base64.getUrlDecoder().decode(encode(Context.EMPTY, key));
        byte[] whole = Arrays.copyOf(head, KEY_HASH_END + body.length + MAC_BYTES);
        System.arraycopy(body, 0, whole, KEY_HASH_END, body.length);
        byte[] mac = mac(Arrays.copyOf(whole, KEY_HASH_END + body.length), key);
        System.arraycopy(mac, 0, whole, KEY_HASH_END + body.length, MAC_BYTES);
        byte[] text = Base64.getUrlEncoder().withoutPadding().encode(whole);
        Claims.allocates(128, text.length, () -> decode(text, key));
        if (decode(text, key) instanceof Context context) {
            Claims.equal(decode(encode(context, key), key), context, "a context given out and read");
            Claims.holds(context.toString() != null, "a context cannot be shown");
        } else {
            Claims.equal(decode(text, key), ContextCodec.Refusal.MALFORMED, "refusal of what was signed");
        }
    }

    private void honest(Input in, byte[] key) {
        VersionVector vector = VersionVector.EMPTY;
        List<Dot> dots = new ArrayList<>();
        int flips = in.u8() % 8;
        long flipSeed = in.u16();
        for (int i = in.u8() % 12; i > 0; i--) {
            vector = vector.with(in.u64() | 1, 1 + (in.u64() >>> 1) % Long.MAX_VALUE);
        }
        for (int i = in.u8() % 20; i > 0; i--) {
            dots.add(new Dot(in.u64() | 1, 1 + (in.u64() >>> 1) % Long.MAX_VALUE));
        }
        Context context = new Context(vector, dots);
        byte[] text = encode(context, key);
        Claims.equal(decode(text, key), context, "a context given out and read");
        SplittableRandom random = new SplittableRandom(flipSeed);
        for (int i = 0; i <= flips; i++) {
            // The last letter is the one with bits to spare.
            int bit = i == 0 ? (text.length - 1) * 8 + random.nextInt(8) : random.nextInt(text.length * 8);
            byte[] flipped = text.clone();
            flipped[bit >> 3] ^= (byte) (1 << (bit & 7));
            Claims.holds(
                    decode(flipped, key) instanceof ContextCodec.Refusal,
                    "bit " + bit + " of " + new String(text, US_ASCII) + " may be flipped");
        }
        byte[] otherKey = key.clone();
        otherKey[0]++;
        Claims.holds(decode(text, otherKey) instanceof ContextCodec.Refusal, "a context passes for another key");
    }

    private byte[] encode(Context context, byte[] key) {
        return codec.encode(context, key, 0, key.length);
    }

    private Decoded decode(byte[] text, byte[] key) {
        return codec.decode(text, 0, text.length, key, 0, key.length);
    }

    private static byte[] mac(byte[] body, byte[] key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
            mac.update(body);
            return mac.doFinal(key);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public List<byte[]> seeds(SplittableRandom random) {
        List<byte[]> seeds = new ArrayList<>();
        byte[] key = {'k', 'e', 'y'};
        byte[] head = {0, 2, 'k', 'e', 'y'};
        for (int i = 0; i < 30; i++) {
            VersionVector vector = VersionVector.EMPTY;
            for (int j = random.nextInt(4); j > 0; j--) {
                vector = vector.with(random.nextLong() | 1, random.nextLong(1, Long.MAX_VALUE));
            }
            List<Dot> dots = new ArrayList<>();
            for (int j = random.nextInt(4); j > 0; j--) {
                dots.add(new Dot(random.nextLong() | 1, random.nextLong(1, Long.MAX_VALUE)));
            }
            byte[] text = encode(new Context(vector, dots), key);
            byte[] bytes = Base64.getUrlDecoder().decode(text);
            byte[] body = Arrays.copyOfRange(bytes, KEY_HASH_END, bytes.length - MAC_BYTES);
            byte[] any = new byte[random.nextInt(100)];
            random.nextBytes(any);
            int mode = i % 3;
            byte[] tail = mode == 0 ? text : mode == 1 ? body : any;
            byte[] seed = Arrays.copyOf(head, head.length + tail.length);
            seed[0] = (byte) mode;
            System.arraycopy(tail, 0, seed, head.length, tail.length);
            seeds.add(seed);
        }
        return seeds;
    }
}
