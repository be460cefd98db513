/**
 * Health and metrics over HTTP. A connection is owned by its event loop; answers are made on the control thread. Must not
 * import the parts of the server that it reports on.
 */
@NullMarked
package io.kvorum.server.http;

import org.jspecify.annotations.NullMarked;
