/**
 * memcached's text protocol, classic and meta commands (its doc/protocol.txt), on the server's side: requests in, replies
 * out.
 *
 * <p>Written as {@code codec.resp} is: one pass over the received bytes, no object per argument. Every object belongs to
 * one event loop. Must not import {@code io.kvorum.codec.peer}, clocks or threads.
 */
@NullMarked
package io.kvorum.codec.memcached;

import org.jspecify.annotations.NullMarked;
