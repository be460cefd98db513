/**
 * memcached's commands on the keys that Redis's commands have. What a client asks for becomes steps, which are internal rows
 * of the command table ({@link io.kvorum.server.command.memcached.McCommands}), routed and passed on like any other; {@link
 * io.kvorum.server.command.memcached.McDispatcher} makes memcached's replies of theirs. Everything is owned by one event
 * loop, but for the leases, the memory of reads and the counters, which all loops share.
 *
 * <p>Must not import sockets, channels or clocks: {@code client} brings the bytes, {@code runtime} the time.
 */
@NullMarked
package io.kvorum.server.command.memcached;

import org.jspecify.annotations.NullMarked;
