/**
 * Where received bytes stay until they are decoded: one scratch array for each event loop, and the window of each
 * connection over it.
 *
 * <p>Owned by the event loop. Imports Netty's buffers and the JDK alone; knows no protocol.
 */
@NullMarked
package io.kvorum.codec.buffer;

import org.jspecify.annotations.NullMarked;
