/**
 * The journal: changes in the order they were made, kept at the speed of memory through the end of the process and, once
 * forced, through the loss of power. It knows nothing of records: an entry is a type, a partition and bytes.
 *
 * <p>Appends come from any thread; everything that may wait for the device runs on one {@link
 * io.kvorum.storage.disk.Background}. Imports the file layer and the binary codec alone. The format is in {@code
 * docs/journal.md}.
 */
@NullMarked
package io.kvorum.storage.journal;

import org.jspecify.annotations.NullMarked;
