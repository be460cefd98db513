package io.kvorum.server.runtime;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signals by which a process is asked to stop: SIGTERM, and SIGINT from Ctrl-C. Left to itself a JVM ends with 128 + the
 * signal's number, however well it stopped; service managers take that for a failure. Who handles them lets {@code main} return.
 *
 * <p>By reflection: the JDK keeps {@code sun.misc.Signal} for this in {@code jdk.unsupported} (JEP 260), and compilers warn of it.
 */
public final class StopSignals {
    private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);

    private StopSignals() {}

    /**
     * Ends the process at once, with exit code 0, whenever one of the signals comes, until another task is to {@link #handle} them.
     * For a start that is under way: nobody can close what it is about to open, nobody was promised anything yet, and what it
     * leaves on disk is what {@code kill -9} may leave.
     */
    public static void endAtOnce() {
        handle(() -> {
            LOG.info("told to stop while it starts: ends at once");
            Runtime.getRuntime().halt(0);
        });
    }

    /**
     * Runs a task, on a thread of the JVM's own, whenever one of the signals comes. One that is ignored in this process stays so,
     * as under {@code nohup}; where the JVM keeps signals to itself ({@code -Xrs}) or has no such class, all stays as it is.
     */
    public static void handle(Runnable task) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Method install = signal.getMethod("handle", signal, handler);
            Object handling = Proxy.newProxyInstance(
                    handler.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        task.run();
                        return null;
                    });
            for (String name : new String[] {"TERM", "INT"}) {
                install.invoke(null, signal.getConstructor(String.class).newInstance(name), handling);
            }
        } catch (ReflectiveOperationException | IllegalArgumentException missing) {
            Throwable cause = missing instanceof InvocationTargetException ? missing.getCause() : missing;
            LOG.debug("signals stay the JVM's: a stop ends with exit code 143 or 130", cause);
        }
    }
}
