package io.kvorum.tools.ctl;

import io.kvorum.tools.console.ExitCode;
import io.kvorum.tools.console.Json;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What ctl commands have in common: a connection for as long as they run, two forms of output, the exit codes. */
abstract class ServerCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Mixin
    private ServerOptions server = new ServerOptions();

    @Option(names = "--json", description = "Prints the answer as JSON.")
    private boolean json;

    /** Asks, and prints with {@link #print}. */
    abstract void run(CtlClient client) throws InterruptedException;

    @Override
    public final Integer call() throws InterruptedException {
        String problem = server.problem();
        if (problem != null) {
            throw usage(problem);
        }
        check();
        try (CtlClient client = first()) {
            run(client);
            return ExitCode.OK;
        } catch (CtlException expected) {
            PrintWriter err = spec.commandLine().getErr();
            err.println(spec.qualifiedName() + ": " + expected.getMessage());
            err.flush();
            return expected.exitCode();
        }
    }

    /** Looks at options before anything is sent; complains with {@link #usage}. */
    void check() {}

    final void print(String text, @Nullable Object asJson) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? Json.render(asJson) : text);
        out.flush();
    }

    /** The connection to the asked node. */
    CtlClient first() throws InterruptedException {
        return server.connect();
    }

    /** A connection to another node of the cluster. The caller closes it. */
    final CtlClient connect(String host, int port) throws InterruptedException {
        return server.connect(host, port);
    }

    /** The options to give so that another command asks the same node; empty for the defaults. */
    final String whereTyped() {
        return server.whereTyped();
    }

    /** A line that is not the answer: how far something is. */
    final void progress(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(line);
        err.flush();
    }

    final ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
