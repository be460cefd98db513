package io.kvorum.tests.fuzz;

import java.util.List;
import java.util.SplittableRandom;

/**
 * A door through which bytes from outside come. Its Javadoc says what it promises of any bytes whatever; {@link #run}
 * throws if they break the promise. Owned by one thread.
 */
interface FuzzTarget extends AutoCloseable {
    /** The name of its corpus, and on the command line. */
    String name();

    /** Inputs such as honest peers send, and a few that are not: where mutation begins. Equal seeds, equal inputs. */
    List<byte[]> seeds(SplittableRandom random);

    /** Puts an input through the door. Whatever it throws is a finding. */
    void run(byte[] input) throws Exception;

    /** How many mutated inputs a build tries. */
    default int runs() {
        return 1_000;
    }

    /** The longest input that is tried. */
    default int bytesMax() {
        return 4096;
    }

    @Override
    default void close() {}
}
