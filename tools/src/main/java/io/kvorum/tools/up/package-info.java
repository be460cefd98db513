/**
 * A whole cluster on this machine, for trying out and for development. The {@code Supervisor} decides (events in,
 * effects out, no I/O), the {@code UpDriver} does, on one control thread. Knows nodes by their command line and their
 * ports alone, never by their classes.
 */
@NullMarked
package io.kvorum.tools.up;

import org.jspecify.annotations.NullMarked;
