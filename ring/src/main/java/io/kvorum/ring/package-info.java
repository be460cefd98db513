/** The ring: positions, partitions, preference lists, membership. Pure: no I/O, no clock, no thread. */
@NullMarked
package io.kvorum.ring;

import org.jspecify.annotations.NullMarked;
