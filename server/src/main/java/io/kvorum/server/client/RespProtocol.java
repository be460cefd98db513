package io.kvorum.server.client;

import io.kvorum.codec.buffer.Scratch;
import io.kvorum.codec.resp.RespLimits;
import io.kvorum.codec.resp.RespProtocolException;
import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespRequestDecoder;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Dispatcher;
import io.kvorum.server.command.ReplyQueue;
import io.kvorum.server.command.Session;
import io.netty.buffer.ByteBuf;

/** Redis's protocol. Owned by its connection's event loop, whose connections share one request. */
final class RespProtocol implements ClientProtocol {
    private final Dispatcher dispatcher;
    private final RespRequestDecoder decoder;
    private final RespRequest shared;
    private RespRequest atHand;

    RespProtocol(Dispatcher dispatcher, RespLimits limits, Scratch scratch, RespRequest shared) {
        this.dispatcher = dispatcher;
        this.decoder = new RespRequestDecoder(limits, scratch);
        this.shared = shared;
        this.atHand = shared;
    }

    @Override
    public void setAuthenticated(boolean authenticated) {
        decoder.setAuthenticated(authenticated);
    }

    @Override
    public void append(ByteBuf bytes) {
        decoder.append(bytes);
    }

    @Override
    public void retain() {
        decoder.retain();
    }

    @Override
    public void close() {
        atHand = shared;
        decoder.close();
    }

    @Override
    public int heldBytes() {
        return decoder.heldBytes();
    }

    @Override
    public boolean isWithinRequest() {
        return decoder.heldBytes() > 0;
    }

    @Override
    public void beginBatch() {
        dispatcher.beginBatch();
    }

    @Override
    public long batchNanos() {
        return dispatcher.batchNanos();
    }

    @Override
    public boolean next(Session session, ReplyQueue replies) {
        try {
            return decoder.next(shared);
        } catch (RespProtocolException violation) {
            new RespWriter().attach(replies.now(), session.protocol()).error("ERR " + violation.getMessage());
            replies.written();
            session.close();
            return false;
        }
    }

    @Override
    public int place() {
        return dispatcher.placeOf(atHand);
    }

    @Override
    public int keep() {
        int bytes = atHand.bytes();
        atHand = dispatcher.keep(atHand);
        return bytes;
    }

    @Override
    public boolean isPaused() {
        return dispatcher.isPaused();
    }

    @Override
    public boolean isHeldBack() {
        return dispatcher.isHeldBack(atHand);
    }

    @Override
    public long pauseEndNanos() {
        return dispatcher.pauseEndNanos();
    }

    @Override
    public void run(Session session, ReplyQueue replies) {
        RespRequest request = atHand;
        atHand = shared;
        dispatcher.run(request, session, replies);
    }

    @Override
    public void refuse(ByteBuf reply, String codeAndText) {
        new RespWriter().attach(reply, RespWriter.RESP2).error(codeAndText);
    }
}
