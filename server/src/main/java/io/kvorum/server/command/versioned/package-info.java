/**
 * The commands that know of versions: values with their context, writes under a context, and where a key and its copies
 * are. Rows and handlers without state of their own; each call is owned by the loop it runs on.
 *
 * <p>Must not import sockets, clocks or the engine: keys are reached through {@code command.KeyOperations}.
 */
@NullMarked
package io.kvorum.server.command.versioned;

import org.jspecify.annotations.NullMarked;
