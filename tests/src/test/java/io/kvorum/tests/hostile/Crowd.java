package io.kvorum.tests.hostile;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Many connections of one thread that writes without waiting for anybody, and reads only when it is told to. */
final class Crowd implements AutoCloseable {
    private static final long STALLED_NANOS = 500_000_000;

    private final List<Member> members = new ArrayList<>();

    /** Connects so many times. */
    static Crowd connect(int port, int size) throws IOException {
        Crowd crowd = new Crowd();
        crowd.join(port, size);
        return crowd;
    }

    /** Connects so many more times. */
    void join(int port, int size) throws IOException {
        for (int i = 0; i < size; i++) {
            SocketChannel channel = SocketChannel.open();
            channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.configureBlocking(false);
            members.add(new Member(channel));
        }
    }

    /** How many there are. */
    int size() {
        return members.size();
    }

    /** Each sends the bytes as often as is said, and gives up once nobody has got anything away for half a second. */
    void pour(byte[] bytes, int times) {
        for (Member member : members) {
            member.toSend = ByteBuffer.wrap(bytes);
            member.timesLeft = times;
        }
        pourOn();
    }

    /** Each sends what is left of what it was to send, and gives up as before. */
    void pourOn() {
        long progressNanos = System.nanoTime();
        while (members.stream().anyMatch(Member::hasMore) && System.nanoTime() - progressNanos < STALLED_NANOS) {
            long sent = 0;
            for (Member member : members) {
                sent += member.write();
            }
            if (sent > 0) {
                progressNanos = System.nanoTime();
            } else {
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    /** Each sends one byte. */
    void trickle(byte what) {
        for (Member member : members) {
            member.toSend = ByteBuffer.wrap(new byte[] {what});
            member.timesLeft = 1;
            member.write();
        }
    }

    /** Bytes that were got away in all. */
    long sentBytes() {
        return members.stream().mapToLong(member -> member.sentBytes).sum();
    }

    /** How many find that the other side has closed; reads and forgets what there is, a little of each. */
    int closed() {
        return (int) members.stream().filter(Member::isClosed).count();
    }

    @Override
    public void close() throws IOException {
        for (Member member : members) {
            member.channel.close();
        }
    }

    private static final class Member {
        private final SocketChannel channel;
        private ByteBuffer toSend = ByteBuffer.allocate(0);
        private int timesLeft;
        private long sentBytes;
        private boolean closed;

        Member(SocketChannel channel) {
            this.channel = channel;
        }

        boolean hasMore() {
            return !closed && timesLeft > 0;
        }

        long write() {
            long before = sentBytes;
            try {
                while (hasMore()) {
                    sentBytes += channel.write(toSend);
                    if (toSend.hasRemaining()) {
                        break;
                    }
                    toSend.rewind();
                    timesLeft--;
                }
            } catch (IOException reset) {
                closed = true;
            }
            return sentBytes - before;
        }

        boolean isClosed() {
            try {
                ByteBuffer some = ByteBuffer.allocate(4096);
                int read = closed ? -1 : channel.read(some);
                closed |= read < 0;
            } catch (IOException reset) {
                closed = true;
            }
            return closed;
        }
    }
}
