/** Tests of the simulated world: time, disks and networks do what they promise, and fail as they should. */
@NullMarked
package io.kvorum.tests.sim.world;

import org.jspecify.annotations.NullMarked;
