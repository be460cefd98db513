/**
 * What truly happened to each key, kept beside the nodes by one who sees everything: which write superseded which, what a
 * client was shown and told. Checks compare the nodes with it. Owned by the one thread that runs the world.
 */
@NullMarked
package io.kvorum.tests.sim.story;

import org.jspecify.annotations.NullMarked;
