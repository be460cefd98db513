/** A node's data directory: what it must not forget, in small files that are replaced as a whole. */
@NullMarked
package io.kvorum.server.data;

import org.jspecify.annotations.NullMarked;
