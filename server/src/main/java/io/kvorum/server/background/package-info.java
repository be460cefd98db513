/**
 * Admission control of background work (Dynamo §6.5): one budget for all of it, which what clients notice decides, here and at
 * the other node where the work takes two. Knows of no job but by name.
 */
@NullMarked
package io.kvorum.server.background;

import org.jspecify.annotations.NullMarked;
