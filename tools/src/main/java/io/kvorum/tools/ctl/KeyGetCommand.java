package io.kvorum.tools.ctl;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.tools.console.Quoting;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code ctl key get}: all values of a key, and the context to write with. */
@Command(
        name = "get",
        mixinStandardHelpOptions = true,
        description = "Shows all values of a key, newest first, and the context that a write needs to replace them.")
final class KeyGetCommand extends OneKeyCommand {
    @Option(names = "--raw", description = "Writes the bytes of the newest value and nothing else.")
    private boolean raw;

    @Override
    void run(CtlClient client) throws InterruptedException {
        byte[] meta = "META".getBytes(StandardCharsets.US_ASCII);
        List<RespReply> reply = Replies.items(client.ask(command("KV.GET", meta)), 2, "KV.GET");
        RespReply context = reply.get(0);
        List<Value> values = new ArrayList<>();
        Replies.items(reply.get(1), 0, "values").forEach(value -> values.add(Value.of(value)));
        if (raw) {
            writeRaw(values);
        } else {
            print(text(context, values), json(context, values));
        }
    }

    private static void writeRaw(List<Value> values) {
        PrintStream out = System.out;
        if (!values.isEmpty()) {
            out.writeBytes(values.get(0).bytes);
        }
        out.flush();
    }

    private static String text(RespReply context, List<Value> values) {
        if (context.isNil()) {
            return "(absent)\n";
        }
        StringBuilder out = new StringBuilder();
        int number = 0;
        for (Value value : values) {
            out.append(++number).append(") ").append(value.text()).append('\n');
        }
        return out.append(values.isEmpty() ? "(deleted)\n" : "")
                .append("context ")
                .append(Replies.text(context))
                .append('\n')
                .toString();
    }

    private Map<String, @Nullable Object> json(RespReply context, List<Value> values) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("key", key());
        json.put("state", context.isNil() ? "absent" : values.isEmpty() ? "deleted" : "present");
        json.put("context", context.isNil() ? null : context.asString());
        json.put("values", values.stream().map(Value::json).toList());
        return json;
    }

    /** One value with what META adds. Times are milliseconds since 1970; an expiry of 0 or less is none. */
    private record Value(byte[] bytes, long flags, long expiryMillis, long stampMillis) {
        static Value of(RespReply reply) {
            List<RespReply> items = Replies.items(reply, 4, "a value");
            return new Value(
                    items.get(0).asBytes(),
                    Replies.number(items.get(1), "flags"),
                    items.get(2).isNil() ? 0 : Replies.number(items.get(2), "an expiry"),
                    Replies.number(items.get(3), "a stamp"));
        }

        String text() {
            String expiry = expiryMillis > 0 ? ", expires " + Instant.ofEpochMilli(expiryMillis) : "";
            return Quoting.quote(bytes) + "\n   written " + Instant.ofEpochMilli(stampMillis)
                    + (flags == 0 ? "" : ", flags " + flags) + expiry;
        }

        Map<String, @Nullable Object> json() {
            Map<String, @Nullable Object> json = new LinkedHashMap<>();
            json.put("value", bytes);
            json.put("flags", flags);
            json.put("expiry-ms", expiryMillis > 0 ? expiryMillis : null);
            json.put("stamp-ms", stampMillis);
            return json;
        }
    }
}
