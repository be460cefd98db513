package io.kvorum.server.client;

import io.kvorum.codec.buffer.Scratch;
import io.kvorum.codec.memcached.McLimits;
import io.kvorum.codec.memcached.McProtocolException;
import io.kvorum.codec.memcached.McRequest;
import io.kvorum.codec.memcached.McRequestDecoder;
import io.kvorum.codec.memcached.McWriter;
import io.kvorum.server.command.ReplyQueue;
import io.kvorum.server.command.Session;
import io.kvorum.server.command.memcached.McDispatcher;
import io.netty.buffer.ByteBuf;

/** memcached's text protocol. Owned by its connection's event loop, whose connections share one request. */
final class MemcachedProtocol implements ClientProtocol {
    private final McDispatcher dispatcher;
    private final McRequestDecoder decoder;
    private McRequest atHand;

    MemcachedProtocol(McDispatcher dispatcher, McLimits limits, Scratch scratch) {
        this.dispatcher = dispatcher;
        this.decoder = new McRequestDecoder(limits, scratch);
        this.atHand = dispatcher.request();
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
        atHand = dispatcher.request();
        decoder.close();
    }

    @Override
    public int heldBytes() {
        return decoder.heldBytes();
    }

    @Override
    public boolean isWithinRequest() {
        return decoder.isWithinRequest();
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
            return decoder.next(dispatcher.request());
        } catch (McProtocolException violation) {
            dispatcher.refuse(replies, violation.line());
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
        atHand = atHand.toKeep();
        return atHand.bytes();
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
        McRequest request = atHand;
        atHand = dispatcher.request();
        dispatcher.run(request, session, replies);
    }

    @Override
    public void refuse(ByteBuf reply, String codeAndText) {
        new McWriter().attach(reply).line("SERVER_ERROR " + codeAndText);
    }
}
