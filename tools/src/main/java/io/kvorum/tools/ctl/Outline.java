package io.kvorum.tools.ctl;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.codec.resp.RespReply.Kind;
import io.kvorum.tools.console.Table;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Shows any map of a server readably, known fields or not, so that a newer server's answers lose nothing: scalars
 * first, then lists of maps as tables under their names.
 */
final class Outline {
    private Outline() {}

    static String of(Map<String, RespReply> fields) {
        Table scalars = Table.plain();
        StringBuilder tables = new StringBuilder();
        fields.forEach((name, value) -> {
            if (isTable(value)) {
                tables.append('\n').append(name).append('\n').append(table(value.items()));
            } else {
                scalars.row(name, inline(value));
            }
        });
        return scalars.render("") + tables;
    }

    private static boolean isTable(RespReply reply) {
        return reply.kind() == Kind.ARRAY
                && !reply.items().isEmpty()
                && reply.items().stream().allMatch(item -> item.kind() == Kind.MAP || item.kind() == Kind.ARRAY);
    }

    private static String table(List<RespReply> rows) {
        if (rows.stream().anyMatch(row -> row.kind() != Kind.MAP)) {
            Table table = Table.plain();
            rows.forEach(
                    row -> table.row(row.items().stream().map(Outline::inline).toArray()));
            return table.render("  ");
        }
        Set<String> columns = new LinkedHashSet<>();
        rows.forEach(row -> columns.addAll(Replies.fields(row, "a row").keySet()));
        Table table = Table.of(columns.toArray(String[]::new));
        for (RespReply row : rows) {
            Map<String, RespReply> cells = Replies.fields(row, "a row");
            table.row(columns.stream()
                    .map(column -> {
                        RespReply cell = cells.get(column);
                        return cell == null ? "-" : inline(cell);
                    })
                    .toArray());
        }
        return table.render("  ");
    }

    private static String inline(RespReply reply) {
        return switch (reply.kind()) {
            case ARRAY, SET, PUSH ->
                reply.items().isEmpty()
                        ? "none"
                        : reply.items().stream().map(Outline::inline).collect(Collectors.joining(", "));
            case MAP ->
                Replies.fields(reply, "a map").entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + inline(entry.getValue()))
                        .collect(Collectors.joining(" "));
            default -> Replies.text(reply);
        };
    }
}
