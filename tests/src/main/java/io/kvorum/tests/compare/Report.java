package io.kvorum.tests.compare;

import io.kvorum.tools.console.Table;
import io.kvorum.tools.console.Units;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a comparison has shown, as a table for people and as a map for JSON.
 *
 * @param started when, as ISO 8601 has it
 * @param contenderName as in the table
 * @param kvorumVersion program, version and revision
 * @param loadBefore the load average before the first sample
 * @param loadAfter the load average after the last
 */
record Report(
        String started,
        String contenderName,
        String kvorumVersion,
        String contenderVersion,
        Plan plan,
        Machine machine,
        String loadBefore,
        String loadAfter,
        List<Row> rows,
        List<String> notes) {
    Report {
        rows = List.copyOf(rows);
        notes = List.copyOf(notes);
    }

    /** The rows that are above their limits. */
    List<Row> missed() {
        return rows.stream().filter(Row::missesLimit).toList();
    }

    String text() {
        StringBuilder out = new StringBuilder();
        out.append(kvorumVersion).append(" beside ").append(contenderVersion).append('\n');
        out.append(plan.connections())
                .append(" connections, values of ")
                .append(plan.valueBytes())
                .append(" B, ")
                .append(Units.count(plan.keys()))
                .append(" keys, ")
                .append(plan.pairs())
                .append(plan.pairs() == 1 ? " pair of " : " pairs of ")
                .append(Units.decimal(plan.durationNanos() / 1e9, 1))
                .append(" s each, seed ")
                .append(plan.seed())
                .append('\n');
        out.append(machine.text()).append('\n');
        out.append("load average before ").append(loadBefore).append(", after ").append(loadAfter);
        out.append("\n\n").append(table().render("")).append('\n');
        for (String note : allNotes()) {
            out.append("- ").append(note).append('\n');
        }
        return out.toString();
    }

    private Table table() {
        Table table = Table.of(
                        "nodes",
                        "operation",
                        "load",
                        "measure",
                        "kvorum",
                        "min..max",
                        contenderName,
                        "min..max",
                        "ratio",
                        "min..max",
                        "limit")
                .right(0, 4, 6, 8);
        for (Row row : rows) {
            Spread kvorum = Spread.of(row.kvorum());
            Spread contender = Spread.of(row.contender());
            Spread ratio = Spread.of(row.ratios());
            table.row(
                    row.nodes(),
                    row.operation(),
                    row.load(),
                    row.measure().label(),
                    row.measure().format(kvorum.median()),
                    row.measure().format(kvorum.min()) + ".." + row.measure().format(kvorum.max()),
                    row.measure().format(contender.median()),
                    row.measure().format(contender.min()) + ".." + row.measure().format(contender.max()),
                    ratio(ratio.median()),
                    ratio(ratio.min()) + ".." + ratio(ratio.max()),
                    limit(row));
        }
        return table;
    }

    private static String ratio(double value) {
        return Double.isFinite(value) ? Units.decimal(value, 2) : "-";
    }

    private static String limit(Row row) {
        return row.limit().isEmpty()
                ? "-"
                : Units.decimal(row.limit().getAsDouble(), 1) + (row.missesLimit() ? " MISSED" : " ok");
    }

    private List<String> allNotes() {
        List<String> all = new ArrayList<>();
        all.add("ratio: kvorum by " + contenderName + ", the median over pairs; above 1 kvorum has more of it");
        all.addAll(notes);
        return all;
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("started", started);
        json.put("kvorum", kvorumVersion);
        json.put("contender", contenderVersion);
        json.put("machine", machine.json());
        json.put("load-average-before", loadBefore);
        json.put("load-average-after", loadAfter);
        json.put("plan", plan.json());
        json.put("rows", rows.stream().map(Report::json).toList());
        json.put("notes", allNotes());
        return json;
    }

    private static Map<String, Object> json(Row row) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("nodes", row.nodes());
        json.put("operation", row.operation());
        json.put("load", row.load());
        json.put("measure", row.measure().label());
        json.put("unit", row.measure().unit());
        json.put("kvorum", Spread.of(row.kvorum()).json(row.kvorum()));
        json.put("contender", Spread.of(row.contender()).json(row.contender()));
        json.put("ratio", Spread.of(row.ratios()).json(row.ratios()));
        json.put("limit", row.limit().isPresent() ? row.limit().getAsDouble() : null);
        json.put("limit-missed", row.missesLimit());
        return json;
    }
}
