package io.tenantwarden.tests.torture;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what was done. Thread-safe. */
final class Tally {

    private final Map<Kind, LongAdder> operations = new EnumMap<>(Kind.class);
    private final Map<ErrorTable.Row, LongAdder> errors = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> faults = new ConcurrentHashMap<>();
    final LongAdder programs = new LongAdder();
    final LongAdder statements = new LongAdder();
    final LongAdder rows = new LongAdder();

    Tally() {
        for (Kind kind : Kind.values()) {
            operations.put(kind, new LongAdder());
        }
    }

    void operation(Kind kind) {
        operations.get(kind).increment();
    }

    void error(ErrorTable.Row row) {
        errors.computeIfAbsent(row, key -> new LongAdder()).increment();
    }

    void fault(String name) {
        faults.computeIfAbsent(name, key -> new LongAdder()).increment();
    }

    long operations() {
        return operations.values().stream().mapToLong(LongAdder::sum).sum();
    }

    long errors() {
        return errors.values().stream().mapToLong(LongAdder::sum).sum();
    }

    long faults() {
        return faults.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** The table at the end. */
    String table(long foreignRows) {
        StringBuilder text = new StringBuilder("\noperations by kind\n");
        operations.forEach((kind, count) -> line(text, kind.name().toLowerCase(java.util.Locale.ROOT), count.sum()));
        text.append("errors by row of the table\n");
        for (ErrorTable.Row row : ErrorTable.ROWS) {
            LongAdder count = errors.get(row);
            line(text, row.toString(), count == null ? 0 : count.sum());
        }
        text.append("faults injected\n");
        new TreeMap<>(faults).forEach((name, count) -> line(text, name, count.sum()));
        text.append("in all\n");
        line(text, "programs", programs.sum());
        line(text, "operations", operations());
        line(text, "statements checked", statements.sum());
        line(text, "rows checked", rows.sum());
        line(text, "foreign rows", foreignRows);
        return text.toString();
    }

    private static void line(StringBuilder text, String name, long count) {
        text.append(String.format("  %10d  %s%n", count, name));
    }
}
