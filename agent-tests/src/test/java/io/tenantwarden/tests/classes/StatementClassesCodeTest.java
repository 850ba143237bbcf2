package io.tenantwarden.tests.classes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.rls.sql.Injection;
import io.tenantwarden.rls.sql.SqlStatement;
import io.tenantwarden.tests.classes.StatementClass.Mode;
import io.tenantwarden.tests.classes.StatementClass.Protocol;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The code's own list of statements against the committed measurements of all server versions: what is injected must not
 * be changed by it, and what reads rows must not be passed as if it read none. A disagreement that is meant to stay has a
 * line with its reason in {@code statement-classes-accepted.tsv}.
 */
class StatementClassesCodeTest {

    private static final ClassTable TABLE = ClassTable.read(StatementClassesTest.TSV);
    private static final Map<String, String> ACCEPTED = accepted();

    @Test
    void everyClassIsMeasuredOnEveryServerThatKnowsIt() {
        for (StatementClass example : StatementClasses.all()) {
            for (Mode mode : Mode.values()) {
                for (int version : ClassTable.VERSIONS) {
                    boolean absent =
                            TABLE.row(example.id(), mode).cells().get(version).equals(ClassTable.ABSENT);
                    assertEquals(version < example.since(), absent, example.id() + ", " + mode + ", " + version);
                }
            }
        }
    }

    /** A Query message is a Sync group of its own, so that {@code injection()} says nothing about it. */
    @Test
    void whatIsInjectedIsNotChangedByIt() {
        List<String> wrong = new ArrayList<>();
        for (StatementClass example : notAccepted()) {
            if (example.protocol() == Protocol.EXTENDED && injection(example) == Injection.BEFORE) {
                cells(example).forEach((where, cell) -> {
                    if (cell.different()) {
                        wrong.add(where + ": BEFORE, but " + cell.remark());
                    }
                });
            }
        }
        assertNone(wrong);
    }

    @Test
    void whatReadsRowsIsNotPassedAsIfItReadNone() {
        List<String> wrong = new ArrayList<>();
        for (StatementClass example : notAccepted()) {
            SqlStatement statement = SqlStatement.parse(example.sql());
            if (statement.injection() == Injection.NEVER && !statement.readsRows()) {
                cells(example).forEach((where, cell) -> {
                    if (cell.readsRows()) {
                        wrong.add(where + ": NEVER and no rows, but rows unscoped/set/injected are " + cell.rows());
                    }
                });
            }
        }
        assertNone(wrong);
    }

    @Test
    void whatReadsRowsAndCanBeInjectedIsInjected() {
        List<String> wrong = new ArrayList<>();
        for (StatementClass example : notAccepted()) {
            boolean reads = cells(example).values().stream().anyMatch(ClassTable.Cell::readsRows);
            boolean different = cells(example).values().stream().anyMatch(ClassTable.Cell::different);
            if (reads && !different && injection(example) == Injection.NEVER) {
                wrong.add(example.id() + ": reads rows and nothing changes when it is injected, but NEVER: "
                        + example.sql());
            }
        }
        assertNone(wrong);
    }

    @Test
    void whatIsAcceptedIsStillMeasuredAndHasAReason() {
        List<String> ids =
                StatementClasses.all().stream().map(StatementClass::id).toList();
        ACCEPTED.forEach((id, reason) -> {
            assertTrue(ids.contains(id), "no statement class is called " + id);
            assertFalse(reason.isBlank(), id + " is accepted without a reason");
            assertTrue(disagrees(id), id + " is accepted, but the code and the measurements agree: remove the line");
        });
    }

    private static boolean disagrees(String id) {
        StatementClass example = StatementClasses.all().stream()
                .filter(e -> e.id().equals(id))
                .findFirst()
                .orElseThrow();
        boolean reads = cells(example).values().stream().anyMatch(ClassTable.Cell::readsRows);
        boolean different = cells(example).values().stream().anyMatch(ClassTable.Cell::different);
        return switch (injection(example)) {
            case BEFORE -> different;
            case NEVER -> reads;
            case ENDS_SCOPE, ALONE -> false;
        };
    }

    private static List<StatementClass> notAccepted() {
        return StatementClasses.all().stream()
                .filter(example -> !ACCEPTED.containsKey(example.id()))
                .toList();
    }

    private static Map<String, String> accepted() {
        Map<String, String> reasons = new LinkedHashMap<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                StatementClassesCodeTest.class.getResourceAsStream("/statement-classes-accepted.tsv"),
                StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("#")) {
                    String[] fields = line.split("\t", 2);
                    reasons.put(fields[0], fields.length > 1 ? fields[1] : "");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return reasons;
    }

    private static Injection injection(StatementClass example) {
        return SqlStatement.parse(example.sql()).injection();
    }

    private static Map<String, ClassTable.Cell> cells(StatementClass example) {
        Map<String, ClassTable.Cell> cells = new LinkedHashMap<>();
        for (Mode mode : Mode.values()) {
            TABLE.row(example.id(), mode)
                    .cells()
                    .forEach(
                            (version, cell) -> cells.put(example.id() + ", " + mode + ", PostgreSQL " + version, cell));
        }
        assertFalse(cells.isEmpty(), example.id());
        return cells;
    }

    private static void assertNone(List<String> wrong) {
        assertEquals("", String.join("\n", wrong));
    }
}
