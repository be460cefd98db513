/** The replica service: the only caller of storage. Runs on any event loop; storage locks a partition for a merge alone. */
@NullMarked
package io.kvorum.server.replica;

import org.jspecify.annotations.NullMarked;
