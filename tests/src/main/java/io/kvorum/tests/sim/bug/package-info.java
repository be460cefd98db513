/** Bugs to plant in all nodes of a simulated cluster, to see that each promise can be found broken. */
@NullMarked
package io.kvorum.tests.sim.bug;

import org.jspecify.annotations.NullMarked;
