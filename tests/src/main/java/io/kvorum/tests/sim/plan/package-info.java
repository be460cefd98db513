/** What clients ask for and what goes wrong, decided from a seed before a run begins, so that parts of it can be left out. */
@NullMarked
package io.kvorum.tests.sim.plan;

import org.jspecify.annotations.NullMarked;
