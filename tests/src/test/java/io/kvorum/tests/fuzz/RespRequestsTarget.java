package io.kvorum.tests.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kvorum.codec.buffer.Scratch;
import io.kvorum.codec.resp.RespLimits;
import io.kvorum.codec.resp.RespProtocolException;
import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespRequestDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Requests of clients, multi-bulk and inline. Any bytes give requests, wait for more, or end in one
 * {@link RespProtocolException}; the same bytes in any pieces, alone or beside another connection on the same scratch,
 * give the same requests, the same error and the same rest. Requests keep the limits, memory keeps to the bytes that
 * came, buffers stay the caller's, and a request written anew is read as the same.
 *
 * <pre>
 *   u8 options: 1 narrow limits, 2 a stranger | u16 seed of the cuts | bytes of the connection
 * </pre>
 */
final class RespRequestsTarget implements FuzzTarget {
    private static final RespLimits NARROW = new RespLimits(64, 12, 32, 256);
    private static final int ONE_BY_ONE_MAX = 512;

    @Override
    public String name() {
        return "resp-requests";
    }

    @Override
    public int runs() {
        return 500;
    }

    @Override
    public void run(byte[] input) {
        Input in = new Input(input);
        int options = in.u8();
        int cutSeed = in.u16();
        byte[] bytes = in.rest();
        RespLimits limits = (options & 1) == 0 ? RespLimits.DEFAULTS : NARROW;
        boolean stranger = (options & 2) != 0;
        Claims.allocates(64, bytes.length, () -> drain(limits, stranger, bytes));
        Outcome whole = new Connection(limits, stranger, new Scratch(64, 1024)).receiveAll(List.of(bytes));
        Outcome pieces = new Connection(limits, stranger, new Scratch(64, 1024)).receiveAll(Input.cut(bytes, cutSeed));
        whole.requireEqual(pieces, "cut with seed " + cutSeed);
        if (bytes.length <= ONE_BY_ONE_MAX) {
            Outcome single = new Connection(limits, stranger, new Scratch(1, 1)).receiveAll(Input.single(bytes));
            whole.requireEqual(single, "byte by byte");
        }
        interleave(limits, stranger, bytes, cutSeed, whole);
        for (List<byte[]> request : whole.requests) {
            readAnew(request);
        }
    }

    /** Two connections that take turns on one scratch, one of them without giving it back in between. */
    private static void interleave(RespLimits limits, boolean stranger, byte[] bytes, long cutSeed, Outcome expected) {
        Scratch shared = new Scratch(16, 64);
        Connection left = new Connection(limits, stranger, shared);
        Connection right = new Connection(limits, stranger, shared);
        List<byte[]> toLeft = Input.cut(bytes, cutSeed + 1);
        List<byte[]> toRight = Input.cut(bytes, cutSeed + 2);
        for (int i = 0; i < Math.max(toLeft.size(), toRight.size()); i++) {
            if (i < toLeft.size()) {
                left.receive(toLeft.get(i), false);
            }
            if (i < toRight.size()) {
                right.receive(toRight.get(i), true);
            }
        }
        expected.requireEqual(left.end(), "beside another connection");
        expected.requireEqual(right.end(), "beside another connection that keeps the scratch");
    }

    private static void drain(RespLimits limits, boolean stranger, byte[] bytes) {
        RespRequestDecoder decoder = new RespRequestDecoder(limits, new Scratch(64, 64));
        decoder.setAuthenticated(!stranger);
        RespRequest request = new RespRequest();
        ByteBuf packet = ByteBufAllocator.DEFAULT.heapBuffer(bytes.length).writeBytes(bytes);
        try {
            decoder.append(packet);
            while (decoder.next(request)) {
                Claims.holds(request.argumentCount() > 0, "a request without a name");
            }
        } catch (RespProtocolException refused) {
            Claims.holds(refused.getMessage() != null, "an error without a text");
        } finally {
            packet.release();
            decoder.close();
        }
    }

    private static void readAnew(List<byte[]> request) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(("*" + request.size() + "\r\n").getBytes(US_ASCII));
        for (byte[] argument : request) {
            out.writeBytes(("$" + argument.length + "\r\n").getBytes(US_ASCII));
            out.writeBytes(argument);
            out.writeBytes("\r\n".getBytes(US_ASCII));
        }
        Outcome anew = new Connection(RespLimits.DEFAULTS, false, new Scratch()).receiveAll(List.of(out.toByteArray()));
        new Outcome(List.of(request), "", 0).requireEqual(anew, "written anew");
    }

    /** All that came of a connection's bytes. */
    private record Outcome(List<List<byte[]>> requests, String error, int leftOver) {
        void requireEqual(Outcome other, String how) {
            Claims.equal(other.requests.size(), requests.size(), "requests " + how);
            for (int i = 0; i < requests.size(); i++) {
                Claims.equal(other.requests.get(i).size(), requests.get(i).size(), "arguments " + how);
                for (int j = 0; j < requests.get(i).size(); j++) {
                    Claims.sameBytes(
                            other.requests.get(i).get(j), requests.get(i).get(j), "argument " + how);
                }
            }
            Claims.equal(other.error, error, "error " + how);
            Claims.equal(other.leftOver, leftOver, "bytes left over " + how);
        }
    }

    private static final class Connection {
        private final RespLimits limits;
        private final RespRequestDecoder decoder;
        private final RespRequest request = new RespRequest();
        private final ByteBuf packet = ByteBufAllocator.DEFAULT.heapBuffer();
        private final List<List<byte[]>> requests = new ArrayList<>();
        private String error = "";

        Connection(RespLimits limits, boolean stranger, Scratch scratch) {
            this.limits = limits;
            decoder = new RespRequestDecoder(limits, scratch);
            decoder.setAuthenticated(!stranger);
        }

        Outcome receiveAll(List<byte[]> packets) {
            for (byte[] packet : packets) {
                receive(packet, false);
            }
            return end();
        }

        void receive(byte[] bytes, boolean keepScratch) {
            packet.clear().writeBytes(bytes);
            decoder.append(packet);
            Claims.holds(!packet.isReadable(), "bytes of a packet were not taken");
            Claims.holds(packet.refCnt() == 1, "the caller's buffer was kept or released");
            try {
                while (decoder.next(request)) {
                    requests.add(arguments());
                }
            } catch (RespProtocolException refused) {
                Claims.holds(error.isEmpty(), "a second error");
                error = String.valueOf(refused.getMessage());
                Claims.holds(error.chars().allMatch(c -> c >= ' ' && c < 0x7F), "an error that is no line of text");
            }
            if (!keepScratch) {
                decoder.retain();
                int left = decoder.leftOverBytes();
                Claims.holds(
                        left == 0 ? decoder.heldBytes() == 0 : decoder.heldBytes() <= 8 * left + 2048,
                        decoder.heldBytes() + " bytes held for " + left + " left over");
            }
        }

        private List<byte[]> arguments() {
            List<byte[]> arguments = new ArrayList<>();
            Claims.holds(request.argumentCount() <= limits.argumentsMax(), "more arguments than allowed");
            for (int i = 0; i < request.argumentCount(); i++) {
                byte[] argument = request.copy(i);
                Claims.holds(
                        argument.length <= Math.max(limits.bulkBytesMax(), limits.inlineBytesMax()),
                        "a longer argument than allowed");
                if (request.isLong(i)) {
                    String text = new String(argument, ISO_8859_1);
                    Claims.equal(Long.toString(request.asLong(i)), text, "an integer");
                }
                arguments.add(argument);
            }
            return arguments;
        }

        Outcome end() {
            int left = decoder.leftOverBytes();
            decoder.close();
            packet.release();
            Claims.holds(decoder.heldBytes() == 0, "a closed connection holds memory");
            return new Outcome(requests, error, left);
        }
    }

    @Override
    public List<byte[]> seeds(SplittableRandom random) {
        List<byte[]> seeds = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(random.nextInt(4));
            out.write(random.nextInt(256));
            out.write(random.nextInt(256));
            for (int request = random.nextInt(1, 5); request > 0; request--) {
                if (random.nextInt(3) == 0) {
                    out.writeBytes(Requests.inline(random));
                } else {
                    out.writeBytes(Requests.multibulk(Requests.random(random)));
                }
            }
            seeds.add(out.toByteArray());
        }
        for (String text : List.of(
                "*0\r\n*-1\r\n*1\r\n$4\r\nPING\r\n",
                "*2147483648\r\n",
                "*1\r\n$-1\r\n",
                "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$67108865\r\n",
                "*01\r\n$04\r\nPING\r\n",
                "\r\n\r\nPING\r\n",
                "SET \"a\\x00\\n\" 'b\\'c'\r\n",
                "*1\r\n:1\r\n",
                "SET \"unbalanced\r\n")) {
            byte[] bytes = text.getBytes(ISO_8859_1);
            byte[] seed = new byte[3 + bytes.length];
            System.arraycopy(bytes, 0, seed, 3, bytes.length);
            seeds.add(seed);
            byte[] narrow = Arrays.copyOf(seed, seed.length);
            narrow[0] = 1;
            seeds.add(narrow);
        }
        return seeds;
    }
}
