package io.xsan.server.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows in columns that are as wide as needed; numbers are right-aligned. */
public final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    /** A table with these headings. */
    public Table(String... headings) {
        rows.add(List.of(headings));
    }

    /** Adds a row with one cell for each heading. */
    public Table row(Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(cell.toString());
        }
        if (row.size() != rows.getFirst().size()) {
            throw new IllegalArgumentException("a row needs a cell for each heading");
        }
        rows.add(row);
        return this;
    }

    /** The lines, each with its end of line, without trailing spaces. */
    public String text() {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        boolean[] areNumbers = new boolean[columns];
        for (int column = 0; column < columns; column++) {
            areNumbers[column] = rows.size() > 1;
            for (int i = 0; i < rows.size(); i++) {
                String cell = rows.get(i).get(column);
                widths[column] = Math.max(widths[column], cell.length());
                areNumbers[column] &= i == 0 || cell.matches("-?[0-9.]+( [KMGTP]?i?B)?|-");
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < columns; column++) {
                String pad = " ".repeat(widths[column] - row.get(column).length());
                line.append(column == 0 ? "" : "  ");
                line.append(areNumbers[column] ? pad + row.get(column) : row.get(column) + pad);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
