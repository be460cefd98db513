package io.kvorum.server.command;

import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.coordinator.Failure;
import io.kvorum.server.coordinator.RequestOptions;
import io.kvorum.server.peer.Answer;
import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.message.Forward;
import io.kvorum.server.peer.message.ForwardAnswer;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Refusal;
import io.kvorum.storage.version.Context;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/**
 * Runs commands that peers pass on, through the same table as those of clients, and never passes them on again. Owned
 * by its loop.
 */
public final class ForwardService implements PeerRequestHandler {
    private final CommandLoop loop;

    /** Makes the service of one loop. */
    public ForwardService(CommandLoop loop) {
        this.loop = loop;
    }

    @Override
    public void handle(int peer, PeerMessage request, FrameInfo info, Answer answer) {
        if (request instanceof Forward forward) {
            run(forward, info.deadlineNanos(), answer);
        } else {
            answer.answer(new Refusal("not a forwarded command: " + request.type()));
        }
    }

    private void run(Forward forward, long deadlineNanos, Answer answer) {
        if (forward.arguments().isEmpty() || !isProtocol(forward.protocol())) {
            answer.answer(new Refusal("a forwarded command without a name, or in an unknown protocol"));
            return;
        }
        byte[] encoded = forward.seen();
        Context seen = encoded == null ? null : CarriedContext.decode(loop.contexts(), encoded);
        if (encoded != null && seen == null) {
            answer.answer(new Refusal("a forwarded command with a context that is none of this cluster's"));
            return;
        }
        CarriedContext carried = forward.session() ? new CarriedContext(seen) : null;
        RequestOptions options = new RequestOptions(forward.r(), forward.w(), forward.dw(), forward.strict());
        Session session = Session.virtual(forward.protocol(), forward.siblings(), options, carried);
        CapturedReply captured = new CapturedReply(loop, new CapturedReply.Receiver() {
            @Override
            public void onReply(ByteBuf reply) {
                Context after = carried == null ? null : carried.noted();
                answer.answer(new ForwardAnswer(
                        true, ByteBufUtil.getBytes(reply), CarriedContext.encode(loop.contexts(), after)));
            }

            @Override
            public void onRefused(Failure failure) {
                answer.answer(new ForwardAnswer(false, CommandErrors.encoded(failure), null));
            }
        });
        loop.dispatcher().runInner(Requests.of(forward.arguments()), session, captured, true, deadlineNanos);
    }

    private static boolean isProtocol(int version) {
        return version == RespWriter.RESP2 || version == RespWriter.RESP3;
    }
}
