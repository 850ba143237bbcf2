package io.tenantwarden.rls;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads the statements of one SQL string and collects what {@link SqlStatement} answers. No syntax tree: a stack of
 * parentheses, each with a small state, in which a table can only stand where {@link #TABLE} is the state. When in doubt
 * a name is taken for a table. Linear in the length of the text, no recursion. Used once, by one thread.
 */
final class SqlParser {

    /** PostgreSQL's own grammar gives up at 10,000 open symbols (Bison's YYMAXDEPTH). */
    private static final int MAX_DEPTH = 10_000;

    /** Below this number a list is searched, above it a set is kept. */
    private static final int SMALL = 16;

    // states of a parenthesis
    /** A statement must begin here. */
    private static final byte START = 0;
    /** Just opened in an expression: a query may begin here. */
    private static final byte FIRST = 1;

    private static final byte EXPRESSION = 2;
    /** A table must stand here. */
    private static final byte TABLE = 3;
    /** Alias, column list, sampling of the table before. */
    private static final byte AFTER_TABLE = 4;

    private static final byte CTE_NAME = 5;
    private static final byte AFTER_CTE = 6;

    // kinds of parenthesis
    private static final byte TOP = 0;
    private static final byte GROUP = 1;
    private static final byte FROM_ITEM = 2;
    private static final byte CTE_BODY = 3;

    // flags of a parenthesis
    private static final byte IN_FROM = 1;
    /** The next table is written. */
    private static final byte WRITE = 2;
    /** The USING of DELETE or MERGE has been seen: a further one names columns. */
    private static final byte USING_SEEN = 4;
    /** FROM separates arguments here: extract, trim, substring, overlay. */
    private static final byte FROM_IN_ARGUMENTS = 8;

    private static final byte BRACKET = 16;
    private static final byte SEARCH_LIST = 32;
    /** The arguments of set_config. */
    private static final byte CONFIG = 64;

    private final String sql;
    private final SqlLexer lexer;

    // the current token; the lexer holds the one after it
    private int type;
    private int start;
    private int end;
    private int word;
    private int nextWord;
    private int previousWord;

    private byte[] states = new byte[8];
    private byte[] kinds = new byte[8];
    private byte[] flags = new byte[8];
    private byte[] verbs = new byte[8];
    private int depth;
    private int cteBodies;

    private String[] cteNames = {};
    private int[] cteMarks = {};
    private int[] recursionMarks = {};
    private final List<String> ctes = new ArrayList<>(0);
    private final Map<String, Integer> visibleCtes = new HashMap<>(0);

    // the last name of the current chain a.b.c, and the one before it
    private int lastType;
    private int lastStart;
    private int lastEnd;
    private char lastEscape;
    private int qualifierType;
    private int qualifierStart;
    private int qualifierEnd;
    private char qualifierEscape;

    private ArrayList<ConfigCall> configCalls;

    // the statement being read
    private Keyword keyword;
    private Keyword verb;
    private boolean tableList;
    private boolean intoTarget;
    private boolean concurrently;

    // the result
    Keyword firstKeyword = Keyword.EMPTY;
    Keyword firstVerb = Keyword.EMPTY;
    Injection injection = Injection.NEVER;
    boolean readsRows;
    boolean endsScope;
    boolean multi;
    boolean parsed = true;
    boolean ambiguous;
    boolean callsFunctions;
    boolean changesCatalog;
    boolean opensCursor;
    boolean holdsCursor;
    boolean fetchesCursor;
    boolean firesTriggers;
    String cursor;
    boolean closesCursor;
    boolean closesAllCursors;
    boolean writes;
    List<Relation> relations = List.of();
    List<SettingChange> settings = List.of();
    private Set<Relation> relationSet;

    private static final class ConfigCall {
        int argument;
        int tokens;
        String name;
        boolean unknown;
        boolean local;
    }

    /** @param escapes whether {@code standard_conforming_strings} is off */
    SqlParser(String sql, boolean escapes) {
        this.sql = sql;
        this.lexer = new SqlLexer(sql, escapes);
    }

    void run() {
        read();
        advance();
        int statements = 0;
        while (type != SqlLexer.EOF) {
            if (type == SqlLexer.SEMICOLON) {
                advance();
                continue;
            }
            statement();
            finish(statements++ == 0);
        }
        multi = statements > 1;
        if (lexer.broken) {
            parsed = false;
        }
        if (!parsed) {
            callsFunctions = true;
            readsRows = true;
        }
    }

    /** Fills the look-ahead. */
    private void read() {
        lexer.next();
        ambiguous |= lexer.type == SqlLexer.STRING && SqlText.ambiguous(sql, lexer.start, lexer.end);
        nextWord = lexer.type == SqlLexer.WORD ? Words.code(sql, lexer.start, lexer.end) : Words.NONE;
    }

    private void advance() {
        previousWord = word;
        type = lexer.type;
        start = lexer.start;
        end = lexer.end;
        word = nextWord;
        read();
    }

    private boolean atEnd() {
        return type == SqlLexer.EOF || type == SqlLexer.SEMICOLON;
    }

    private boolean isName() {
        return type >= SqlLexer.WORD && type <= SqlLexer.UNICODE_QUOTED;
    }

    private boolean nextIsName() {
        return lexer.type >= SqlLexer.WORD && lexer.type <= SqlLexer.UNICODE_QUOTED;
    }

    // ---------------------------------------------------------------- one statement

    private void statement() {
        keyword = null;
        verb = null;
        tableList = false;
        intoTarget = false;
        depth = 0;
        cteBodies = 0;
        previousWord = Words.NONE;
        set(START, TOP, (byte) 0);
        while (type != SqlLexer.EOF && !(type == SqlLexer.SEMICOLON && depth == 0)) {
            if (depth == 0 && states[0] == START && type == SqlLexer.WORD && cteBodies == 0) {
                top();
            } else {
                step();
            }
        }
        if (depth > 0) {
            parsed = false;
            depth = 0;
            configCalls = null;
        }
        forgetCtes(0);
        if (keyword == null) {
            keyword = Keyword.OTHER;
            callsFunctions = true;
        }
        if (verb == null) {
            verb = keyword;
        }
    }

    private void finish(boolean first) {
        StatementClass kind = StatementClass.of(keyword);
        if (first) {
            firstKeyword = keyword;
            firstVerb = verb;
            injection = kind.injection();
        } else {
            injection = both(injection, kind.injection());
        }
        readsRows |= kind.readsRows();
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

    private void set(byte state, byte kind, byte flag) {
        states[depth] = state;
        kinds[depth] = kind;
        flags[depth] = flag;
        verbs[depth] = 0;
    }

    private void keyword(Keyword k) {
        if (keyword == null) {
            keyword = k;
        }
        if (verb == null && cteBodies == 0 && k != Keyword.WITH) {
            verb = k;
        }
    }

    /** The first word of a statement, or of the statement inside EXPLAIN, PREPARE, DECLARE. */
    private void top() {
        switch (word) {
            case Words.EXPLAIN -> explain();
            case Words.DECLARE -> declare();
            case Words.PREPARE -> prepare();
            case Words.COPY -> copy();
            case Words.CREATE -> create();
            case Words.ALTER -> alter(Keyword.ALTER);
            case Words.DROP -> alter(Keyword.DROP);
            case Words.EXECUTE -> execute();
            case Words.CALL -> call();
            case Words.DO -> doBlock();
            case Words.SET -> setCommand();
            case Words.RESET -> resetCommand();
            case Words.DISCARD -> discard();
            case Words.TRUNCATE -> tables(Keyword.TRUNCATE, true);
            case Words.LOCK -> tables(Keyword.LOCK, false);
            case Words.VACUUM -> tables(Keyword.VACUUM, false);
            case Words.ANALYZE -> tables(Keyword.ANALYZE, false);
            case Words.CLUSTER -> tables(Keyword.CLUSTER, false);
            case Words.REFRESH -> tables(Keyword.REFRESH, false);
            case Words.FETCH -> fetch(Keyword.FETCH);
            case Words.MOVE -> fetch(Keyword.MOVE);
            case Words.CLOSE -> {
                closesCursor = true;
                closesAllCursors |= nextWord == Words.ALL;
                rest(Keyword.CLOSE);
            }
            case Words.BEGIN, Words.START -> rest(Keyword.BEGIN);
            case Words.COMMIT -> commit();
            case Words.END -> rest(Keyword.COMMIT);
            case Words.ROLLBACK, Words.ABORT -> rollback();
            case Words.SAVEPOINT -> rest(Keyword.SAVEPOINT);
            case Words.RELEASE -> rest(Keyword.RELEASE);
            case Words.DEALLOCATE -> rest(Keyword.DEALLOCATE);
            case Words.SHOW -> rest(Keyword.SHOW);
            case Words.LISTEN -> rest(Keyword.LISTEN);
            case Words.NOTIFY -> rest(Keyword.NOTIFY);
            case Words.UNLISTEN -> rest(Keyword.UNLISTEN);
            case Words.REINDEX -> rest(Keyword.REINDEX);
            case Words.CHECKPOINT -> rest(Keyword.CHECKPOINT);
            case Words.LOAD -> rest(Keyword.LOAD);
            case Words.COMMENT -> rest(Keyword.COMMENT);
            case Words.GRANT -> rest(Keyword.GRANT);
            case Words.REVOKE -> rest(Keyword.REVOKE);
            case Words.SECURITY -> rest(Keyword.SECURITY_LABEL);
            case Words.IMPORT -> alter(Keyword.IMPORT);
            case Words.REASSIGN -> alter(Keyword.REASSIGN);
            case Words.SELECT,
                    Words.INSERT,
                    Words.UPDATE,
                    Words.DELETE,
                    Words.MERGE,
                    Words.WITH,
                    Words.VALUES,
                    Words.TABLE -> step();
            case Words.ALL, Words.DISTINCT -> step();
            default -> {
                // after UNION the state is START again
                if (keyword == null) {
                    keyword(Keyword.OTHER);
                    callsFunctions = true;
                }
                states[0] = EXPRESSION;
                step();
            }
        }
    }

    // ---------------------------------------------------------------- utility statements

    private void rest(Keyword k) {
        keyword(k);
        skipStatement();
    }

    private void opaque(Keyword k) {
        callsFunctions = true;
        keyword(k);
        advance();
        states[0] = EXPRESSION;
    }

    /** To the end of the statement; a semicolon inside parentheses (CREATE RULE) or BEGIN ATOMIC does not end it. */
    private void skipStatement() {
        int open = 0;
        int atomic = 0;
        boolean create = keyword == Keyword.CREATE;
        while (type != SqlLexer.EOF) {
            if (type == SqlLexer.OPEN) {
                open++;
            } else if (type == SqlLexer.CLOSE) {
                if (--open < 0) {
                    parsed = false;
                    open = 0;
                }
            } else if (type == SqlLexer.SEMICOLON && open == 0 && atomic == 0) {
                return;
            } else if (word == Words.CONCURRENTLY) {
                concurrently = true;
            } else if (create && type == SqlLexer.WORD) {
                if (word == Words.BEGIN && nextWord == Words.ATOMIC || word == Words.CASE && atomic > 0) {
                    atomic++;
                } else if (word == Words.END && atomic > 0) {
                    atomic--;
                }
            }
            advance();
        }
        if (open > 0 || atomic > 0) {
            parsed = false;
        }
    }

    /** EXPLAIN ANALYZE VERBOSE query; EXPLAIN (options) query. */
    private void explain() {
        keyword = keyword == null ? Keyword.EXPLAIN : keyword;
        advance();
        while (word == Words.ANALYZE || word == Words.VERBOSE) {
            advance();
        }
        if (type == SqlLexer.OPEN && nextIsName() && !beginsQuery(nextWord)) {
            skipParentheses();
        }
        previousWord = Words.NONE;
    }

    private static boolean beginsQuery(int w) {
        return w == Words.SELECT || w == Words.WITH || w == Words.VALUES || w == Words.TABLE;
    }

    /** From an opening parenthesis to behind its closing one. */
    private void skipParentheses() {
        int open = 0;
        do {
            if (type == SqlLexer.OPEN) {
                open++;
            } else if (type == SqlLexer.CLOSE) {
                open--;
            }
            advance();
        } while (open > 0 && !atEnd());
        if (open > 0) {
            parsed = false;
        }
    }

    private void declare() {
        keyword = keyword == null ? Keyword.DECLARE : keyword;
        opensCursor = true;
        advance();
        if (isName()) {
            cursor = Identifiers.fold(sql, type, start, end, '\\');
        }
        while (!atEnd() && word != Words.FOR) {
            holdsCursor |= previousWord == Words.WITH && isWord("hold");
            advance();
        }
        advanceWithin();
    }

    /** The current token is this word, which need not be a key word of ours. */
    private boolean isWord(String text) {
        return type == SqlLexer.WORD
                && end - start == text.length()
                && sql.regionMatches(true, start, text, 0, text.length());
    }

    /** FETCH direction FROM name: the name comes last, whatever goes before it. */
    private void fetch(Keyword k) {
        keyword(k);
        fetchesCursor = true;
        advance();
        while (!atEnd()) {
            if (isName()) {
                cursor = Identifiers.fold(sql, type, start, end, '\\');
            }
            advance();
        }
    }

    /** What was prepared is not known here: it may set anything. */
    private void execute() {
        setting(new SettingChange(null, SettingChange.Kind.SET_CONFIG, false));
        opaque(Keyword.EXECUTE);
    }

    private void advanceWithin() {
        if (!atEnd()) {
            advance();
        }
    }

    private void prepare() {
        advance();
        if (word == Words.TRANSACTION) {
            rest(Keyword.PREPARE_TRANSACTION);
            return;
        }
        keyword = keyword == null ? Keyword.PREPARE : keyword;
        while (!atEnd() && word != Words.AS) {
            advance();
        }
        advanceWithin();
    }

    /** COPY t (columns) FROM or TO; COPY (query) TO. */
    private void copy() {
        keyword(Keyword.COPY);
        advance();
        if (word == Words.BINARY && nextIsName()) {
            advance();
        }
        if (type == SqlLexer.OPEN) {
            // the query is read by step(); what follows it names no table
            open(GROUP, START, EXPRESSION);
            return;
        }
        if (!isName()) {
            skipStatement();
            return;
        }
        nameChain();
        String schema = schema();
        String name = name();
        advance();
        if (type == SqlLexer.OPEN) {
            skipParentheses();
        }
        relation(schema, name, word == Words.FROM, false);
        advanceWithin();
        states[0] = EXPRESSION;
    }

    private void create() {
        advance();
        boolean temporary = false;
        while (word == Words.OR
                || word == Words.REPLACE
                || word == Words.GLOBAL
                || word == Words.LOCAL
                || word == Words.TEMP
                || word == Words.UNLOGGED
                || word == Words.RECURSIVE) {
            temporary |= word == Words.TEMP;
            advance();
        }
        boolean table = word == Words.TABLE;
        boolean materialized = word == Words.MATERIALIZED;
        if (table || materialized) {
            createTable(materialized, temporary);
            return;
        }
        if (word == Words.UNIQUE) {
            advance();
        }
        keyword(word == Words.INDEX && nextWord != Words.CONCURRENTLY ? Keyword.CREATE_INDEX : Keyword.CREATE);
        changesCatalog |= changesCatalog() && !temporary;
        skipStatement();
    }

    /** Whether the current word names a kind of object whose DDL can change what the catalog snapshot says. */
    private boolean changesCatalog() {
        return switch (word) {
            case Words.TABLE,
                    Words.VIEW,
                    Words.MATERIALIZED,
                    Words.POLICY,
                    Words.SCHEMA,
                    Words.FUNCTION,
                    Words.PROCEDURE,
                    Words.ROLE,
                    Words.CATALOG_OBJECT -> true;
            default -> false;
        };
    }

    private void createTable(boolean materialized, boolean temporary) {
        changesCatalog |= !temporary;
        advance();
        if (materialized) {
            advanceWithin();
        }
        if (word == Words.IF && nextWord == Words.NOT) {
            while (!atEnd() && word != Words.EXISTS) {
                advance();
            }
            advanceWithin();
        }
        if (!isName()) {
            keyword(Keyword.CREATE);
            skipStatement();
            return;
        }
        nameChain();
        String schema = schema();
        String name = name();
        advance();
        int open = 0;
        while (type != SqlLexer.EOF && !(type == SqlLexer.SEMICOLON && open == 0)) {
            if (type == SqlLexer.OPEN) {
                open++;
            } else if (type == SqlLexer.CLOSE) {
                open--;
            } else if (open == 0 && word == Words.AS) {
                relation(schema, name, true, true);
                keyword(Keyword.CREATE_TABLE_AS);
                advance();
                previousWord = Words.NONE;
                return;
            }
            advance();
        }
        keyword(Keyword.CREATE);
        if (open != 0) {
            parsed = false;
        }
    }

    private void alter(Keyword k) {
        advance();
        if (k == Keyword.ALTER && word == Words.TABLE) {
            changesCatalog = true;
            concurrently = false;
            skipStatement();
            keyword(concurrently ? Keyword.ALTER : Keyword.ALTER_TABLE);
            return;
        }
        keyword(k);
        changesCatalog |= k == Keyword.IMPORT || k == Keyword.REASSIGN || changesCatalog();
        skipStatement();
    }

    private void commit() {
        advance();
        rest(word == Words.PREPARED ? Keyword.COMMIT_PREPARED : Keyword.COMMIT);
    }

    private void rollback() {
        advance();
        if (word == Words.PREPARED) {
            rest(Keyword.ROLLBACK_PREPARED);
            return;
        }
        if (word == Words.WORK || word == Words.TRANSACTION) {
            advance();
        }
        rest(word == Words.TO ? Keyword.ROLLBACK_TO : Keyword.ROLLBACK);
    }

    private void call() {
        opaque(Keyword.CALL);
    }

    /** The body is a program: it may set anything, and do DDL. */
    private void doBlock() {
        keyword(Keyword.DO);
        callsFunctions = true;
        setting(new SettingChange(null, SettingChange.Kind.SET_CONFIG, false));
        while (!atEnd()) {
            if (type == SqlLexer.STRING && mentionsDdl(start, end)) {
                changesCatalog = true;
            }
            advance();
        }
    }

    private boolean mentionsDdl(int from, int to) {
        int p = from;
        while (p < to) {
            if (!Character.isLetter(sql.charAt(p))) {
                p++;
                continue;
            }
            int q = p;
            while (q < to && (Character.isLetterOrDigit(sql.charAt(q)) || sql.charAt(q) == '_')) {
                q++;
            }
            switch (Words.code(sql, p, q)) {
                case Words.CREATE, Words.ALTER, Words.DROP, Words.EXECUTE -> {
                    return true;
                }
                default -> p = q;
            }
        }
        return false;
    }

    private void setCommand() {
        advance();
        boolean local = false;
        if (word == Words.CONSTRAINTS) {
            keyword(Keyword.SET_CONSTRAINTS);
            while (!atEnd()) {
                firesTriggers = isWord("immediate");
                advance();
            }
            return;
        }
        keyword(Keyword.SET);
        if (word == Words.LOCAL) {
            local = true;
            advance();
        } else if (word == Words.SESSION) {
            advance();
            if (word == Words.CHARACTERISTICS) {
                skipStatement();
                return;
            }
            if (word == Words.AUTHORIZATION) {
                authorization(local);
                return;
            }
        }
        if (word == Words.SESSION && nextWord == Words.AUTHORIZATION) {
            advance();
            authorization(local);
            return;
        }
        if (word == Words.TRANSACTION && nextIsName()) {
            skipStatement();
            return;
        }
        if (word == Words.ROLE && lexer.type != SqlLexer.DOT) {
            setting(new SettingChange("role", SettingChange.Kind.SET_ROLE, local));
            skipStatement();
            return;
        }
        if (!isName()) {
            skipStatement();
            return;
        }
        String name = settingName();
        advance();
        if (word == Words.TO || type == SqlLexer.OPERATOR && sql.charAt(start) == '=') {
            advance();
        }
        boolean reset = word == Words.DEFAULT && type == SqlLexer.WORD;
        setting(new SettingChange(name, kindOf(name, reset), local));
        skipStatement();
    }

    private void authorization(boolean local) {
        setting(new SettingChange("session_authorization", SettingChange.Kind.SET_SESSION_AUTHORIZATION, local));
        skipStatement();
    }

    private static SettingChange.Kind kindOf(String name, boolean reset) {
        return switch (name) {
            case "role" -> SettingChange.Kind.SET_ROLE;
            case "session_authorization" -> SettingChange.Kind.SET_SESSION_AUTHORIZATION;
            default -> reset ? SettingChange.Kind.RESET : SettingChange.Kind.SET;
        };
    }

    /** The name of a setting, also where SQL has a phrase of its own for it; the last word of it stays current. */
    private String settingName() {
        if (type == SqlLexer.WORD && lexer.type != SqlLexer.DOT) {
            if (word == Words.TIME && nextWord == Words.ZONE) {
                advance();
                return "timezone";
            }
            if (word == Words.XML && nextWord == Words.OPTION) {
                advance();
                return "xmloption";
            }
            // SET SCHEMA 'x', SET NAMES 'x', SET SEED x: no TO, no equals sign
            boolean phrase = lexer.type != SqlLexer.OPERATOR && nextWord != Words.TO;
            if (phrase && word == Words.SCHEMA) {
                return "search_path";
            }
            if (phrase && word == Words.NAMES) {
                return "client_encoding";
            }
            if (phrase && word == Words.SEED) {
                return "seed";
            }
        }
        StringBuilder name = new StringBuilder(Identifiers.fold(sql, type, start, end, '\\'));
        while (lexer.type == SqlLexer.DOT) {
            advance();
            if (!nextIsName()) {
                break;
            }
            advance();
            name.append('.').append(Identifiers.fold(sql, type, start, end, '\\'));
        }
        return name.toString().toLowerCase(Locale.ROOT);
    }

    private void resetCommand() {
        keyword(Keyword.RESET);
        advance();
        if (word == Words.ALL) {
            setting(new SettingChange(null, SettingChange.Kind.RESET_ALL, false));
        } else if (word == Words.SESSION && nextWord == Words.AUTHORIZATION) {
            authorization(false);
            return;
        } else if (word == Words.TRANSACTION && nextWord == Words.ISOLATION) {
            skipStatement();
            return;
        } else if (isName()) {
            String name = settingName();
            setting(new SettingChange(name, kindOf(name, true), false));
        }
        skipStatement();
    }

    private void discard() {
        keyword(Keyword.DISCARD);
        advance();
        if (word == Words.ALL) {
            setting(new SettingChange(null, SettingChange.Kind.DISCARD_ALL, false));
            closesCursor = true;
            closesAllCursors = true;
        }
        skipStatement();
    }

    /** A command followed by options and a list of tables. */
    private void tables(Keyword k, boolean write) {
        keyword(k);
        advance();
        if (k == Keyword.VACUUM || k == Keyword.ANALYZE || k == Keyword.CLUSTER) {
            if (type == SqlLexer.OPEN) {
                skipParentheses();
            }
            while (word == Words.VERBOSE || word == Words.FULL || word == Words.FREEZE || word == Words.ANALYZE) {
                advance();
            }
        } else if (k == Keyword.REFRESH) {
            while (word == Words.MATERIALIZED || word == Words.VIEW || word == Words.CONCURRENTLY) {
                advance();
            }
        } else if (word == Words.TABLE) {
            advance();
        }
        tableList = true;
        states[0] = atEnd() ? EXPRESSION : TABLE;
        flags[0] = (byte) (IN_FROM | (write ? WRITE : 0));
    }

    // ---------------------------------------------------------------- queries

    private void step() {
        if ((flags[depth] & CONFIG) != 0) {
            observeConfig();
        }
        switch (type) {
            case SqlLexer.WORD, SqlLexer.QUOTED, SqlLexer.UNICODE_QUOTED -> word();
            case SqlLexer.OPEN -> openParenthesis();
            case SqlLexer.OPEN_BRACKET -> {
                operand();
                open(GROUP, FIRST, states[depth]);
                flags[depth] |= BRACKET;
            }
            case SqlLexer.CLOSE, SqlLexer.CLOSE_BRACKET -> close();
            case SqlLexer.COMMA -> comma();
            case SqlLexer.SEMICOLON -> {
                // only CREATE RULE has it, and that is skipped: PostgreSQL refuses this
                parsed = false;
                set(START, kinds[depth], (byte) (flags[depth] & (BRACKET | CONFIG)));
                advance();
            }
            case SqlLexer.CAST -> {
                operand();
                advance();
                if (isName()) {
                    nameChain();
                    advance();
                }
            }
            default -> {
                operand();
                advance();
            }
        }
    }

    /** Something that is neither a name nor structure has been met. */
    private void operand() {
        byte state = states[depth];
        if (state == START || state == FIRST) {
            states[depth] = EXPRESSION;
        } else if (state == TABLE) {
            states[depth] = AFTER_TABLE;
        }
    }

    private void open(byte kind, byte state, byte parentState) {
        states[depth] = parentState;
        if (depth + 1 == states.length) {
            grow();
        }
        depth++;
        set(state, kind, (byte) 0);
        if (kind == CTE_BODY) {
            cteBodies++;
        }
        if (cteMarks.length > depth) {
            cteMarks[depth] = ctes.size();
        }
        if (depth >= MAX_DEPTH) {
            // no server reads this: give up instead of holding memory for it
            parsed = false;
            depth = 0;
            cteBodies = 0;
            set(EXPRESSION, TOP, (byte) 0);
            type = SqlLexer.EOF;
            return;
        }
        advance();
    }

    private void grow() {
        int size = states.length * 2;
        states = Arrays.copyOf(states, size);
        kinds = Arrays.copyOf(kinds, size);
        flags = Arrays.copyOf(flags, size);
        verbs = Arrays.copyOf(verbs, size);
        if (cteMarks.length > 0) {
            cteNames = Arrays.copyOf(cteNames, size);
            cteMarks = Arrays.copyOf(cteMarks, size);
            recursionMarks = Arrays.copyOf(recursionMarks, size);
        }
    }

    private void openParenthesis() {
        switch (states[depth]) {
            case TABLE -> {
                byte inherited = (byte) (flags[depth] & WRITE);
                if (!tableList) {
                    flags[depth] &= ~WRITE;
                }
                open(FROM_ITEM, TABLE, AFTER_TABLE);
                flags[depth] |= IN_FROM | inherited;
            }
            case START -> open(GROUP, START, EXPRESSION);
            case AFTER_CTE -> {
                forgetForwardReferences();
                open(GROUP, START, EXPRESSION);
            }
            case AFTER_TABLE -> open(GROUP, FIRST, AFTER_TABLE);
            default -> open(GROUP, FIRST, EXPRESSION);
        }
    }

    private void close() {
        if (depth == 0) {
            parsed = false;
            advance();
            return;
        }
        boolean bracket = (flags[depth] & BRACKET) != 0;
        if (bracket != (type == SqlLexer.CLOSE_BRACKET)) {
            parsed = false;
        }
        if ((flags[depth] & CONFIG) != 0) {
            finishConfig();
        }
        byte kind = kinds[depth];
        if (cteMarks.length > 0) {
            forgetCtes(cteMarks[depth]);
            cteNames[depth] = null;
        }
        depth--;
        if (kind == CTE_BODY) {
            cteBodies--;
            endOfCte();
        }
        advance();
    }

    private void comma() {
        byte state = states[depth];
        byte flag = flags[depth];
        if (state == AFTER_CTE) {
            if ((flag & SEARCH_LIST) == 0) {
                states[depth] = CTE_NAME;
            }
        } else if ((flag & IN_FROM) != 0) {
            states[depth] = TABLE;
        } else if (state == FIRST || state == START) {
            states[depth] = EXPRESSION;
        }
        advance();
    }

    private void word() {
        if (lexer.type == SqlLexer.DOT) {
            // no keyword is followed by a dot
            named();
            return;
        }
        byte state = states[depth];
        switch (word) {
            case Words.SELECT -> {
                query(Keyword.SELECT, Words.SELECT);
                states[depth] = EXPRESSION;
                flags[depth] &= ~(IN_FROM | FROM_IN_ARGUMENTS | WRITE);
                advance();
            }
            case Words.INSERT, Words.UPDATE, Words.DELETE, Words.MERGE -> {
                if (state == START || state == AFTER_CTE) {
                    change();
                } else {
                    plainName();
                }
            }
            case Words.WITH -> {
                if (canBeginQuery(state) && nextIsName()) {
                    with();
                } else {
                    advance();
                }
            }
            case Words.VALUES -> {
                if (canBeginQuery(state) && lexer.type == SqlLexer.OPEN) {
                    query(Keyword.VALUES, Words.VALUES);
                    states[depth] = EXPRESSION;
                    flags[depth] &= ~(IN_FROM | WRITE);
                    advance();
                } else {
                    plainName();
                }
            }
            case Words.TABLE -> {
                if (intoTarget || !canBeginQuery(state)) {
                    advance();
                } else {
                    query(Keyword.TABLE, Words.TABLE);
                    states[depth] = TABLE;
                    flags[depth] &= ~(IN_FROM | WRITE);
                    advance();
                }
            }
            case Words.FROM -> from();
            case Words.JOIN -> {
                states[depth] = TABLE;
                flags[depth] |= IN_FROM;
                advance();
            }
            case Words.INTO -> into();
            case Words.USING -> using(state);
            case Words.ON -> {
                if (state != AFTER_CTE && state != CTE_NAME) {
                    states[depth] = EXPRESSION;
                }
                advance();
            }
            case Words.CLAUSE, Words.FOR, Words.FETCH -> clause(state);
            case Words.WHEN -> {
                if (verbs[depth] == Words.MERGE) {
                    clause(state);
                } else {
                    advance();
                }
            }
            case Words.SET_OPERATION -> {
                states[depth] = START;
                flags[depth] &= ~(IN_FROM | FROM_IN_ARGUMENTS);
                advance();
            }
            case Words.ALL, Words.DISTINCT -> {
                boolean comparison = word == Words.DISTINCT && (previousWord == Words.IS || previousWord == Words.NOT);
                advance();
                if (comparison && word == Words.FROM) {
                    advance();
                }
            }
            case Words.SET -> {
                if (state == AFTER_CTE) {
                    flags[depth] &= ~SEARCH_LIST;
                    advance();
                } else if (verbs[depth] == Words.UPDATE && state == AFTER_TABLE) {
                    states[depth] = EXPRESSION;
                    flags[depth] &= ~IN_FROM;
                    advance();
                } else {
                    plainName();
                }
            }
            case Words.SEARCH, Words.CYCLE -> {
                if (state == AFTER_CTE) {
                    flags[depth] |= SEARCH_LIST;
                    advance();
                } else {
                    plainName();
                }
            }
            case Words.AS -> as();
            case Words.ONLY, Words.LATERAL -> advance();
            default -> plainName();
        }
    }

    private boolean canBeginQuery(byte state) {
        return switch (state) {
            case START, FIRST, AFTER_CTE -> true;
            case TABLE -> kinds[depth] == FROM_ITEM;
            case AFTER_TABLE -> verbs[depth] == Words.INSERT;
            default -> false;
        };
    }

    private void query(Keyword k, int code) {
        keyword(k);
        if (states[depth] == AFTER_CTE) {
            forgetForwardReferences();
        }
        verbs[depth] = (byte) code;
    }

    /** INSERT, UPDATE, DELETE, MERGE at the beginning of a statement. */
    private void change() {
        Keyword k = switch (word) {
            case Words.INSERT -> Keyword.INSERT;
            case Words.UPDATE -> Keyword.UPDATE;
            case Words.DELETE -> Keyword.DELETE;
            default -> Keyword.MERGE;
        };
        query(k, word);
        flags[depth] = (byte) (flags[depth] & BRACKET | WRITE);
        states[depth] = word == Words.UPDATE ? TABLE : EXPRESSION;
        advance();
    }

    private void from() {
        if ((flags[depth] & FROM_IN_ARGUMENTS) == 0) {
            states[depth] = TABLE;
            flags[depth] |= IN_FROM;
        }
        advance();
    }

    private void into() {
        byte verb = verbs[depth];
        states[depth] = TABLE;
        advance();
        if (verb != Words.INSERT && verb != Words.MERGE) {
            // SELECT ... INTO [TEMPORARY | UNLOGGED] [TABLE] x
            flags[depth] |= WRITE;
            boolean temporary = false;
            while ((word == Words.TEMP || word == Words.UNLOGGED || word == Words.LOCAL || word == Words.GLOBAL)
                    && (nextWord == Words.TABLE || nextWord == Words.TEMP || nextIsName() && nextWord == Words.NONE)) {
                temporary |= word == Words.TEMP;
                advance();
            }
            if (word == Words.TABLE) {
                advance();
            }
            changesCatalog |= !temporary;
            intoTarget = true;
        }
    }

    private void using(byte state) {
        byte verb = verbs[depth];
        if ((verb == Words.DELETE || verb == Words.MERGE) && (flags[depth] & USING_SEEN) == 0) {
            states[depth] = TABLE;
            flags[depth] |= IN_FROM | USING_SEEN;
        } else if (state != AFTER_TABLE && state != AFTER_CTE) {
            states[depth] = EXPRESSION;
        }
        advance();
    }

    private void clause(byte state) {
        if (state != AFTER_CTE && state != CTE_NAME) {
            states[depth] = EXPRESSION;
            flags[depth] &= ~IN_FROM;
        }
        advance();
    }

    /** AS brings a label, which may be any word, or the type of CAST, or column definitions. */
    private void as() {
        operand();
        advance();
        if (isName()) {
            nameChain();
            advance();
        }
    }

    private void plainName() {
        if (states[depth] == AFTER_CTE) {
            advance();
        } else {
            named();
        }
    }

    // ---------------------------------------------------------------- names

    /**
     * Reads {@code a.b.c} from its first part on; the last part is the current token afterwards (or the last dot, when no
     * name follows it).
     */
    private void nameChain() {
        qualifierType = SqlLexer.EOF;
        last();
        while (lexer.type == SqlLexer.DOT) {
            advance();
            if (!nextIsName()) {
                return;
            }
            advance();
            qualifierType = lastType;
            qualifierStart = lastStart;
            qualifierEnd = lastEnd;
            qualifierEscape = lastEscape;
            last();
        }
    }

    private void last() {
        lastType = type;
        lastStart = start;
        lastEnd = end;
        lastEscape = '\\';
        if (type == SqlLexer.UNICODE_QUOTED && nextWord == Words.UESCAPE) {
            advance();
            if (lexer.type == SqlLexer.STRING) {
                advance();
                if (end - start == 3) {
                    lastEscape = sql.charAt(start + 1);
                }
            }
        }
    }

    private String name() {
        return Identifiers.fold(sql, lastType, lastStart, lastEnd, lastEscape);
    }

    private String schema() {
        return qualifierType == SqlLexer.EOF
                ? null
                : Identifiers.fold(sql, qualifierType, qualifierStart, qualifierEnd, qualifierEscape);
    }

    /** A name in the place of a common table expression, of a table, of a function, or of anything else. */
    private void named() {
        byte state = states[depth];
        if (state == CTE_NAME) {
            commonTableExpression();
            return;
        }
        if (state == TABLE && word == Words.ROWS && nextWord == Words.FROM) {
            // ROWS FROM (f(), g()): the functions stand in the parenthesis
            advance();
            return;
        }
        nameChain();
        boolean parenthesis = lexer.type == SqlLexer.OPEN;
        if (state == TABLE) {
            boolean write = (flags[depth] & WRITE) != 0;
            states[depth] = AFTER_TABLE;
            if (parenthesis && !write && !tableList) {
                function();
                return;
            }
            relation(schema(), name(), write, intoTarget);
            intoTarget = false;
            if (!tableList) {
                flags[depth] &= ~WRITE;
            }
            advance();
        } else if (parenthesis && state != AFTER_TABLE) {
            operand();
            function();
        } else {
            operand();
            advance();
        }
    }

    /** A call; an opening parenthesis is next. */
    private void function() {
        int known;
        if (qualifierType != SqlLexer.EOF && !"pg_catalog".equals(schema())) {
            known = HarmlessFunctions.UNKNOWN;
        } else if (lastType == SqlLexer.WORD) {
            known = HarmlessFunctions.code(sql, lastStart, lastEnd);
        } else {
            String name = name();
            known = HarmlessFunctions.code(name, 0, name.length());
        }
        callsFunctions |= known == HarmlessFunctions.UNKNOWN;
        advance();
        open(GROUP, FIRST, states[depth]);
        if (known == HarmlessFunctions.SET_CONFIG) {
            flags[depth] |= CONFIG;
            if (configCalls == null) {
                configCalls = new ArrayList<>(2);
            }
            configCalls.add(new ConfigCall());
        } else if (known == HarmlessFunctions.WITH_FROM) {
            flags[depth] |= FROM_IN_ARGUMENTS;
        }
    }

    private void relation(String schema, String name, boolean write, boolean creates) {
        // the target of a change is always a table, even where a common table expression has its name
        if (schema == null && !write && !visibleCtes.isEmpty() && visibleCtes.containsKey(name)) {
            return;
        }
        writes |= write;
        if (write && name.equals("pg_settings")) {
            // an UPDATE of this view is set_config
            setting(new SettingChange(null, SettingChange.Kind.SET_CONFIG, false));
        }
        Relation relation = new Relation(schema, name, write, creates);
        if (relations.isEmpty()) {
            relations = new ArrayList<>(2);
        } else if (relationSet != null) {
            if (!relationSet.add(relation)) {
                return;
            }
        } else if (relations.contains(relation)) {
            return;
        } else if (relations.size() == SMALL) {
            relationSet = new HashSet<>(relations);
            relationSet.add(relation);
        }
        relations.add(relation);
    }

    private void setting(SettingChange change) {
        if (settings.isEmpty()) {
            settings = new ArrayList<>(1);
        }
        if (settings.size() < SMALL || !settings.get(settings.size() - 1).equals(change)) {
            settings.add(change);
        }
    }

    // ---------------------------------------------------------------- common table expressions

    private void with() {
        if (cteMarks.length == 0) {
            cteNames = new String[states.length];
            cteMarks = new int[states.length];
            recursionMarks = new int[states.length];
        }
        keyword(Keyword.WITH);
        recursionMarks[depth] = -1;
        advance();
        if (word == Words.RECURSIVE && type == SqlLexer.WORD && nextIsName()) {
            recursionMarks[depth] = relations.size();
            advance();
        }
        states[depth] = CTE_NAME;
    }

    /** {@code name (columns) AS [NOT] MATERIALIZED (}, up to the parenthesis. */
    private void commonTableExpression() {
        nameChain();
        String name = name();
        advance();
        if (type == SqlLexer.OPEN) {
            skipParentheses();
        }
        if (word != Words.AS) {
            states[depth] = EXPRESSION;
            return;
        }
        advance();
        while (word == Words.NOT || word == Words.MATERIALIZED) {
            advance();
        }
        if (type != SqlLexer.OPEN) {
            states[depth] = EXPRESSION;
            return;
        }
        cteNames[depth] = name;
        flags[depth] &= ~SEARCH_LIST;
        if (recursionMarks[depth] >= 0) {
            makeVisible(name);
        }
        open(CTE_BODY, START, AFTER_CTE);
    }

    private void endOfCte() {
        if (cteNames[depth] != null && recursionMarks[depth] < 0) {
            makeVisible(cteNames[depth]);
        }
        cteNames[depth] = null;
    }

    private void makeVisible(String name) {
        ctes.add(name);
        visibleCtes.merge(name, 1, Integer::sum);
    }

    private void forgetCtes(int mark) {
        for (int i = ctes.size() - 1; i >= mark; i--) {
            visibleCtes.computeIfPresent(ctes.remove(i), (name, count) -> count == 1 ? null : count - 1);
        }
    }

    /** With RECURSIVE an expression may use one that is named after it. */
    private void forgetForwardReferences() {
        int mark = recursionMarks[depth];
        if (mark < 0 || mark >= relations.size()) {
            return;
        }
        recursionMarks[depth] = -1;
        relations
                .subList(mark, relations.size())
                .removeIf(r -> r.schema() == null && !r.write() && visibleCtes.containsKey(r.name()));
        if (relationSet != null) {
            relationSet = new HashSet<>(relations);
        }
    }

    // ---------------------------------------------------------------- set_config

    private void observeConfig() {
        ConfigCall call = configCalls.get(configCalls.size() - 1);
        if (type == SqlLexer.COMMA) {
            call.argument++;
            call.tokens = 0;
            return;
        }
        if (type == SqlLexer.CLOSE) {
            return;
        }
        call.tokens++;
        if (call.argument == 0) {
            if (call.tokens == 1 && type == SqlLexer.STRING) {
                call.name = Identifiers.plainLiteral(sql, start, end);
            } else if (type != SqlLexer.CAST) {
                call.unknown = true;
            }
        } else if (call.argument == 2) {
            call.local = call.tokens == 1 && isTrue();
        }
    }

    private boolean isTrue() {
        if (type == SqlLexer.STRING) {
            String text = Identifiers.plainLiteral(sql, start, end);
            return text != null && (text.equalsIgnoreCase("true") || text.equals("t") || text.equals("on"));
        }
        return word == Words.TRUE;
    }

    private void finishConfig() {
        ConfigCall call = configCalls.remove(configCalls.size() - 1);
        String name = call.unknown || call.name == null ? null : call.name.toLowerCase(Locale.ROOT);
        setting(new SettingChange(name, SettingChange.Kind.SET_CONFIG, call.local));
    }
}
