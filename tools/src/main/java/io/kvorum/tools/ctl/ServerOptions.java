package io.kvorum.tools.ctl;

import java.io.Console;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where to ask, and as whom: the options that all ctl commands share. */
final class ServerOptions {
    private static final String HOST = "127.0.0.1";
    private static final String PORT = "6379";
    private static final int PORT_MAX = 65_535;
    private static final int TIMEOUT_SECONDS_MAX = 3_600;

    @Option(names = "--host", defaultValue = HOST, description = "Any node. Default: ${DEFAULT-VALUE}.")
    private String host = HOST;

    @Option(names = "--port", defaultValue = PORT, description = "Default: ${DEFAULT-VALUE}.")
    private int port = 6379;

    @Option(
            names = "--password",
            arity = "0..1",
            interactive = true,
            description =
                    "Asks for it unless it is given; better: KVORUM_PASSWORD in the environment, since other users"
                            + " can see the options of a process.")
    private char @Nullable [] password;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "How long to wait for each answer. Default: ${DEFAULT-VALUE}.")
    private int timeoutSeconds = 5;

    /** The options that lead to the same node, each after a blank; none for a default. */
    String whereTyped() {
        return (HOST.equals(host) ? "" : " --host " + host)
                + (PORT.equals(String.valueOf(port)) ? "" : " --port " + port);
    }

    /** What makes no sense in them; null if all do. */
    @Nullable
    String problem() {
        if (port < 1 || port > PORT_MAX) {
            return "--port must be 1 to " + PORT_MAX + ", not " + port;
        }
        if (timeoutSeconds < 1 || timeoutSeconds > TIMEOUT_SECONDS_MAX) {
            return "--timeout must be 1 to " + TIMEOUT_SECONDS_MAX + " seconds, not " + timeoutSeconds;
        }
        return null;
    }

    /**
     * A connection that may ask.
     *
     * @throws CtlException if there is no server, or it does not let us in
     */
    CtlClient connect() throws InterruptedException {
        return connect(host, port);
    }

    /** The same to another node of the cluster, with the same password. */
    CtlClient connect(String otherHost, int otherPort) throws InterruptedException {
        CtlClient client = CtlClient.connect(otherHost, otherPort, timeoutSeconds * 1_000);
        try {
            String given = password != null ? new String(password) : System.getenv("KVORUM_PASSWORD");
            if (!client.greet(given)) {
                password = ask();
                client.greet(new String(password));
            }
            return client;
        } catch (RuntimeException | InterruptedException failure) {
            client.close();
            throw failure;
        }
    }

    @SuppressWarnings(
            "SystemConsoleNull") // the launcher sets jdk.console=java.base, which keeps null for "no terminal"
    private static char[] ask() {
        Console console = System.console();
        char[] typed = console == null ? null : console.readPassword("Password: ");
        if (typed == null) {
            throw CtlException.serverError("NOAUTH Authentication required.");
        }
        return typed;
    }
}
