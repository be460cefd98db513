/**
 * What brings copies back together: settling after a loss, and the answering side of it. State machines are owned by the
 * control thread; they import neither Netty nor a clock.
 */
@NullMarked
package io.kvorum.server.repair;

import org.jspecify.annotations.NullMarked;
