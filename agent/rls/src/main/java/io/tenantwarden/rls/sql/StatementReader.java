package io.tenantwarden.rls.sql;

/**
 * Reads the first words of a statement: what kind it is. Reads the statement to its end, or up to the query in it, which
 * {@link QueryReader} then reads. Used by one thread.
 */
final class StatementReader {

    private final Tokens tokens;
    private final StatementFacts facts;
    private final QualifiedName name;
    private final SqlParser parser;
    private SettingReader settings;
    private DdlReader ddl;

    StatementReader(Tokens tokens, StatementFacts facts, QualifiedName name, SqlParser parser) {
        this.tokens = tokens;
        this.facts = facts;
        this.name = name;
        this.parser = parser;
    }

    /** The current token begins the statement, or the one inside EXPLAIN, PREPARE or DECLARE. */
    void read() {
        boolean another = true;
        while (another && tokens.type == SqlLexer.WORD) {
            another = switch (tokens.word) {
                case Words.EXPLAIN -> explain();
                case Words.DECLARE -> declare();
                case Words.PREPARE -> prepare();
                case Words.CREATE,
                        Words.ALTER,
                        Words.DROP,
                        Words.COMMENT,
                        Words.IMPORT,
                        Words.REASSIGN,
                        Words.GRANT,
                        Words.REVOKE,
                        Words.SECURITY -> ddl().read();
                default -> {
                    command();
                    yield false;
                }
            };
        }
    }

    private void command() {
        if (QueryReader.begins(tokens.word)) {
            return;
        }
        switch (tokens.word) {
            case Words.COPY -> copy();
            case Words.EXECUTE -> {
                // what was prepared is not known here: it may set anything
                facts.setting(SettingChange.anything());
                opaque(Keyword.EXECUTE);
            }
            case Words.CALL -> opaque(Keyword.CALL);
            case Words.DO -> doBlock();
            case Words.SET -> set();
            case Words.RESET -> {
                facts.keyword(Keyword.RESET);
                settings().reset();
                noteSetting();
            }
            case Words.DISCARD -> discard();
            case Words.TRUNCATE, Words.LOCK, Words.VACUUM, Words.ANALYZE, Words.CLUSTER, Words.REFRESH ->
                new TableListReader(tokens, facts, name).read();
            case Words.FETCH -> fetch(Keyword.FETCH);
            case Words.MOVE -> fetch(Keyword.MOVE);
            case Words.CLOSE -> {
                facts.closesCursor = true;
                facts.closesAllCursors |= tokens.nextWord == Words.ALL;
                rest(Keyword.CLOSE);
            }
            case Words.BEGIN, Words.START -> {
                facts.keyword(Keyword.BEGIN);
                if (SettingReader.readModes(tokens)) {
                    facts.transactionMode();
                }
            }
            case Words.COMMIT -> rest(tokens.nextWord == Words.PREPARED ? Keyword.COMMIT_PREPARED : Keyword.COMMIT);
            case Words.ROLLBACK -> rollback();
            default -> other();
        }
    }

    private void other() {
        Keyword keyword = switch (tokens.word) {
            case Words.END -> Keyword.COMMIT;
            case Words.ABORT -> Keyword.ROLLBACK;
            case Words.SAVEPOINT -> Keyword.SAVEPOINT;
            case Words.RELEASE -> Keyword.RELEASE;
            case Words.DEALLOCATE -> Keyword.DEALLOCATE;
            case Words.SHOW -> Keyword.SHOW;
            case Words.LISTEN -> Keyword.LISTEN;
            case Words.NOTIFY -> Keyword.NOTIFY;
            case Words.UNLISTEN -> Keyword.UNLISTEN;
            case Words.REINDEX -> Keyword.REINDEX;
            case Words.CHECKPOINT -> Keyword.CHECKPOINT;
            case Words.LOAD -> Keyword.LOAD;
            default -> null;
        };
        if (keyword == null) {
            facts.keyword(Keyword.OTHER);
            facts.callsFunctions = true;
            parser.query().expression();
        } else {
            rest(keyword);
        }
    }

    private void rest(Keyword keyword) {
        facts.keyword(keyword);
        facts.parsed &= tokens.skipStatement();
    }

    private void opaque(Keyword keyword) {
        facts.callsFunctions = true;
        facts.keyword(keyword);
        tokens.advance();
        if (keyword == Keyword.EXECUTE && tokens.isName()) {
            String prepared = tokens.name();
            facts.prepared = facts.executes == 0 || prepared.equals(facts.prepared) ? prepared : null;
            facts.executes++;
        }
        parser.query().expression();
    }

    private DdlReader ddl() {
        if (ddl == null) {
            ddl = new DdlReader(tokens, facts, name, parser);
        }
        return ddl;
    }

    // ---------------------------------------------------------------- what stands before another statement: true when
    // it does

    /** EXPLAIN ANALYZE VERBOSE query; EXPLAIN (options) query. */
    private boolean explain() {
        facts.prefix(Keyword.EXPLAIN);
        tokens.advance();
        while (tokens.word == Words.ANALYZE || tokens.word == Words.VERBOSE) {
            tokens.advance();
        }
        if (tokens.type == SqlLexer.OPEN && tokens.nextIsName() && !beginsQuery(tokens.nextWord)) {
            facts.parsed &= tokens.skipParentheses();
        }
        return true;
    }

    private static boolean beginsQuery(int word) {
        return word == Words.SELECT || word == Words.WITH || word == Words.VALUES || word == Words.TABLE;
    }

    private boolean declare() {
        facts.prefix(Keyword.DECLARE);
        facts.opensCursor = true;
        tokens.advance();
        if (tokens.isName()) {
            facts.cursor = tokens.name();
            tokens.advance();
        }
        while (!tokens.atEnd() && tokens.word != Words.FOR) {
            facts.holdsCursor |= tokens.previousWord == Words.WITH && tokens.isWord("hold");
            tokens.advance();
        }
        tokens.advanceWithin();
        return true;
    }

    /** False when it is PREPARE TRANSACTION, which is read to its end. */
    private boolean prepare() {
        tokens.advance();
        if (tokens.word == Words.TRANSACTION && tokens.next.type == SqlLexer.STRING) {
            rest(Keyword.PREPARE_TRANSACTION);
            return false;
        }
        facts.prefix(Keyword.PREPARE);
        if (tokens.isName()) {
            facts.prepared = tokens.name();
        }
        tokens.advanceWithin();
        while (!tokens.atEnd() && tokens.word != Words.AS) {
            tokens.advance();
        }
        tokens.advanceWithin();
        return true;
    }

    // ---------------------------------------------------------------- commands

    /** COPY t (columns) FROM or TO; COPY (query) TO. */
    private void copy() {
        facts.keyword(Keyword.COPY);
        tokens.advance();
        if (tokens.word == Words.BINARY && tokens.nextIsName() && !isDirection(tokens.nextWord)) {
            tokens.advance();
        }
        if (tokens.type == SqlLexer.OPEN) {
            // what follows the query names no table
            parser.query().openQuery();
            return;
        }
        if (!tokens.isName()) {
            facts.parsed &= tokens.skipStatement();
            return;
        }
        name.read();
        Relation table = name.relation();
        tokens.advance();
        if (tokens.type == SqlLexer.OPEN) {
            facts.parsed &= tokens.skipParentheses();
        }
        boolean write = tokens.word == Words.FROM;
        facts.writes |= write;
        Relation copied = new Relation(table.schema(), table.name(), write, false);
        if (write) {
            facts.written(copied, TriggerEvents.INSERT);
        }
        facts.relations.add(copied);
        tokens.advanceWithin();
        while (!tokens.atEnd() && !tokens.isWord("where")) {
            if (tokens.type == SqlLexer.OPEN) {
                facts.parsed &= tokens.skipParentheses();
            } else {
                facts.parsed &= tokens.type != SqlLexer.CLOSE;
                tokens.advance();
            }
        }
        parser.query().expression();
    }

    private static boolean isDirection(int word) {
        return word == Words.FROM || word == Words.TO;
    }

    /** The body is a program: it may set anything, and do DDL. */
    private void doBlock() {
        facts.keyword(Keyword.DO);
        facts.callsFunctions = true;
        facts.setting(SettingChange.anything());
        String body = null;
        String language = "plpgsql";
        while (!tokens.atEnd()) {
            if (tokens.previousWord == Words.LANGUAGE && tokens.isName()) {
                language = tokens.name();
            } else if (tokens.type == SqlLexer.STRING) {
                if (tokens.previousWord == Words.LANGUAGE) {
                    language = tokens.constant();
                } else {
                    body = tokens.constant();
                }
            }
            tokens.advance();
        }
        if (body != null) {
            facts.program(ProgramText.read(body, language, tokens.next.escapes()), true);
            facts.body(body, language);
        }
    }

    private void set() {
        settings().set();
        if (settings.isConstraints()) {
            facts.keyword(Keyword.SET_CONSTRAINTS);
            while (!tokens.atEnd()) {
                facts.firesTriggers = tokens.isWord("immediate");
                tokens.advance();
            }
        } else {
            facts.keyword(Keyword.SET);
            noteSetting();
        }
    }

    private void discard() {
        facts.keyword(Keyword.DISCARD);
        settings().discard();
        if (settings.change() != null) {
            facts.closesCursor = true;
            facts.closesAllCursors = true;
        }
        noteSetting();
    }

    private SettingReader settings() {
        if (settings == null) {
            settings = new SettingReader(tokens);
        }
        return settings;
    }

    private void noteSetting() {
        if (settings.change() != null) {
            facts.setting(settings.change());
        }
        if (settings.isTransactionMode()) {
            facts.transactionMode();
        }
        facts.parsed &= tokens.skipStatement();
    }

    private void rollback() {
        tokens.advance();
        if (tokens.word == Words.PREPARED) {
            rest(Keyword.ROLLBACK_PREPARED);
            return;
        }
        if (tokens.word == Words.WORK || tokens.word == Words.TRANSACTION) {
            tokens.advance();
        }
        rest(tokens.word == Words.TO ? Keyword.ROLLBACK_TO : Keyword.ROLLBACK);
    }

    /** FETCH direction FROM name: the name comes last, whatever goes before it. */
    private void fetch(Keyword keyword) {
        facts.keyword(keyword);
        facts.fetchesCursor = true;
        tokens.advance();
        while (!tokens.atEnd()) {
            if (tokens.isName()) {
                facts.cursor = tokens.name();
            }
            tokens.advance();
        }
    }
}
