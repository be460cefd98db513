/**
 * The launcher and the README, run as a user would: real processes, a real shell. Owned by the test threads; imports no
 * class of the nodes or tools.
 */
@NullMarked
package io.kvorum.tests.tour;

import org.jspecify.annotations.NullMarked;
