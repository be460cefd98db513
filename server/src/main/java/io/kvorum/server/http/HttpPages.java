package io.kvorum.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.function.Supplier;

/** From a request to its answer. Holds nothing; the suppliers say on which thread it may be asked. */
final class HttpPages {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final Supplier<Readiness> readiness;
    private final Supplier<String> metricsText;

    HttpPages(Supplier<Readiness> readiness, Supplier<String> metricsText) {
        this.readiness = readiness;
        this.metricsText = metricsText;
    }

    /**
     * Answers a request.
     *
     * @param uri as the client wrote it; what follows a question mark does not count
     */
    FullHttpResponse answer(HttpMethod method, String uri) {
        int query = uri.indexOf('?');
        String path = query < 0 ? uri : uri.substring(0, query);
        if (!path.equals("/live") && !path.equals("/ready") && !path.equals("/metrics")) {
            return text(HttpResponseStatus.NOT_FOUND, "nothing here; there are /live, /ready and /metrics\n");
        }
        if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
            FullHttpResponse refused = text(HttpResponseStatus.METHOD_NOT_ALLOWED, "only GET and HEAD are answered\n");
            refused.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
            return refused;
        }
        return switch (path) {
            case "/live" -> text(HttpResponseStatus.OK, "alive\n");
            case "/ready" -> ready(readiness.get());
            default -> response(HttpResponseStatus.OK, PROMETHEUS, metricsText.get());
        };
    }

    static FullHttpResponse text(HttpResponseStatus status, String body) {
        return response(status, TEXT, body);
    }

    private static FullHttpResponse ready(Readiness readiness) {
        return readiness.isReady()
                ? text(HttpResponseStatus.OK, "ready\n")
                : text(
                        HttpResponseStatus.SERVICE_UNAVAILABLE,
                        "not ready\n" + String.join("\n", readiness.reasons()) + "\n");
    }

    private static FullHttpResponse response(HttpResponseStatus status, String type, String body) {
        byte[] bytes = body.getBytes(UTF_8);
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(bytes));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, type)
                .set(HttpHeaderNames.CONTENT_LENGTH, bytes.length)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set("x-content-type-options", "nosniff");
        return response;
    }
}
