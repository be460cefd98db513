/** The simulator at work, and tests of the simulated world itself. */
@NullMarked
package io.kvorum.tests.sim;

import org.jspecify.annotations.NullMarked;
