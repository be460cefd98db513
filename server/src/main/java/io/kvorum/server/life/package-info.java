/** What goes on from one life of a node's process to the next, and what must not: records, actors, the clock. */
@NullMarked
package io.kvorum.server.life;

import org.jspecify.annotations.NullMarked;
