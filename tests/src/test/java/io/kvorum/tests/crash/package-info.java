/** Nodes in real processes that are killed, on disks that are full or damaged: what was acknowledged is there afterwards. */
@NullMarked
package io.kvorum.tests.crash;

import org.jspecify.annotations.NullMarked;
