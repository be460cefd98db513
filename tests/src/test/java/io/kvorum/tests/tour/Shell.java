package io.kvorum.tests.tour;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One bash, as a terminal has it: variables stay from line to line. {@code redis-cli} prints for readers where it would
 * in a terminal, and plainly into pipes and substitutions. Where the machine has none, {@link RedisCliStandIn} steps in.
 */
final class Shell implements AutoCloseable {
    private static final String END = "--end-of-output--";

    // Parts of pipes and substitutions run in subshells.
    private static final String LIKE_A_TERMINAL = """
            redis-cli() {
                if ((BASH_SUBSHELL)); then command redis-cli "$@"; else command redis-cli --no-raw "$@"; fi
            }
            """;

    private final Process process;
    private final Writer in;
    private final BufferedReader out;

    private Shell(Process process) {
        this.process = process;
        this.in = process.outputWriter(StandardCharsets.UTF_8);
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    static Shell open(Path directory) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("bash", "--norc", "--noprofile")
                .directory(directory.toFile())
                .redirectErrorStream(true);
        UpProcess.environment(builder);
        String path = System.getenv("PATH");
        if (Stream.of(path.split(":", -1)).noneMatch(each -> Files.isExecutable(Path.of(each, "redis-cli")))) {
            builder.environment().put("PATH", standIn(directory) + ":" + path);
        }
        Shell shell = new Shell(builder.start());
        shell.run(LIKE_A_TERMINAL);
        return shell;
    }

    private static Path standIn(Path directory) throws IOException {
        Path bin = Files.createDirectories(directory.resolve("bin"));
        Path script = bin.resolve("redis-cli");
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Files.writeString(
                script,
                "#!/bin/sh\nexec '" + Path.of(System.getProperty("java.home"), "bin", "java")
                        + "' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '" + classPath + "' "
                        + RedisCliStandIn.class.getName() + " \"$@\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return bin;
    }

    /** Types a line and waits for all that it says. */
    String run(String line) throws IOException {
        in.write(line + "\necho; echo " + END + "\n");
        in.flush();
        StringBuilder said = new StringBuilder();
        while (true) {
            String next = out.readLine();
            if (next == null) {
                throw new AssertionError("the shell has ended at: " + line + "\n" + said);
            }
            if (next.equals(END)) {
                return said.toString();
            }
            said.append(next).append('\n');
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
