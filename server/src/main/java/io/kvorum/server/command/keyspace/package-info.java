/**
 * The commands on values, on keys and on the keyspace as a whole: strings, counters, expiry, DEL and its kin, SCAN, KEYS,
 * DBSIZE and the flushes; and the side that answers the peers' part of those. Rows are shared by all loops; operations
 * and edits are owned by the loop of their request.
 *
 * <p>Must not import sockets, channels or clocks: time comes from the loop, what is newest from {@code storage.version}.
 */
@NullMarked
package io.kvorum.server.command.keyspace;

import org.jspecify.annotations.NullMarked;
