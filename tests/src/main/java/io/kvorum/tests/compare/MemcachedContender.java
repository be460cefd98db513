package io.kvorum.tests.compare;

import io.kvorum.tests.FreePorts;
import io.kvorum.tools.bench.Protocol;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** memcached as it comes, with room for all keys: one process, however many nodes it stands beside. */
final class MemcachedContender implements Contender {
    private static final String PROGRAM = "memcached";
    private static final String ROOM_MEGABYTES = "8192";

    @Override
    public String name() {
        return "memcached";
    }

    @Override
    public String version() throws IOException, InterruptedException {
        Programs.require(PROGRAM, "memcached");
        return Programs.output(Path.of("."), List.of(PROGRAM, "--version")).strip();
    }

    @Override
    public Protocol protocol() {
        return Protocol.MEMCACHED;
    }

    @Override
    public List<Launch> launches(int nodes, Path directory) throws IOException {
        int port = FreePorts.find(1, 0).get(0);
        List<String> command = List.of(
                PROGRAM,
                "-l",
                "127.0.0.1",
                "-p",
                String.valueOf(port),
                "-U",
                "0",
                "-m",
                ROOM_MEGABYTES,
                // It refuses to run as root unless that is what it is told to do; others it does not let choose.
                "-u",
                System.getProperty("user.name"));
        return List.of(new Launch("memcached", port, command, Map.of()));
    }

    @Override
    public int copies(int nodes) {
        return 1;
    }

    @Override
    public boolean isReady(int port) {
        return Question.isAnswered(port, "version", "VERSION ");
    }

    /** What its slabs and its hash table have taken; items alone would leave out what they are kept in. */
    @Override
    public long liveBytes(long pid, int port) throws IOException {
        return Long.parseLong(Question.ask(port, "stats slabs", "STAT total_malloced "))
                + Long.parseLong(Question.ask(port, "stats", "STAT hash_bytes "));
    }
}
