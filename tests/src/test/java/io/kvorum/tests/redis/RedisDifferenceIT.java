package io.kvorum.tests.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.FreePorts;
import io.kvorum.tests.cluster.TestCluster;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same commands to redis-server and to a node: the replies are the same, errors included, but where it is written why not.
 * And what both tell of these commands is the same.
 */
@EnabledIf(value = "isRedisThere", disabledReason = "there is no redis-server on the PATH")
final class RedisDifferenceIT {
    private static final boolean LONG = Boolean.getBoolean("kvorum.endurance");
    private static final int COMMANDS = Integer.getInteger("kvorum.test.commands", LONG ? 1_000_000 : 60_000);
    private static final int BATCH = 200;
    private static final int SHOWN_MAX = 20;

    /** Replies that tell how much time is left: the two servers ask their clocks at different moments. */
    private static final Set<String> OF_TIME = Set.of("ttl", "pttl", "expiretime", "pexpiretime");

    /** By how much those may differ; what is set is at least a thousand seconds. */
    private static final int SECONDS_APART_MAX = 60;

    private static final Pattern WORD = Pattern.compile("[^\\x21-\\x7e]+|ï¿½");

    @TempDir
    Path directory;

    /** Since the servers were last made equal. */
    private final List<List<String>> history = new ArrayList<>();

    private long compared;

    static boolean isRedisThere() throws InterruptedException {
        try {
            return new ProcessBuilder("redis-server", "--version")
                            .redirectOutput(Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    @Test
    @Timeout(3600)
    void replies_are_those_of_redis() throws Exception {
        long seed = Long.getLong("kvorum.test.seed", System.nanoTime());
        CommandStream stream = new CommandStream(seed, System.currentTimeMillis() / 1000);
        Map<String, String> differences = new LinkedHashMap<>();
        int port = FreePorts.find(1, 0).get(0);
        Process redis = startRedis(port);
        try (TestCluster cluster = TestCluster.start(1);
                RespPeer theirs = new RespPeer(cluster.awaitListening(port));
                RespPeer ours = new RespPeer(cluster.port(0))) {
            CommandTables.compare(theirs, ours);
            for (int sent = 0; sent < COMMANDS && differences.size() < SHOWN_MAX; sent += BATCH) {
                runBatch(stream, theirs, ours, differences);
            }
        } finally {
            redis.destroyForcibly();
            redis.onExit().join();
        }
        assertThat(compared).as("replies compared, seed %d", seed).isGreaterThan(COMMANDS / 3);
        assertThat(differences.values())
                .as("seed %d, %d commands", seed, COMMANDS)
                .isEmpty();
    }

    private void runBatch(CommandStream stream, RespPeer theirs, RespPeer ours, Map<String, String> differences)
            throws IOException {
        List<List<String>> batch = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
            List<String> command = stream.next();
            batch.add(command);
            theirs.add(command);
            ours.add(command);
        }
        theirs.send();
        ours.send();
        boolean parted = false;
        for (List<String> command : batch) {
            String expected = theirs.reply();
            String actual = ours.reply();
            // What comes behind a difference may only follow from it.
            if (!parted) {
                compared++;
                parted = arePartedBy(command, expected, actual, differences);
            }
            history.add(command);
        }
        if (parted) {
            startAgain(theirs);
            startAgain(ours);
            history.clear();
        }
    }

    private boolean arePartedBy(List<String> command, String expected, String actual, Map<String, String> differences) {
        String name = command.get(0).toLowerCase(Locale.ROOT);
        if (isSame(name, expected, actual) || Intended.isAboutServer(name, command, expected, actual)) {
            return false;
        }
        if (!Intended.is(name, command, expected, actual)) {
            // The first of each kind is enough to see what it is.
            differences.putIfAbsent(
                    name + kindOf(expected) + kindOf(actual),
                    before(command) + shown(command) + "\n  redis  " + expected + "\n  kvorum " + actual);
        }
        return true;
    }

    /** What was last done with the command's keys. */
    private String before(List<String> command) {
        List<String> last = history.stream()
                .filter(earlier -> earlier.stream().anyMatch(word -> word.startsWith("k") && command.contains(word)))
                .map(RedisDifferenceIT::shown)
                .toList();
        return last.subList(Math.max(0, last.size() - 5), last.size()).stream()
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }

    private static void startAgain(RespPeer peer) throws IOException {
        peer.add(List.of("flushall"));
        peer.send();
        assertThat(peer.reply()).isEqualTo("+OK|");
    }

    private static String kindOf(String reply) {
        return reply.startsWith("-") ? reply : reply.substring(0, 1);
    }

    private static String shown(List<String> command) {
        return command.stream().map(word -> '"' + word + '"').collect(Collectors.joining(" "));
    }

    private static boolean isSame(String name, String expected, String actual) {
        if (OF_TIME.contains(name) && expected.startsWith(":") && actual.startsWith(":")) {
            long left = Long.parseLong(expected.substring(1, expected.length() - 1));
            long right = Long.parseLong(actual.substring(1, actual.length() - 1));
            return left == right
                    || (left > 0
                            && right > 0
                            && Math.abs(left - right) <= SECONDS_APART_MAX * (name.startsWith("p") ? 1000L : 1));
        }
        // Words of the client in an error: Redis repeats its bytes, a node its text.
        return expected.equals(actual)
                || (expected.startsWith("-")
                        && WORD.matcher(expected)
                                .replaceAll("")
                                .equals(WORD.matcher(actual).replaceAll("")));
    }

    private Process startRedis(int port) throws IOException {
        return new ProcessBuilder(
                        "redis-server",
                        "--bind",
                        "127.0.0.1",
                        "--port",
                        String.valueOf(port),
                        "--save",
                        "",
                        "--dir",
                        directory.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("redis.log").toFile())
                .start();
    }
}
