/**
 * Frames between nodes: length, version, type, correlation id, remaining time, sender's clock, payload.
 *
 * <p>Knows no message; what is in a payload is the server's business. Every object belongs to one event loop. Must not
 * import {@code io.kvorum.codec.resp}, clocks or threads.
 */
@NullMarked
package io.kvorum.codec.peer;

import org.jspecify.annotations.NullMarked;
