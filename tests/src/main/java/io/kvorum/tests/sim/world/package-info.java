/**
 * A world that one thread runs from a seed: virtual time, threads, clocks, disks and a network between machines, all of
 * which may misbehave. Knows nothing of what the nodes in it do. Owned by the one thread that runs it.
 */
@NullMarked
package io.kvorum.tests.sim.world;

import org.jspecify.annotations.NullMarked;
