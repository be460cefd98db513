/**
 * A node's properties: declared once in the catalog, read from file, environment and command line, handed on as
 * immutable records, one for each consumer. No owner thread: everything here is immutable. Must not import the parts of
 * the server that it configures.
 */
@NullMarked
package io.kvorum.server.config;

import org.jspecify.annotations.NullMarked;
