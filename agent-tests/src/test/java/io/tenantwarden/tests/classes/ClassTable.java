package io.tenantwarden.tests.classes;

import io.tenantwarden.tests.classes.StatementClass.Mode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The committed result: one row for each statement class and mode, one cell for each server version. Not thread-safe.
 */
final class ClassTable {

    static final List<Integer> VERSIONS = List.of(14, 15, 16, 17, 18);

    /** Cell of a version that does not know the statement. */
    static final Cell ABSENT = new Cell("ABSENT", false, "", "");

    /**
     * One measurement.
     *
     * @param verdict SAME, DIFFERENT or ABSENT
     * @param readsRows the answer depends on whether a tenant is set
     * @param rows unscoped / tenant set before / injected
     * @param remark what is different
     */
    record Cell(String verdict, boolean readsRows, String rows, String remark) {

        static Cell of(Experiment.Verdict verdict) {
            return new Cell(
                    verdict.same() ? "SAME" : "DIFFERENT", verdict.readsRows(), verdict.rows(), verdict.remark());
        }

        static Cell parse(String text, String remark) {
            if (text.isEmpty() || text.equals("ABSENT")) {
                return ABSENT;
            }
            String[] words = text.split(" ");
            return new Cell(words[0], words[1].equals("reads"), words[2], remark);
        }

        String text() {
            return this.equals(ABSENT) ? "ABSENT" : verdict + " " + (readsRows ? "reads" : "-") + " " + rows;
        }

        boolean different() {
            return verdict.equals("DIFFERENT");
        }
    }

    /** One row. */
    record Row(String id, Mode mode, String role, String sql, Map<Integer, Cell> cells) {}

    private final Map<String, Row> rows = new LinkedHashMap<>();

    /** The committed table; empty when there is none yet. */
    static ClassTable read(Path file) {
        ClassTable table = new ClassTable();
        if (!Files.exists(file)) {
            return table;
        }
        try {
            List<String> lines = Files.readAllLines(file);
            for (String line : lines.subList(1, lines.size())) {
                String[] fields = line.split("\t", -1);
                Mode mode = List.of(Mode.values()).stream()
                        .filter(m -> m.toString().equals(fields[1]))
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException(file + ": unknown mode " + fields[1]));
                Map<Integer, Cell> cells = new TreeMap<>();
                for (int i = 0; i < VERSIONS.size(); i++) {
                    cells.put(VERSIONS.get(i), Cell.parse(fields[4 + 2 * i], fields[5 + 2 * i]));
                }
                table.rows.put(key(fields[0], mode), new Row(fields[0], mode, fields[2], fields[3], cells));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return table;
    }

    private static String key(String id, Mode mode) {
        return id + "\t" + mode;
    }

    List<Row> rows() {
        return List.copyOf(rows.values());
    }

    Row row(String id, Mode mode) {
        return rows.get(key(id, mode));
    }

    /** Takes over the cells of these versions from {@code measured}, and the order and the examples of it. */
    ClassTable updatedBy(ClassTable measured, List<Integer> versions) {
        ClassTable result = new ClassTable();
        for (Row row : measured.rows.values()) {
            Map<Integer, Cell> cells = new TreeMap<>();
            Row old = rows.get(key(row.id(), row.mode()));
            for (int version : VERSIONS) {
                Cell cell = versions.contains(version)
                        ? row.cells().get(version)
                        : old == null ? ABSENT : old.cells().get(version);
                cells.put(version, cell);
            }
            result.rows.put(key(row.id(), row.mode()), new Row(row.id(), row.mode(), row.role(), row.sql(), cells));
        }
        return result;
    }

    void put(StatementClass example, Mode mode, int version, Cell cell) {
        rows.computeIfAbsent(
                        key(example.id(), mode),
                        k -> new Row(
                                example.id(),
                                mode,
                                example.role().name().toLowerCase(),
                                example.sql(),
                                new TreeMap<>()))
                .cells()
                .put(version, cell);
    }

    String tsv() {
        StringBuilder text = new StringBuilder("class\tmode\trole\texample");
        VERSIONS.forEach(version -> text.append("\tpg").append(version).append("\tpg" + version + " remark"));
        text.append('\n');
        for (Row row : rows.values()) {
            text.append(row.id()).append('\t').append(row.mode()).append('\t').append(row.role());
            text.append('\t').append(row.sql());
            for (int version : VERSIONS) {
                Cell cell = row.cells().getOrDefault(version, ABSENT);
                text.append('\t').append(cell.text()).append('\t').append(cell.remark());
            }
            text.append('\n');
        }
        return text.toString();
    }

    /** The same for people. */
    String document(String head, List<StatementClass> classes) {
        StringBuilder text = new StringBuilder(head);
        String family = "";
        for (StatementClass example : classes) {
            if (!family.equals(example.family())) {
                family = example.family();
                text.append("\n## ").append(family).append("\n\n");
                text.append("| Class | Example | Autocommit | In a transaction | Reads rows | Remarks |\n");
                text.append("|---|---|---|---|---|---|\n");
            }
            Row autocommit = row(example.id(), Mode.AUTOCOMMIT);
            Row first = row(example.id(), Mode.FIRST);
            Row later = row(example.id(), Mode.LATER);
            text.append("| ").append(example.id()).append(" | ");
            text.append(example.sql().isBlank() ? "" : "`" + example.sql().replace("|", "\\|") + "`");
            text.append(" | ").append(verdicts(autocommit)).append(" | ");
            text.append(
                    verdicts(first).equals(verdicts(later))
                            ? verdicts(first)
                            : "first: " + verdicts(first) + "; later: " + verdicts(later));
            text.append(" | ").append(reads(List.of(autocommit, first, later)));
            text.append(" | ")
                    .append(remarks(example, List.of(autocommit, first, later)).replace("|", "\\|"));
            text.append(" |\n");
        }
        return text.toString();
    }

    private static String verdicts(Row row) {
        return byVersion(
                row, cell -> cell.equals(ABSENT) ? null : cell.different() ? "**different**" : "same", " ", "; ");
    }

    private static String reads(List<Row> modes) {
        List<String> texts = new ArrayList<>();
        for (Row row : modes) {
            String text = byVersion(
                    row, cell -> !cell.readsRows() ? null : cell.rows().replaceFirst("/.*/", " → "), ": ", "; ");
            if (!text.isEmpty() && !texts.contains(text)) {
                texts.add(text);
            }
        }
        return texts.isEmpty() ? "no" : "yes (" + String.join(", ", texts) + ")";
    }

    private static String remarks(StatementClass example, List<Row> modes) {
        Map<String, List<String>> byText = new LinkedHashMap<>();
        for (Row row : modes) {
            String mode = row.mode() == Mode.AUTOCOMMIT ? "autocommit" : row.mode() == Mode.FIRST ? "first" : "later";
            String text = byVersion(row, cell -> remark(cell), ": ", "; ");
            if (!text.isEmpty()) {
                byText.computeIfAbsent(text, t -> new ArrayList<>()).add(mode);
            }
        }
        List<String> result = new ArrayList<>();
        if (example.role() != StatementClass.Role.APP) {
            result.add("run as " + example.role().name().toLowerCase());
        }
        if (example.since() > VERSIONS.get(0)) {
            result.add("from " + example.since());
        }
        byText.forEach((text, in) -> result.add((in.size() == 3 ? "" : String.join(", ", in) + ": ") + text));
        return String.join("<br>", result);
    }

    private static String remark(Cell cell) {
        if (cell.different()) {
            return cell.remark();
        }
        String[] outcomes = cell.rows().split("/");
        boolean fails = outcomes.length == 3 && outcomes[1].matches("[0-9A-Z]{5}") && outcomes[1].equals(outcomes[2]);
        return fails ? "fails either way, " + outcomes[1] : null;
    }

    /** Groups versions with the same text; the versions are named only when they do not all agree. */
    private static String byVersion(
            Row row, java.util.function.Function<Cell, String> toText, String afterVersions, String between) {
        Map<String, List<Integer>> versions = new LinkedHashMap<>();
        int known = 0;
        for (int version : VERSIONS) {
            Cell cell = row.cells().getOrDefault(version, ABSENT);
            if (!cell.equals(ABSENT)) {
                known++;
                String text = toText.apply(cell);
                if (text != null) {
                    versions.computeIfAbsent(text, t -> new ArrayList<>()).add(version);
                }
            }
        }
        List<String> parts = new ArrayList<>();
        for (Map.Entry<String, List<Integer>> entry : versions.entrySet()) {
            boolean all = entry.getValue().size() == known;
            parts.add(all ? entry.getKey() : range(entry.getValue()) + afterVersions + entry.getKey());
        }
        return String.join(between, parts);
    }

    private static String range(List<Integer> versions) {
        int first = versions.get(0);
        int last = versions.get(versions.size() - 1);
        if (versions.size() > 1 && last - first == versions.size() - 1) {
            return first + "-" + last;
        }
        return String.join(", ", versions.stream().map(String::valueOf).toList());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClassTable table && tsv().equals(table.tsv());
    }

    @Override
    public int hashCode() {
        return Objects.hash(tsv());
    }
}
