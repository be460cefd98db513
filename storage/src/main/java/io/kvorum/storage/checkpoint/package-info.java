/** What of a node's records is on disk in the order of their positions, and how it gets there. */
@NullMarked
package io.kvorum.storage.checkpoint;

import org.jspecify.annotations.NullMarked;
