package io.kvorum.tools.console;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Rows of text under headers, each column as wide as its widest cell, two spaces apart. Lines carry no trailing
 * blanks, so that the output can be compared and copied. Owned by the thread that fills it.
 */
public final class Table {
    private final List<String> headers;
    private final List<List<String>> rows = new ArrayList<>();
    private final BitSet rightAligned = new BitSet();

    private Table(List<String> headers) {
        this.headers = headers;
    }

    /** A table whose headers are printed. */
    public static Table of(String... headers) {
        return new Table(List.of(headers));
    }

    /** A table of as many columns as its first row has, without headers. */
    public static Table plain() {
        return new Table(List.of());
    }

    /** Aligns columns, counted from 0, on their right edge: numbers. */
    public Table right(int... columns) {
        for (int column : columns) {
            rightAligned.set(column);
        }
        return this;
    }

    public Table row(Object... cells) {
        List<String> row = new ArrayList<>(cells.length);
        for (Object cell : cells) {
            row.add(cell.toString());
        }
        rows.add(List.copyOf(row));
        return this;
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /** The lines of the table, each ended by a line feed and begun by the indent; nothing if there is nothing. */
    public String render(String indent) {
        List<List<String>> lines = new ArrayList<>();
        if (!headers.isEmpty()) {
            lines.add(headers);
        }
        lines.addAll(rows);
        int columns = lines.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[columns];
        for (List<String> line : lines) {
            for (int i = 0; i < line.size(); i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        StringBuilder out = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder(indent);
            for (int i = 0; i < line.size(); i++) {
                String cell = line.get(i);
                String gap = " ".repeat(widths[i] - cell.length());
                text.append(i == 0 ? "" : "  ").append(rightAligned.get(i) ? gap + cell : cell + gap);
            }
            out.append(text.toString().stripTrailing()).append('\n');
        }
        return out.toString();
    }

    @Override
    public String toString() {
        return render("");
    }
}
