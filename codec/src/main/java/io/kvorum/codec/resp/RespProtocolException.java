package io.kvorum.codec.resp;

/**
 * A client's bytes are not RESP, or ask for more than the limits allow. The connection cannot be understood any further:
 * the reply is {@code -ERR } and the message, then it is closed.
 *
 * <p>It carries no stack trace: whoever sends garbage must not be able to make us walk stacks.
 */
public final class RespProtocolException extends Exception {
    private static final long serialVersionUID = 1L;

    RespProtocolException(String problem) {
        super("Protocol error: " + problem, null, false, false);
    }
}
