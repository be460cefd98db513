/**
 * Hints: records that a node keeps for another one, which was away when they were written (Dynamo §4.6). Knows neither the
 * network nor the ring: targets are identities, keys have positions. Imports neither an engine nor a journal.
 */
@NullMarked
package io.kvorum.storage.hint;

import org.jspecify.annotations.NullMarked;
