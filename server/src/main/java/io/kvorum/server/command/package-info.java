/**
 * Commands as rows of a table, and what runs them: dispatch, routing to a node that may coordinate, replies that come
 * later, splitting of multi-key commands. Everything is owned by one event loop, except the table, the recorder and the
 * session directory, which all loops share.
 *
 * <p>Must not import sockets, channels or clocks: {@code client} brings the bytes, {@code runtime} the time.
 */
@NullMarked
package io.kvorum.server.command;

import org.jspecify.annotations.NullMarked;
