/**
 * Runs of plans: clients and faults at work in a simulated cluster, campaigns of many seeds, and what is made of a run
 * that failed. Each run is owned by one thread.
 */
@NullMarked
package io.kvorum.tests.sim.run;

import org.jspecify.annotations.NullMarked;
