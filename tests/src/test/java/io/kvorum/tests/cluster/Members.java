package io.kvorum.tests.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.util.SafeEncoder;

/** What {@code KV.STATUS} of a node tells of the members. */
public final class Members {
    private Members() {}

    /** How the node sees a member, such as "up"; empty if it knows none of that name. */
    public static String statusOf(Jedis node, String name) {
        Map<String, Object> status = map(node.sendCommand(() -> SafeEncoder.encode("KV.STATUS")));
        for (Object member : (List<?>) status.getOrDefault("members", List.of())) {
            Map<String, Object> fields = map(member);
            if (text(fields.get("name")).equals(name)) {
                return text(fields.get("status"));
            }
        }
        return "";
    }

    private static Map<String, Object> map(Object reply) {
        List<Object> flat = new ArrayList<>((List<?>) reply);
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < flat.size(); i += 2) {
            map.put(text(flat.get(i)), flat.get(i + 1));
        }
        return map;
    }

    private static String text(Object bulk) {
        return new String((byte[]) bulk, UTF_8);
    }
}
