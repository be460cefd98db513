package io.kvorum.storage.version;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Contexts as clients carry them: printable, of one key, and unforgeable, for whoever could make one could supersede what
 * nobody read. {@code docs/context.md} has the table of bytes. Holds a MAC in the making: owned by one thread.
 */
public final class ContextCodec {
    /** Longest text that is looked at. */
    public static final int TEXT_BYTES_MAX = 1 << 16;

    private static final int FORMAT_VERSION = 1;
    private static final int MAC_BYTES = 8;
    private static final int VECTOR_MAX = RecordBytes.COUNT_MAX;
    private static final int ENTRY_BYTES_MIN = 9;
    private static final String ALGORITHM = "HmacSHA256";
    private static final Base64.Encoder TO_TEXT = Base64.getUrlEncoder().withoutPadding();
    private static final Base64.Decoder FROM_TEXT = Base64.getUrlDecoder();

    private final Mac mac;
    private final ByteWriter body = new ByteWriter(128);

    /** A codec under the cluster's secret, of at least one byte. */
    public ContextCodec(byte[] secret) {
        try {
            mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException(ALGORITHM + " is part of every Java runtime", e);
        }
    }

    /** What a text turns out to be: a {@link Context}, or why it is none. */
    public sealed interface Decoded permits Context, Refusal {}

    /** Why a text is not a context for this key. */
    public enum Refusal implements Decoded {
        /** It is not what any version of this codec writes. */
        MALFORMED,
        /** It was given out for another key. */
        OTHER_KEY,
        /** It was changed, or given out under another secret. */
        BAD_MAC
    }

    /** The context as printable ASCII. */
    public byte[] encode(Context context, byte[] key, int offset, int length) {
        long newest = context.newestStamp();
        body.reset().u8(FORMAT_VERSION).u32(keyHash(key, offset, length));
        body.varInt(context.vector().size()).varInt(context.dots().size()).varLong(newest);
        for (int i = 0; i < context.vector().size(); i++) {
            body.u64(context.vector().actor(i))
                    .varLong(newest - context.vector().stamp(i));
        }
        for (Dot dot : context.dots()) {
            body.u64(dot.actor()).varLong(newest - dot.stamp());
        }
        body.raw(macOf(body.array(), body.size(), key, offset, length), 0, MAC_BYTES);
        return TO_TEXT.encode(body.toByteArray());
    }

    /** Reads a client's text; empty text is the context that has seen nothing. */
    public Decoded decode(byte[] text, int textOffset, int textLength, byte[] key, int offset, int length) {
        if (textLength == 0) {
            return Context.EMPTY;
        }
        if (textLength > TEXT_BYTES_MAX) {
            return Refusal.MALFORMED;
        }
        byte[] bytes;
        try {
            bytes = FROM_TEXT.decode(Arrays.copyOfRange(text, textOffset, textOffset + textLength));
        } catch (IllegalArgumentException e) {
            return Refusal.MALFORMED;
        }
        if (bytes.length <= MAC_BYTES || bytes[0] != FORMAT_VERSION) {
            return Refusal.MALFORMED;
        }
        // The decoder takes padding, and any bits that the last letter has to spare: texts that were never given out.
        byte[] canonical = TO_TEXT.encode(bytes);
        if (!Arrays.equals(canonical, 0, canonical.length, text, textOffset, textOffset + textLength)) {
            return Refusal.MALFORMED;
        }
        int bodyLength = bytes.length - MAC_BYTES;
        Context context;
        try {
            ByteReader in = new ByteReader(bytes, 1, bodyLength - 1);
            if (in.u32() != keyHash(key, offset, length)) {
                return Refusal.OTHER_KEY;
            }
            byte[] expected = Arrays.copyOf(macOf(bytes, bodyLength, key, offset, length), MAC_BYTES);
            if (!MessageDigest.isEqual(expected, Arrays.copyOfRange(bytes, bodyLength, bytes.length))) {
                return Refusal.BAD_MAC;
            }
            context = read(in);
        } catch (DecodeException e) {
            return Refusal.MALFORMED;
        }
        return context;
    }

    private static Context read(ByteReader in) {
        int vectorCount = in.count(VECTOR_MAX, ENTRY_BYTES_MIN);
        int dotCount = in.count(RecordBytes.SUPERSEDED_MAX, ENTRY_BYTES_MIN);
        long newest = in.varLong();
        long[] actors = new long[vectorCount];
        long[] stamps = new long[vectorCount];
        long before = 0;
        for (int i = 0; i < vectorCount; i++) {
            actors[i] = in.u64();
            stamps[i] = stamp(in, newest);
            if (Long.compareUnsigned(before, actors[i]) >= 0) {
                throw in.invalid("actor", Long.toHexString(actors[i]), "ascending, not 0");
            }
            before = actors[i];
        }
        List<Dot> dots = new ArrayList<>(dotCount);
        for (int i = 0; i < dotCount; i++) {
            dots.add(new Dot(in.u64(), stamp(in, newest)));
        }
        in.expectEnd("context");
        return new Context(new VersionVector(actors, stamps), dots);
    }

    private static long stamp(ByteReader in, long newest) {
        long behind = in.varLong();
        if (behind < 0 || newest <= behind) {
            throw in.invalid("stamp", Long.toString(newest - behind), "above 0");
        }
        return newest - behind;
    }

    private static long keyHash(byte[] key, int offset, int length) {
        return RecordHash.value(key, offset, length) >>> Integer.SIZE;
    }

    /** Over body and key: the short hash in the body only tells a mistake from a forgery. */
    private byte[] macOf(byte[] bytes, int bodyLength, byte[] key, int offset, int length) {
        mac.update(bytes, 0, bodyLength);
        mac.update(key, offset, length);
        return mac.doFinal();
    }
}
