package io.kvorum.tests.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** A socket without manners: it sends what it is given, whole requests or not, and shows what comes back. */
final class RawClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    }

    /** Connects to a port of this machine. */
    static RawClient connect(int port) throws IOException {
        return connect(port, 0);
    }

    /** As above, with so small a receive buffer that the other side's writes soon find no room; 0 for the usual one. */
    static RawClient connect(int port, int receiveBufferBytes) throws IOException {
        Socket socket = new Socket();
        if (receiveBufferBytes > 0) {
            socket.setReceiveBufferSize(receiveBufferBytes);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
        return new RawClient(socket);
    }

    /** The port of this end, which no other client has meanwhile. */
    int localPort() {
        return socket.getLocalPort();
    }

    /** One request in RESP. */
    static byte[] request(String... arguments) {
        StringBuilder request = new StringBuilder("*" + arguments.length + "\r\n");
        for (String argument : arguments) {
            request.append('$')
                    .append(argument.length())
                    .append("\r\n")
                    .append(argument)
                    .append("\r\n");
        }
        return request.toString().getBytes(ISO_8859_1);
    }

    RawClient send(String bytes) throws IOException {
        return send(bytes.getBytes(ISO_8859_1));
    }

    RawClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    RawClient send(byte[] bytes, int length) throws IOException {
        socket.getOutputStream().write(bytes, 0, length);
        return this;
    }

    /** Sends a request and returns the first line of the reply. */
    String ask(String... arguments) throws IOException {
        return send(request(arguments)).readLine();
    }

    /** The next line without its end. */
    String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("after \"" + line + '"');
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    /** A bulk string's bytes, which must be whole. */
    byte[] readBulk() throws IOException {
        String header = readLine();
        if (!header.startsWith("$")) {
            throw new IOException("not a bulk string: " + header);
        }
        byte[] bytes = in.readNBytes(Integer.parseInt(header.substring(1)));
        in.skipNBytes(2);
        return bytes;
    }

    /** Reads so many bytes and forgets them; fewer if the stream ends. Returns how many there were. */
    long skip(long bytes) throws IOException {
        byte[] chunk = new byte[1 << 16];
        long read = 0;
        while (read < bytes) {
            int some = in.read(chunk, 0, (int) Math.min(chunk.length, bytes - read));
            if (some < 0) {
                break;
            }
            read += some;
        }
        return read;
    }

    /** All that comes until the other side closes; an error if it does not in time. */
    String readToEnd(Duration within) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        long deadlineNanos = System.nanoTime() + within.toNanos();
        try {
            while (true) {
                long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
                if (leftMillis <= 0) {
                    throw new SocketTimeoutException();
                }
                socket.setSoTimeout((int) Math.max(1, leftMillis));
                int c = in.read();
                if (c < 0) {
                    return all.toString(ISO_8859_1);
                }
                all.write(c);
            }
        } catch (SocketTimeoutException open) {
            throw new AssertionError("still open after " + within + "; it said \"" + all.toString(ISO_8859_1) + '"');
        } catch (IOException reset) {
            return all.toString(ISO_8859_1);
        }
    }

    /** Whether the other side has closed, looking for so long. What it sends meanwhile is dropped. */
    boolean isClosedWithin(Duration within) throws IOException {
        try {
            readToEnd(within);
            return true;
        } catch (AssertionError open) {
            return false;
        }
    }

    /** Tells the other side that nothing more will come. */
    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Closes without a word: what is on its way is lost, and the other side finds its connection reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
