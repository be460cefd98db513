/** The coordinator: one small state machine per request. Owned by its event loop; imports neither Netty nor a clock. */
@NullMarked
package io.kvorum.server.coordinator;

import org.jspecify.annotations.NullMarked;
