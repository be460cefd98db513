/**
 * The binary reader and writer under everything we put on the wire or on disk between our own nodes.
 *
 * <p>Big-endian fixed widths, unsigned LEB128 for lengths and counts, every length read against a limit. Objects here
 * belong to the thread that made them; nothing is shared. Imports the JDK alone: {@code ring} and {@code storage}, which
 * know no network, build upon it.
 */
@NullMarked
package io.kvorum.codec.binary;

import org.jspecify.annotations.NullMarked;
