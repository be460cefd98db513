/** What members say to each other: one record a message, its encoding and decoding side by side. Pure. */
@NullMarked
package io.kvorum.server.peer.message;

import org.jspecify.annotations.NullMarked;
