/**
 * Hostile and broken clients against real nodes, started as the launcher starts them: with a small heap, and ending for
 * good if they run out of it. Each test measures what the attack costs the node and its other clients, and has a bound.
 */
@NullMarked
package io.kvorum.tests.hostile;

import org.jspecify.annotations.NullMarked;
