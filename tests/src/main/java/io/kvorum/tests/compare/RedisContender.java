package io.kvorum.tests.compare;

import io.kvorum.tests.FreePorts;
import io.kvorum.tools.bench.Protocol;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * redis-server: one process, however many nodes it stands beside.
 *
 * @param name as in the table
 * @param appendFsync when its file of all writes is forced; {@code no} for no such file
 */
record RedisContender(String name, String appendFsync) implements Contender {
    static final String NO_FILE = "no";
    private static final String PROGRAM = "redis-server";
    private static final List<Limit> LIMITS = List.of(
            new Limit(Measure.CPU_PER_OPERATION, 1, 1, 1.3),
            new Limit(Measure.CPU_PER_OPERATION, 1, 16, 1.6),
            new Limit(Measure.LIVE_PER_KEY, 0, 0, 1.3));

    @Override
    public String version() throws IOException, InterruptedException {
        Programs.require(PROGRAM, "redis");
        String said = Programs.output(Path.of("."), List.of(PROGRAM, "--version"));
        return PROGRAM + " " + said.replaceFirst("(?s).*v=(\\S+).*", "$1");
    }

    @Override
    public Protocol protocol() {
        return Protocol.RESP;
    }

    @Override
    public List<Launch> launches(int nodes, Path directory) throws IOException {
        int port = FreePorts.find(1, 0).get(0);
        List<String> command = List.of(
                PROGRAM,
                "--bind",
                "127.0.0.1",
                "--port",
                String.valueOf(port),
                "--save",
                "",
                "--appendonly",
                NO_FILE.equals(appendFsync) ? "no" : "yes",
                "--appendfsync",
                NO_FILE.equals(appendFsync) ? "everysec" : appendFsync,
                "--dir",
                directory.toString());
        return List.of(new Launch("redis", port, command, Map.of()));
    }

    @Override
    public int copies(int nodes) {
        return 1;
    }

    @Override
    public boolean isReady(int port) {
        return Question.isAnswered(port, "PING", "+PONG");
    }

    @Override
    public long liveBytes(long pid, int port) throws IOException {
        return Long.parseLong(Question.ask(port, "INFO memory", "used_memory:"));
    }

    @Override
    public List<Limit> limits() {
        return LIMITS;
    }
}
