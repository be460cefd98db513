/**
 * Real faults on real processes: a proxy between the nodes, a nemesis that breaks one node after another, and clients that
 * know what was acknowledged to them. See docs/faults.md.
 */
@NullMarked
package io.kvorum.tests.faults;

import org.jspecify.annotations.NullMarked;
