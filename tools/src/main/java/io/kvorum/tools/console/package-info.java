/**
 * How the tools speak on a terminal: tables, JSON, quoting of bytes, units, exit codes. Values in, text out; called
 * from any thread. Imports nothing of the other tools.
 */
@NullMarked
package io.kvorum.tools.console;

import org.jspecify.annotations.NullMarked;
