package io.tenantwarden.rls.sql;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What one SQL string says: kind of statement, relations named, functions called, settings changed. Made from the text
 * alone, without the server. Immutable and thread-safe; keep it beside the statement, parsing is done once.
 *
 * <p>The text is native SQL as the driver sends it, with {@code $1} placeholders ({@code ?} is read as well). Text with
 * several statements, as in simple query mode, is described as the union of them: see {@link #multi()}.
 * {@code standard_conforming_strings} is taken to be on, PostgreSQL's default; where that matters the statement is {@link
 * #ambiguous()}.
 */
public final class SqlStatement {

    /**
     * Longer texts, in characters, are not read: {@link #parsed()} is false, and everything is assumed of them. To read one
     * of this length takes less than a second.
     */
    public static final int MAX_LENGTH = 32 * 1024 * 1024;

    private static final Pattern ALONE = Pattern.compile(
            "\\bconcurrently\\b|\\b(database|tablespace|subscription|system)\\b", Pattern.CASE_INSENSITIVE);

    private final String sql;
    private final Keyword keyword;
    private final Keyword verb;
    private final Injection injection;
    private final boolean parsed;
    private final boolean ambiguous;
    private final boolean escapes;
    private final boolean multi;
    private final boolean readsRows;
    private final boolean endsScope;
    private final boolean ofRole;
    private final boolean writes;
    private final boolean callsFunctions;
    private final boolean changesCatalog;
    private final boolean firesTriggers;
    private final CursorUse cursors;
    private final String prepared;
    private final boolean executesPrepared;
    private final List<Relation> relations;
    private final List<SettingChange> settings;
    private final List<SettingChange> settingsInText;
    private final DdlChange ddl;
    private final boolean createsView;
    private final List<Relation> viewRelations;
    private final boolean locksTables;
    private final boolean locksTablesBeforeRows;
    private final boolean setsTransactionMode;
    private final boolean setsTransactionModeBeforeRows;
    private final List<Write> written;
    private final Set<FunctionCall> calls;
    private final List<String[]> bodies;

    // computed at most a few times by racing threads, always to the same value
    private String fingerprint;
    private String scrubbed;
    private List<Program> programs;

    private SqlStatement(String sql, StatementFacts f, boolean escapes) {
        this.sql = sql;
        this.escapes = escapes;
        ambiguous = f.ambiguous;
        keyword = f.firstKeyword;
        verb = f.firstVerb;
        injection = f.injection;
        parsed = f.parsed;
        multi = f.statements > 1;
        readsRows = f.readsRows;
        endsScope = f.endsScope;
        ofRole = f.ofRole;
        writes = f.writes;
        callsFunctions = f.callsFunctions;
        changesCatalog = f.changesCatalog;
        firesTriggers = f.firesTriggers;
        cursors = f.cursors();
        prepared = f.prepared;
        executesPrepared = f.executes > 0;
        relations = f.relations.toList();
        settings = unmodifiable(f.settings);
        settingsInText = unmodifiable(f.settingsInText);
        ddl = f.ddl == null ? DdlChange.NONE : f.ddl.build();
        createsView = f.createsView;
        viewRelations = f.viewRelations == null ? List.of() : f.viewRelations.toList();
        locksTables = f.locksTables;
        locksTablesBeforeRows = f.locksTablesBeforeRows;
        setsTransactionMode = f.setsTransactionMode;
        setsTransactionModeBeforeRows = f.setsTransactionModeBeforeRows;
        written = f.writes();
        calls = f.calls == null ? Set.of() : Collections.unmodifiableSet(f.calls);
        bodies = f.bodies;
        programs = bodies.isEmpty() ? List.of() : null;
    }

    private static List<SettingChange> unmodifiable(List<SettingChange> list) {
        return list.isEmpty() ? List.of() : Collections.unmodifiableList(list);
    }

    /**
     * Reads the text. Takes time linear in its length and never fails: text that PostgreSQL could not read, and one of more
     * than {@link #MAX_LENGTH} characters, gives a statement that is not {@link #parsed()}.
     *
     * @param sql native SQL, not null
     */
    public static SqlStatement parse(String sql) {
        return parse(sql, false);
    }

    /**
     * As {@link #parse(String)}.
     *
     * @param escapes whether a backslash escapes what follows it in every string constant, as the server reads it with
     *     {@code standard_conforming_strings = off}
     */
    public static SqlStatement parse(String sql, boolean escapes) {
        boolean tooLong = Objects.requireNonNull(sql, "sql").length() > MAX_LENGTH;
        StatementFacts facts = tooLong ? SqlParser.assume(sql, escapes) : new SqlParser(sql, escapes).run();
        return new SqlStatement(sql, facts, escapes);
    }

    /** Whether a string constant ends elsewhere when {@link #escapes()} is the other way round. */
    public boolean ambiguous() {
        return ambiguous;
    }

    /** How it was read: whether backslashes escape in every string constant. */
    public boolean escapes() {
        return escapes;
    }

    /** The text that was parsed. */
    public String sql() {
        return sql;
    }

    /**
     * False when strings, comments or parentheses are not closed, or nested deeper than PostgreSQL allows, or when the text
     * is longer than {@link #MAX_LENGTH}. Then the statement is opaque: it may touch anything, whatever
     * {@link #relations()} says.
     */
    public boolean parsed() {
        return parsed;
    }

    /** Whether the text holds more than one statement; empty ones do not count. */
    public boolean multi() {
        return multi;
    }

    /**
     * The statements of a text that holds several, in order, as the server runs them one after the other; of one that is not {@link
     * #parsed()}, or holds one, the text alone. Reads the text again.
     */
    public List<String> parts() {
        return multi && parsed ? SqlParser.parts(sql, escapes) : List.of(sql);
    }

    /** Whether it reads rows in order to change them: FOR UPDATE or FOR NO KEY UPDATE. Reads the text again. */
    public boolean locksRowsForUpdate() {
        return RowLocks.forUpdate(sql, escapes);
    }

    /** The leading command; of several statements, of the first. */
    public Keyword keyword() {
        return keyword;
    }

    /** The command behind WITH, EXPLAIN, DECLARE or PREPARE; otherwise the same as {@link #keyword()}. */
    public Keyword verb() {
        return verb;
    }

    /**
     * How the statement stands to our {@code set_config} before it. Of several statements: {@code ALONE} or
     * {@code ENDS_SCOPE} when one of them is, otherwise that of the first, because ours would stand before that.
     */
    public Injection injection() {
        return injection;
    }

    /** Whether what holds in the transaction is unknown afterwards: one of the statements ends it or may end it. */
    public boolean endsScope() {
        return endsScope;
    }

    /** False only when the statement is known neither to deliver nor to change rows that a policy could filter. */
    public boolean readsRows() {
        return readsRows;
    }

    /** Whether it matters which role runs it: {@link StatementClass#isOfRole}; of several statements, of one of them. */
    public boolean isOfRole() {
        return ofRole;
    }

    /**
     * Whether PostgreSQL runs it in a transaction of its own only, so that nothing may stand before it up to the same Sync (25001): PostgreSQL's
     * {@code PreventInTransactionBlock}. Of several statements, of the first; rather one too many.
     */
    public boolean isAlone() {
        return switch (keyword) {
            case VACUUM, CLUSTER, REINDEX, COMMIT_PREPARED, ROLLBACK_PREPARED -> true;
            case CREATE, ALTER, DROP -> ALONE.matcher(sql).find();
            default -> false;
        };
    }

    /** Whether one of the {@link #relations()} is written. */
    public boolean writes() {
        return writes;
    }

    /** The relations that the text names, without duplicates, in order of appearance; rather one too many. */
    public List<Relation> relations() {
        return relations;
    }

    /**
     * Whether it calls a function that is not known to be harmless, and so may read tables that the text does not name:
     * functions of the application, EXECUTE, CALL, DO, and everything in text that is not {@link #parsed()}.
     */
    public boolean callsFunctions() {
        return callsFunctions;
    }

    /** The calls of functions and procedures that are not known to be harmless, each once, in order of appearance. */
    public Set<FunctionCall> calls() {
        return calls;
    }

    /** Which triggers it may fire on one of its {@link #relations()}: bits of {@link TriggerEvents}; 0 when it only reads it. */
    public int events(Relation relation) {
        int events = 0;
        for (int i = 0; i < written.size(); i++) {
            if (written.get(i).relation().equals(relation)) {
                events |= written.get(i).events();
            }
        }
        return events;
    }

    /** The bodies of its DO blocks, read when they are first asked for. */
    public List<Program> programs() {
        List<Program> p = programs;
        if (p == null) {
            p = bodies.stream()
                    .map(body -> Program.read(body[0], body[1], escapes))
                    .toList();
            programs = p;
        }
        return p;
    }

    /**
     * The settings that it changes, or may change, in the order of the text. Within one query that need not be the order in
     * which the server changes them.
     */
    public List<SettingChange> settings() {
        return settings;
    }

    /**
     * The settings that the text of a program in it sets by name: the body of DO, which runs now, or of a function that is
     * created. {@link #settings()} has DO besides as something that may set anything.
     */
    public List<SettingChange> settingsInText() {
        return settingsInText;
    }

    /**
     * Whether it may change what a {@link Catalog} says: tables, views, policies, triggers, row-level security, schemas,
     * roles, functions. What is temporary by the words of the statement does not count; what {@link #ddl()} names may be
     * temporary as well.
     */
    public boolean changesCatalog() {
        return changesCatalog;
    }

    /** Which relations its DDL creates, changes and drops; {@link DdlChange#NONE} when there is no DDL. */
    public DdlChange ddl() {
        return ddl;
    }

    /** Whether it creates a view or materialized view. */
    public boolean createsView() {
        return createsView;
    }

    /** The relations that the queries of the views name which it creates; rather one too many. */
    public List<Relation> viewRelations() {
        return viewRelations;
    }

    /** Whether it is or holds LOCK, which some applications rely on to come before the transaction's first snapshot. */
    public boolean locksTables() {
        return locksTables;
    }

    /** Whether in one string LOCK stands before a statement that reads rows. */
    public boolean locksTablesBeforeRows() {
        return locksTablesBeforeRows;
    }

    /**
     * Whether it is or holds a command that PostgreSQL refuses with 25001 once the transaction has a snapshot: SET
     * TRANSACTION and BEGIN with isolation level, READ WRITE or DEFERRABLE, SET TRANSACTION SNAPSHOT, and SET or RESET of
     * {@code transaction_isolation} and its like. Not SET SESSION CHARACTERISTICS, which is about transactions to come, and
     * not {@code set_config}, which is a query itself and so always too late.
     */
    public boolean setsTransactionMode() {
        return setsTransactionMode;
    }

    /** Whether in one string such a command stands before a statement that reads rows. */
    public boolean setsTransactionModeBeforeRows() {
        return setsTransactionModeBeforeRows;
    }

    /** The prepared statement that PREPARE or EXECUTE names, folded as PostgreSQL does; null when there is none, or several are executed. */
    public String prepared() {
        return prepared;
    }

    /** Whether it runs what PREPARE has made: EXECUTE, also behind EXPLAIN and CREATE TABLE AS. */
    public boolean executesPrepared() {
        return executesPrepared;
    }

    /** What it does with cursors in SQL; {@link CursorUse#NONE} when there are none. */
    public CursorUse cursors() {
        return cursors;
    }

    /** Whether it runs triggers that were deferred so far: SET CONSTRAINTS ... IMMEDIATE. */
    public boolean firesTriggers() {
        return firesTriggers;
    }

    /** Whether it begins, ends or divides a transaction. */
    public boolean transactionControl() {
        return !multi
                && switch (keyword) {
                    case BEGIN,
                            COMMIT,
                            ROLLBACK,
                            ROLLBACK_TO,
                            SAVEPOINT,
                            RELEASE,
                            PREPARE_TRANSACTION,
                            COMMIT_PREPARED,
                            ROLLBACK_PREPARED -> true;
                    default -> false;
                };
    }

    /** The command for a log line, for instance {@code SELECT}; of {@code WITH ... INSERT} it is {@code INSERT}. */
    public String operation() {
        return keyword == Keyword.WITH ? verb.text() : keyword.text();
    }

    /**
     * Eight lower-case hexadecimal digits, the same for statements that differ only in literals, parameters, comments,
     * blanks, letter case of unquoted words, and the length of IN lists and of VALUES. Stable across releases. Of a text
     * longer than {@link #MAX_LENGTH} only that much counts.
     */
    public String fingerprint() {
        String f = fingerprint;
        if (f == null) {
            f = SqlShape.fingerprint(sql);
            fingerprint = f;
        }
        return f;
    }

    /**
     * The SQL for a log: literals as {@code ?}, no comments, single blanks, at most 500 characters. Holds no data of a
     * tenant.
     */
    public String scrubbed() {
        String s = scrubbed;
        if (s == null) {
            s = SqlText.scrub(sql, parsed);
            scrubbed = s;
        }
        return s;
    }

    /** The scrubbed SQL, so that no literal slips into a log by accident. */
    @Override
    public String toString() {
        return scrubbed();
    }
}
