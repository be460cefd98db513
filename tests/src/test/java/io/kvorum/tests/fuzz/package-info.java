/**
 * Fuzzing of every door through which bytes from outside come: what it promises of any bytes is a {@link
 * io.kvorum.tests.fuzz.FuzzTarget}. The build replays what was ever found and runs mutations from a seed;
 * {@code tests/fuzz/run} runs the same targets guided by coverage. {@code docs/fuzzing.md} says how.
 *
 * <p>The targets are tests, so they lie beside the tests; they use the public doors of the modules alone.
 */
@NullMarked
package io.kvorum.tests.fuzz;

import org.jspecify.annotations.NullMarked;
