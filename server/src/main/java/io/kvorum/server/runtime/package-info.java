/**
 * Time, timers, randomness, threads, transports and the lifecycle: the only place that makes them. Everything else gets
 * them handed in. Used from every thread; each type names its owner. Imports nothing else of the server.
 */
@NullMarked
package io.kvorum.server.runtime;

import org.jspecify.annotations.NullMarked;
