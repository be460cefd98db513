/**
 * Admission control of background work (Dynamo §6.5): one budget for all of it, which what clients notice decides. Knows of
 * no job but by name, and of no thread.
 */
@NullMarked
package io.kvorum.server.background;

import org.jspecify.annotations.NullMarked;
