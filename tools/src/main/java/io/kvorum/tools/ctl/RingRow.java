package io.kvorum.tools.ctl;

import io.kvorum.codec.resp.RespReply;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One partition of {@code KV.RING}: its token, who holds it, and who steps in. */
record RingRow(long partition, String token, List<String> owners, List<String> fallbacks) {
    static RingRow of(RespReply reply) {
        List<RespReply> items = Replies.items(reply, 4, "a row of KV.RING");
        return new RingRow(
                Replies.number(items.get(0), "a partition"),
                items.get(1).asString(),
                names(items.get(2), "owners"),
                names(items.get(3), "fallbacks"));
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("partition", partition);
        json.put("token", token);
        json.put("owners", owners);
        json.put("fallbacks", fallbacks);
        return json;
    }

    private static List<String> names(RespReply reply, String what) {
        return Replies.items(reply, 0, what).stream().map(RespReply::asString).toList();
    }
}
