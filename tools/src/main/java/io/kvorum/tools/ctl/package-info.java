/**
 * The admin tool, one class per sub-command. Each asks one question over RESP, on the main thread, and prints the
 * answer. Knows the replies, never the classes of a node.
 */
@NullMarked
package io.kvorum.tools.ctl;

import org.jspecify.annotations.NullMarked;
