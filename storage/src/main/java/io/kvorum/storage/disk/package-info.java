/**
 * The file layer: what a node asks of a disk, so that a disk which loses, tears and runs full can take the place of the
 * machine's; and of the thread that may wait for one. Imports the JDK alone. Blocking: never called on an event loop.
 */
@NullMarked
package io.kvorum.storage.disk;

import org.jspecify.annotations.NullMarked;
