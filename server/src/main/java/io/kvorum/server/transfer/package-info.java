/**
 * Partitions change hands: who takes one over pulls it, has the old owner consent, compares, and tells that it has settled.
 *
 * <p>{@link io.kvorum.server.transfer.Transfer} and {@link io.kvorum.server.transfer.Transfers} decide, without time, network
 * or storage of their own; {@link io.kvorum.server.transfer.TransferService} does what they decide, on the control thread.
 */
@NullMarked
package io.kvorum.server.transfer;

import org.jspecify.annotations.NullMarked;
