package io.tenantwarden.rls.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Compares the one table in the code with what was measured on real servers. */
class StatementClassTest {

    private static final Path MEASURED = Path.of("../../agent-tests/src/test/resources/statement-classes.tsv");

    /** Measured differences that stand, each with its reason. */
    private static final Set<String> ACCEPTED = Set.of(
            // an error (DECLARE outside a transaction) becomes a cursor that ends with the group: WITH HOLD needs ours
            "declare/autocommit",
            // sent as a query message, which has no Sync group to share: the engine does not inject there
            "copy to, query message/autocommit",
            "copy query to, query message/autocommit",
            "copy from, query message/autocommit",
            // nothing is injected into a failed transaction
            "select in failed transaction/later in transaction");

    private record Row(String name, String mode, SqlStatement statement, boolean differs, boolean reads) {

        String id() {
            return name + "/" + mode;
        }
    }

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : Files.readAllLines(MEASURED)) {
            String[] cells = line.split("\t", -1);
            if (cells[0].equals("class")) {
                continue;
            }
            boolean differs = false;
            boolean reads = false;
            for (int i = 4; i < cells.length; i += 2) {
                differs |= cells[i].startsWith("DIFFERENT");
                reads |= cells[i].contains(" reads ");
            }
            rows.add(new Row(cells[0], cells[1], SqlStatement.parse(cells[3]), differs, reads));
        }
        assertTrue(rows.size() > 500, "rows in " + MEASURED);
        return rows;
    }

    @Test
    void nothingIsInjectedWhereItChangesSomething() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Row row : rows()) {
            if (row.differs() && row.statement().injection() == Injection.BEFORE && !ACCEPTED.contains(row.id())) {
                wrong.add(row.id());
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void whatReadsRowsIsKnownToReadRows() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Row row : rows()) {
            if (row.reads() && !row.statement().readsRows()) {
                wrong.add(row.id());
            }
        }
        assertEquals(List.of(), wrong);
    }

    /** What reads rows and can be injected is injected; COMMIT and SET CONSTRAINTS cannot. */
    @Test
    void whatReadsRowsIsInjected() throws IOException {
        Set<Keyword> notInjected = EnumSet.noneOf(Keyword.class);
        for (Row row : rows()) {
            Injection injection = row.statement().injection();
            if (row.reads() && injection != Injection.BEFORE && injection != Injection.ALONE) {
                notInjected.add(row.statement().keyword());
            }
        }
        assertTrue(
                EnumSet.of(Keyword.COMMIT, Keyword.PREPARE_TRANSACTION, Keyword.SET_CONSTRAINTS)
                        .containsAll(notInjected),
                notInjected.toString());
    }

    @Test
    void everyMeasuredCommandIsKnown() throws IOException {
        for (Row row : rows()) {
            assertTrue(row.statement().parsed(), row.id());
            if (!row.name().equals("statement that does not parse")) {
                assertTrue(row.statement().keyword() != Keyword.OTHER, row.id());
            }
        }
    }

    @Test
    void everyKeywordHasAClass() {
        assertEquals(EnumSet.allOf(Keyword.class), StatementClass.table().keySet());
    }
}
