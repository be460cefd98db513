/**
 * The load generator. A {@code LoadGenerator} decides what is sent when and measures (events and the time in, effects
 * out, no I/O); the {@code LoadDriver} gives each one an event loop and connections. All of a generator is owned by
 * its loop. What a server speaks is a {@code Protocol}; nothing else of it matters.
 */
@NullMarked
package io.kvorum.tools.bench;

import org.jspecify.annotations.NullMarked;
