/**
 * The Redis protocol, RESP2 and RESP3: requests in, replies out, and the other way round for our own clients.
 *
 * <p>The server's side ({@link io.kvorum.codec.resp.RespRequestDecoder}, {@link io.kvorum.codec.resp.RespWriter}) is
 * written for the hot path: one pass, no object per argument. The client's side
 * ({@link io.kvorum.codec.resp.RespClientPipeline}) and cold replies use codec-redis's messages. Every object belongs to
 * one event loop. Must not import {@code io.kvorum.codec.peer}, clocks or threads.
 */
@NullMarked
package io.kvorum.codec.resp;

import org.jspecify.annotations.NullMarked;
