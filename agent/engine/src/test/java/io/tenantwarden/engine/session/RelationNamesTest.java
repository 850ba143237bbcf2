package io.tenantwarden.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.rls.catalog.Resolution;
import io.tenantwarden.rls.sql.SqlStatement;
import java.util.List;
import org.junit.jupiter.api.Test;

class RelationNamesTest {

    private static final List<String> PATH = List.of("pg_catalog", "app");

    private final RelationNames names = new RelationNames();

    @Test
    void thePathIsUnknownAfterEachChangeAndAtTheEndOfItsTransaction() {
        assertNull(names.path());
        names.path(PATH);
        assertEquals(PATH, names.path());
        names.pathChanges();
        assertNull(names.path());
        names.path(PATH);
        assertFalse(names.transactionEnded(false));
        assertNull(names.path(), "SET LOCAL has ended, or SET was rolled back");
        names.path(PATH);
        assertFalse(names.transactionEnded(false));
        assertEquals(PATH, names.path(), "nothing was set in this one");
    }

    @Test
    void aRollbackToASavepointBringsThePathOfBeforeBack() {
        names.path(PATH);
        names.rolledBackToSavepoint();
        assertEquals(PATH, names.path());
        names.pathChanges();
        names.path(List.of("pg_catalog", "other"));
        names.rolledBackToSavepoint();
        assertNull(names.path());
    }

    @Test
    void aChangedCatalogIsTheTransactionsOwnUntilItEnds() {
        names.note(SqlStatement.parse("create table t (id int)"));
        assertTrue(names.isCatalogChanged());
        names.rolledBackToSavepoint();
        assertTrue(names.isCatalogChanged());
        assertTrue(names.transactionEnded(false));
        assertFalse(names.isCatalogChanged());
        assertFalse(names.transactionEnded(false));
    }

    @Test
    void aTemporaryTableOfOneTransactionIsGoneAfterIt() {
        note(
                "create temp table kept (id int)",
                "create temp table dropped (id int) on commit drop",
                "create temp table copied on commit drop as select 1",
                "create temp table emptied (id int) on commit delete rows");
        assertTrue(names.areTemporaryTables(List.of("kept", "dropped", "copied", "emptied")));
        names.transactionEnded(false);
        assertTrue(names.areTemporaryTables(List.of("kept", "emptied")));
        assertFalse(names.areTemporaryTables(List.of("dropped")), "another process may have made a table of that name");
        assertFalse(names.areTemporaryTables(List.of("copied")));
    }

    @Test
    void whatIsDecidedOnAlongWithAChangeIsInDoubtUntilTheNextExecution() {
        note("commit");
        assertFalse(names.areInDoubt(), "no temporary relation goes with it");
        for (String sql :
                List.of("drop table pg_temp.w", "create temp view v as select 1", "do 'begin end'", "discard temp")) {
            names.settled();
            assertFalse(names.areInDoubt());
            note("select 1");
            assertFalse(names.areInDoubt());
            note(sql);
            assertTrue(names.areInDoubt(), sql);
        }
        note("create temp table w (id int) on commit drop");
        names.settled();
        note("commit");
        assertTrue(names.areInDoubt());
    }

    private void note(String... statements) {
        for (String sql : statements) {
            names.note(SqlStatement.parse(sql));
        }
    }

    private boolean mayBeTemporary(String name) {
        return names.areTemporaryTables(List.of(name));
    }

    private boolean mayHide(String sql) {
        return names.mayHide(SqlStatement.parse(sql).relations(), Resolution.NOTHING);
    }

    @Test
    void aTemporaryViewIsAskedAboutAndATableIsNot() {
        assertTrue(names.areTemporaryTables(List.of()));
        note("create temp table w (c int)", "create temp view v as select 1");
        assertTrue(names.areTemporaryTables(List.of("w", "pg_temp.w")));
        assertFalse(names.areTemporaryTables(List.of("w", "public.w")));
        assertFalse(names.areTemporaryTables(List.of("v")));
        assertTrue(mayHide("select * from v"));
        assertTrue(mayHide("select * from pg_temp.v"));
        assertFalse(mayHide("select * from public.v, w"));
    }

    @Test
    void whatIsDoneToTemporaryRelationsIsNobodyElsesBusiness() {
        note("create temp table w as select 1 as c", "create index on w (c)", "alter table w add d int");
        assertTrue(mayBeTemporary("w"));
        note("drop table w");
        assertFalse(names.isCatalogChanged());
        assertFalse(mayBeTemporary("w"), "who has the name next, nobody knows");
        assertFalse(mayBeTemporary("invoices"));
        note("drop table pg_temp.w");
        assertFalse(names.isCatalogChanged());
        note("drop table public.w");
        assertTrue(names.isCatalogChanged());
    }

    @Test
    void whatDropsOrChangesMoreThanATemporaryRelationIsEverybodysBusiness() {
        for (String sql : List.of(
                "drop table w, invoices",
                "drop table w cascade",
                "alter table w rename to v",
                "create function f() returns int language sql as 'select 1'")) {
            RelationNames fresh = new RelationNames();
            fresh.note(SqlStatement.parse("create temp table w (c int)"));
            assertFalse(fresh.isCatalogChanged());
            fresh.note(SqlStatement.parse(sql));
            assertTrue(fresh.isCatalogChanged(), sql);
        }
    }

    @Test
    void aNameIsTemporaryNoLongerWhenItsCreationMayBeUndoneOrAnotherRelationHasIt() {
        note("create temp table w (c int)");
        names.rolledBackToSavepoint();
        assertFalse(mayBeTemporary("w"));
        note("create temp table w (c int)");
        names.transactionEnded(false);
        assertTrue(mayBeTemporary("w"));
        names.transactionEnded(true);
        assertFalse(mayBeTemporary("w"));
        note("create temp table w (c int)", "create table w (c int)");
        assertFalse(mayBeTemporary("w"));
    }

    /** An answer of the server was kept while the temporary relation hid a protected one. */
    @Test
    void whatATemporaryRelationHasHiddenIsAskedForAgain() {
        for (Runnable end : List.<Runnable>of(
                () -> note("drop view w"),
                () -> note("drop view pg_temp.w"),
                () -> note("alter view pg_temp.w rename to v"),
                () -> note("select 1; drop view pg_temp.w"),
                () -> note("discard temp"),
                () -> note("discard all"),
                () -> names.transactionEnded(false))) {
            note("create temp view w as select 1");
            assertTrue(mayHide("select * from w"));
            int epoch = names.epoch();
            end.run();
            assertNotEquals(epoch, names.epoch());
        }
    }

    @Test
    void whatHidesNothingIsCreatedAndDroppedForNothing() {
        note("create temp table w (c int)");
        int epoch = names.epoch();
        assertFalse(mayHide("select * from w"));
        note("alter table w add d int", "drop table w");
        names.transactionEnded(false);
        assertEquals(epoch, names.epoch());
    }

    @Test
    void whateverMayChangeANameMovesTheEpoch() {
        int epoch = names.epoch();
        for (Runnable change : List.<Runnable>of(
                names::pathChanges,
                () -> names.note(SqlStatement.parse("alter table t add c int")),
                () -> names.note(SqlStatement.parse("create temp view w as select 1")),
                names::rolledBackToSavepoint,
                () -> names.transactionEnded(false))) {
            change.run();
            assertNotEquals(epoch, names.epoch());
            epoch = names.epoch();
        }
        names.transactionEnded(false);
        assertEquals(epoch, names.epoch(), "a transaction that changed nothing");
    }
}
