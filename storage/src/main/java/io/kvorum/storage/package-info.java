/** A replica's storage: versions, records, the record table, engines. Knows neither the network nor the ring. */
@NullMarked
package io.kvorum.storage;

import org.jspecify.annotations.NullMarked;
