/** The node: joins codec, ring and storage behind the wire protocols. */
@NullMarked
package io.kvorum.server;

import org.jspecify.annotations.NullMarked;
