/** Who is in the cluster and who answers: history, gossip, detector, and the snapshot that loops read. Owned by the control thread. */
@NullMarked
package io.kvorum.server.membership;

import org.jspecify.annotations.NullMarked;
