package io.tenantwarden.rls;

import java.util.Collections;
import java.util.List;
import java.util.Objects;

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
    private final boolean writes;
    private final boolean callsFunctions;
    private final boolean changesCatalog;
    private final boolean opensCursor;
    private final boolean holdsCursor;
    private final boolean fetchesCursor;
    private final boolean firesTriggers;
    private final String cursor;
    private final boolean closesCursor;
    private final boolean closesAllCursors;
    private final List<Relation> relations;
    private final List<SettingChange> settings;

    // computed at most a few times by racing threads, always to the same value
    private String fingerprint;
    private String scrubbed;

    private SqlStatement(String sql, SqlParser p, boolean escapes) {
        this.sql = sql;
        this.escapes = escapes;
        ambiguous = p.ambiguous;
        keyword = p.firstKeyword;
        verb = p.firstVerb;
        injection = p.injection;
        parsed = p.parsed;
        multi = p.multi;
        readsRows = p.readsRows;
        endsScope = p.endsScope;
        writes = p.writes;
        callsFunctions = p.callsFunctions;
        changesCatalog = p.changesCatalog;
        opensCursor = p.opensCursor;
        holdsCursor = p.holdsCursor;
        fetchesCursor = p.fetchesCursor;
        firesTriggers = p.firesTriggers;
        cursor = p.cursor;
        closesCursor = p.closesCursor;
        closesAllCursors = p.closesAllCursors;
        relations = p.relations.isEmpty() ? List.of() : Collections.unmodifiableList(p.relations);
        settings = p.settings.isEmpty() ? List.of() : Collections.unmodifiableList(p.settings);
    }

    /**
     * Reads the text. Takes time linear in its length and never fails: text that PostgreSQL could not read gives a
     * statement that is not {@link #parsed()}.
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
        SqlParser parser = new SqlParser(Objects.requireNonNull(sql, "sql"), escapes);
        parser.run();
        return new SqlStatement(sql, parser, escapes);
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
     * False when strings, comments or parentheses are not closed, or nested deeper than PostgreSQL allows. Then the
     * statement is opaque: it may touch anything, whatever {@link #relations()} says.
     */
    public boolean parsed() {
        return parsed;
    }

    /** Whether the text holds more than one statement; empty ones do not count. */
    public boolean multi() {
        return multi;
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

    /** The settings that it changes, or may change. */
    public List<SettingChange> settings() {
        return settings;
    }

    /**
     * Whether it may change what a {@link Catalog} says: tables, views, policies, row-level security, schemas, roles,
     * functions. Temporary tables and views do not count.
     */
    public boolean changesCatalog() {
        return changesCatalog;
    }

    /** Whether it opens a cursor in SQL (DECLARE). */
    public boolean opensCursor() {
        return opensCursor;
    }

    /** Whether a cursor that it opens outlives the transaction (WITH HOLD). */
    public boolean holdsCursor() {
        return holdsCursor;
    }

    /** Whether it reads from a cursor, or moves it (FETCH, MOVE). */
    public boolean fetchesCursor() {
        return fetchesCursor;
    }

    /** The cursor that DECLARE, FETCH or MOVE names, folded as PostgreSQL does; of several statements the last; else null. */
    public String cursor() {
        return cursor;
    }

    /** Whether it runs triggers that were deferred so far: SET CONSTRAINTS ... IMMEDIATE. */
    public boolean firesTriggers() {
        return firesTriggers;
    }

    /** Whether it closes at least one cursor in SQL (CLOSE, DISCARD ALL): one, unless {@link #closesAllCursors()}. */
    public boolean closesCursor() {
        return closesCursor;
    }

    /** Whether no cursor is left open by it (CLOSE ALL, DISCARD ALL). */
    public boolean closesAllCursors() {
        return closesAllCursors;
    }

    /** Whether it begins, ends or divides a transaction. */
    public boolean transactionControl() {
        return switch (keyword) {
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
     * blanks, letter case of unquoted words, and the length of IN lists and of VALUES. Stable across releases.
     */
    public String fingerprint() {
        String f = fingerprint;
        if (f == null) {
            f = SqlText.fingerprint(sql);
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
