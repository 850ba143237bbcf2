package io.tenantwarden.rls.sql;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What the readers find in one text: of the statement that is being read, and of all of them together.
 * {@link SqlStatement} takes it over and says what the parts mean. Used by one thread.
 */
final class StatementFacts {

    /** So many changes of settings are kept as they come, later ones only when they differ. */
    private static final int MANY = 16;

    // the statement being read
    Keyword keyword;
    Keyword verb;
    /** Whether a statement inside a common table expression is read, which gives no keyword. */
    int cteBodies;
    /** Whether relations are those of a view that is being created: {@link #viewRelations} instead of {@link #relations}. */
    private boolean ofView;
    /** Whether the view's query runs now. */
    private boolean materialized;

    private boolean takesLock;
    private boolean setsMode;

    // all statements
    int statements;
    Keyword firstKeyword = Keyword.EMPTY;
    Keyword firstVerb = Keyword.EMPTY;
    Injection injection = Injection.NEVER;
    boolean readsRows;
    boolean endsScope;
    boolean ofRole;
    boolean parsed = true;
    boolean ambiguous;
    boolean callsFunctions;
    boolean changesCatalog;
    /** Null while there is no DDL. */
    DdlChange.Builder ddl;

    boolean createsView;
    boolean opensCursor;
    boolean holdsCursor;
    boolean fetchesCursor;
    boolean firesTriggers;
    String cursor;
    String prepared;
    /** How many of the statements are EXECUTE, or EXPLAIN or CREATE TABLE AS of it. */
    int executes;

    boolean closesCursor;
    boolean closesAllCursors;
    boolean writes;
    boolean locksTables;
    boolean locksTablesBeforeRows;
    boolean setsTransactionMode;
    boolean setsTransactionModeBeforeRows;
    final RelationList relations = new RelationList();
    RelationList viewRelations;
    List<SettingChange> settings = List.of();
    List<SettingChange> settingsInText = List.of();
    /** The relations that are written, in order of appearance. */
    List<Write> written = List.of();
    /** Whether an INSERT may change rows instead: ON CONFLICT. */
    boolean upserts;
    /** Null while there is no call of a function that is not known to be harmless. */
    Set<FunctionCall> calls;
    /** Body and language of each DO. */
    List<String[]> bodies = List.of();

    /** How much work the programs were: what the tests count. */
    long steps;

    void begin() {
        keyword = null;
        verb = null;
        cteBodies = 0;
        ofView = false;
        materialized = false;
        takesLock = false;
        setsMode = false;
    }

    /** A command has been recognised: the statement's own, unless one was recognised before. */
    void keyword(Keyword k) {
        if (keyword == null) {
            keyword = k;
        }
        if (verb == null && cteBodies == 0 && k != Keyword.WITH) {
            verb = k;
        }
    }

    /** As {@link #keyword}, of what stands before another command: EXPLAIN, PREPARE. */
    void prefix(Keyword k) {
        if (keyword == null) {
            keyword = k;
        }
    }

    /** The query of a new view follows. */
    void view(boolean isMaterialized) {
        createsView = true;
        ofView = true;
        materialized = isMaterialized;
    }

    void finish() {
        if (materialized && viewRelations != null) {
            relations.addAll(viewRelations);
        }
        if (keyword == null) {
            keyword = Keyword.OTHER;
            callsFunctions = true;
        }
        if (verb == null) {
            verb = keyword;
        }
        StatementClass kind = StatementClass.of(keyword);
        if (statements++ == 0) {
            firstKeyword = keyword;
            firstVerb = verb;
            injection = kind.injection();
        } else {
            injection = both(injection, kind.injection());
        }
        locksTablesBeforeRows |= locksTables && kind.readsRows();
        setsTransactionModeBeforeRows |= setsTransactionMode && kind.readsRows();
        locksTables |= takesLock;
        setsTransactionMode |= setsMode;
        readsRows |= kind.readsRows();
        ofRole |= StatementClass.isOfRole(keyword);
        endsScope |= kind.injection() == Injection.ENDS_SCOPE || kind.injection() == Injection.ALONE;
    }

    /** What holds for two statements sent as one string. */
    private static Injection both(Injection before, Injection after) {
        if (before == Injection.ALONE || after == Injection.ALONE) {
            return Injection.ALONE;
        }
        if (before == Injection.ENDS_SCOPE || after == Injection.ENDS_SCOPE) {
            return Injection.ENDS_SCOPE;
        }
        // ours would stand before the first of them
        return before;
    }

    /** LOCK. */
    void lock() {
        takesLock = true;
    }

    /** A characteristic of the transaction that PostgreSQL does not let a query go before. */
    void transactionMode() {
        setsMode = true;
    }

    RelationList sink() {
        if (!ofView) {
            return relations;
        }
        if (viewRelations == null) {
            viewRelations = new RelationList();
        }
        return viewRelations;
    }

    DdlChange.Builder ddl() {
        if (ddl == null) {
            ddl = new DdlChange.Builder();
        }
        return ddl;
    }

    /** A table or view is created. */
    void creates(Relation relation, boolean temporary) {
        if (temporary || relation.isTemporaryByName()) {
            ddl().temporary(relation);
        } else {
            ddl().created(relation);
            changesCatalog = true;
        }
    }

    /** A setting is changed; by a view only when it is used. */
    void setting(SettingChange change) {
        if (!ofView || materialized) {
            settings = added(settings, change);
        }
    }

    /** A function is called that is not known to be harmless. */
    void unknownFunction() {
        callsFunctions |= !ofView || materialized;
    }

    /** The same, by name. */
    void call(FunctionCall call) {
        if (!ofView || materialized) {
            if (calls == null) {
                calls = new LinkedHashSet<>();
            }
            calls.add(call);
        }
    }

    /** A relation is written. */
    void written(Relation relation, int events) {
        if (written.isEmpty()) {
            written = new ArrayList<>(1);
        }
        written.add(new Write(relation, events));
    }

    /** The same, with what ON CONFLICT adds. */
    List<Write> writes() {
        if (upserts && !written.isEmpty()) {
            written.replaceAll(write -> (write.events() & TriggerEvents.INSERT) == 0
                    ? write
                    : new Write(write.relation(), write.events() | TriggerEvents.UPDATE));
        }
        return written;
    }

    /** A DO block, which runs now. */
    void body(String source, String language) {
        if (bodies.isEmpty()) {
            bodies = new ArrayList<>(1);
        }
        bodies.add(new String[] {source, language});
    }

    /** The text of a program: of DO, which runs, or of a function that is created. */
    void program(ProgramText program, boolean runs) {
        steps += program.steps();
        if (runs && program.mentionsDdl()) {
            changesCatalog = true;
            ddl().unbounded();
        }
        for (SettingChange change : program.settings()) {
            settingsInText = added(settingsInText, change);
        }
    }

    private static List<SettingChange> added(List<SettingChange> list, SettingChange change) {
        List<SettingChange> grown = list.isEmpty() ? new ArrayList<>(1) : list;
        if (grown.size() < MANY || !grown.get(grown.size() - 1).equals(change)) {
            grown.add(change);
        }
        return grown;
    }

    /** What is said of a text that is not read: it may be anything. Only its first words are known. */
    void assume(StatementFacts beginning) {
        firstKeyword = beginning.firstKeyword;
        firstVerb = beginning.firstVerb;
        injection = beginning.injection;
        parsed = false;
        statements = 2;
        endsScope = true;
        writes = true;
        changesCatalog = true;
        createsView = true;
        ddl().unbounded();
        setting(SettingChange.anything());
        end();
    }

    /** Nothing comes any more. */
    void end() {
        if (!parsed) {
            callsFunctions = true;
            readsRows = true;
            ofRole = true;
        }
    }

    /** What it does with cursors in SQL. */
    CursorUse cursors() {
        return opensCursor || fetchesCursor || closesCursor
                ? new CursorUse(opensCursor, holdsCursor, fetchesCursor, cursor, closesCursor, closesAllCursors)
                : CursorUse.NONE;
    }
}
