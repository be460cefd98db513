/**
 * The front door for Redis clients: sockets, connections, their limits and their bytes. A connection is owned by its
 * event loop. Knows commands only through their dispatcher; must not import storage or the coordinator.
 */
@NullMarked
package io.kvorum.server.client;

import org.jspecify.annotations.NullMarked;
