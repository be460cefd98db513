package io.kvorum.tests.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs of this machine that are run to their end. */
final class Programs {
    private static final long PATIENCE_SECONDS = 120;

    private Programs() {}

    /**
     * Makes sure that a program can be started by its name.
     *
     * @param debianPackage what to install for it
     * @throws CannotCompareException with what to do if it is not on the PATH
     */
    static void require(String program, String debianPackage) {
        String path = System.getenv().getOrDefault("PATH", "");
        if (Stream.of(path.split(":", -1)).noneMatch(each -> Files.isExecutable(Path.of(each, program)))) {
            throw new CannotCompareException(
                    program + " is not on the PATH (Debian, Ubuntu: apt-get install " + debianPackage + ")");
        }
    }

    /**
     * All that a program says, errors included.
     *
     * @throws IOException if it cannot be started, fails or does not end
     */
    static String output(Path directory, List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", command) + " failed: " + said.strip());
        }
        return said;
    }
}
