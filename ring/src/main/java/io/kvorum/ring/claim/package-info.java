/**
 * Who gets which token: claims and the plans made of them. Pure functions of their arguments, deterministic.
 *
 * <p>Must not import history, gossip, clocks or random sources.
 */
@NullMarked
package io.kvorum.ring.claim;

import org.jspecify.annotations.NullMarked;
