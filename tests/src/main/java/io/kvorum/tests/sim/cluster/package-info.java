/**
 * Whole nodes in the simulated world: the parts that run in a process, joined as there, on virtual threads, disks and
 * connections. Knows nothing of workloads and promises. Owned by the one thread that runs the world.
 */
@NullMarked
package io.kvorum.tests.sim.cluster;

import org.jspecify.annotations.NullMarked;
