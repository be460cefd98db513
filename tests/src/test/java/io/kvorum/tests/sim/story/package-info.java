/** Tests of what the simulator takes for true. */
@NullMarked
package io.kvorum.tests.sim.story;

import org.jspecify.annotations.NullMarked;
