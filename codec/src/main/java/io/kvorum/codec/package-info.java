/** Bytes to records and back: RESP for clients, frames for peers, and the binary reader and writer under both. */
@NullMarked
package io.kvorum.codec;

import org.jspecify.annotations.NullMarked;
