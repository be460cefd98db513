package io.kvorum.tests.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An archive of the classes of a node, from which the JVMs of the nodes that tests start read them: that is half of what such
 * a start costs. The JVM passes over one that does not fit, or is not there, so nothing depends on it.
 */
public final class ClassArchive {
    private static final long MADE_WITHIN_SECONDS = 60;

    private ClassArchive() {}

    /** The class path of this JVM with its jars in front, as an archive must have it: directories may only come after. */
    public static String classPath() {
        List<String> entries = new ArrayList<>(List.of(ownClassPath()));
        entries.sort((one, other) -> Boolean.compare(!isJar(one), !isJar(other)));
        return String.join(File.pathSeparator, entries);
    }

    /** The archive for what begins with the jars of this JVM; made once, and gone at its end. */
    public static Path ofJars() {
        return OfJars.FILE;
    }

    /** Makes an archive of the classes that a node needs to start and end, unless the file is there. */
    public static synchronized void make(Path file, String classPath) throws IOException {
        if (Files.exists(file)) {
            return;
        }
        Path directory = Files.createTempDirectory("kvorum-archive-");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:ArchiveClassesAtExit=" + file));
        command.addAll(List.of("-cp", classPath, "io.kvorum.server.Main", "node", "--exit-with-stdin"));
        for (String setting : List.of("data-dir=" + directory.resolve("n"), "port=0", "peer.port=0", "http.port=0")) {
            command.addAll(List.of("--set", setting));
        }
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            // A node that has no standard input ends once it has started.
            process.getOutputStream().close();
            if (!process.waitFor(MADE_WITHIN_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("no archive of classes within " + MADE_WITHIN_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            process.destroyForcibly();
            Directories.delete(directory);
        }
    }

    private static String[] ownClassPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                .split(File.pathSeparator, -1);
    }

    private static boolean isJar(String entry) {
        return entry.endsWith(".jar");
    }

    private static final class OfJars {
        static final Path FILE = make();

        private static Path make() {
            String jars = String.join(
                    File.pathSeparator,
                    Arrays.stream(ownClassPath()).filter(ClassArchive::isJar).toList());
            try {
                Path file = Files.createTempDirectory("kvorum-classes-").resolve("node.jsa");
                file.getParent().toFile().deleteOnExit();
                file.toFile().deleteOnExit();
                ClassArchive.make(file, jars);
                return file;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
