package io.kvorum.tools.up;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command line of a node's JVM up to its own arguments.
 *
 * @param java the program
 * @param classPath of the server
 * @param mainClass of the server
 * @param flags what the launcher script gives to every node, the user's own options last
 * @param heap the value of {@code -Xmx}
 */
public record NodeCommand(Path java, String classPath, String mainClass, List<String> flags, String heap) {
    private static final String MAIN_CLASS = "io.kvorum.server.Main";

    /** Copies the flags. */
    public NodeCommand {
        flags = List.copyOf(flags);
    }

    /**
     * Takes over what the launcher script found out.
     *
     * @param heap the value of {@code -Xmx}
     * @throws IllegalStateException if this JVM was not started by the script
     */
    public static NodeCommand fromLauncher(String heap) {
        String classPath = System.getProperty("kvorum.node.class-path");
        if (classPath == null) {
            throw new IllegalStateException("kvorum.node.class-path is not set: start with tools/bin/kvorum");
        }
        List<String> flags = new ArrayList<>();
        String archive = System.getProperty("kvorum.node.archive");
        if (archive != null) {
            // Passed over by the JVM if it is not there or does not fit.
            flags.add("-XX:SharedArchiveFile=" + archive);
        }
        String more = System.getProperty("kvorum.node.flags", "").strip();
        if (!more.isEmpty()) {
            flags.addAll(List.of(more.split("\\s+", -1)));
        }
        return new NodeCommand(
                Path.of(System.getProperty("java.home"), "bin", "java"), classPath, MAIN_CLASS, flags, heap);
    }

    /** The whole command line. */
    public List<String> of(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(java.toString());
        // Several nodes share the machine: a collector without threads of its own, and memory only as it is used.
        if (flags.stream().noneMatch(flag -> flag.matches("-XX:\\+Use\\w*GC"))) {
            command.add("-XX:+UseSerialGC");
        }
        command.add("-Xmx" + heap);
        command.add("-XX:+ExitOnOutOfMemoryError");
        command.addAll(flags);
        command.add("-cp");
        command.add(classPath);
        command.add(mainClass);
        command.addAll(arguments);
        return command;
    }
}
