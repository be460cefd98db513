/**
 * The only place of the tools that reads a clock, makes threads, draws seeds, starts processes and listens for the
 * end of the JVM. Everything else is handed what it needs from here. Imports nothing of the other tools.
 */
@NullMarked
package io.kvorum.tools.runtime;

import org.jspecify.annotations.NullMarked;
