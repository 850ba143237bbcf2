package io.tenantwarden.rls.sql;

/**
 * Goes through DDL token by token, knowing the depth of parentheses, and reads the relations that it names. Used by one
 * thread.
 */
final class DdlScan {

    private final Tokens tokens;
    private final StatementFacts facts;
    private final QualifiedName name;
    private int open;
    private boolean cascades;

    DdlScan(Tokens tokens, StatementFacts facts, QualifiedName name) {
        this.tokens = tokens;
        this.facts = facts;
        this.name = name;
    }

    /** A statement begins. */
    void begin() {
        open = 0;
        cascades = false;
    }

    /** Whether CASCADE was read. */
    boolean cascades() {
        return cascades;
    }

    /** Whether no parenthesis is open. */
    boolean isOutside() {
        return open == 0;
    }

    /** A semicolon inside parentheses (CREATE RULE) does not end the statement. */
    boolean atEnd() {
        return tokens.type == SqlLexer.EOF || tokens.type == SqlLexer.SEMICOLON && open == 0;
    }

    void advance() {
        if (tokens.type == SqlLexer.OPEN) {
            open++;
        } else if (tokens.type == SqlLexer.CLOSE && --open < 0) {
            facts.parsed = false;
            open = 0;
        }
        tokens.advance();
    }

    /** To the end of the statement. */
    void finish() {
        while (!atEnd()) {
            noteCascade();
            advance();
        }
        facts.parsed &= open == 0;
    }

    /** CASCADE, unless it is what a foreign key does. */
    void noteCascade() {
        if (open == 0
                && tokens.previousWord != Words.DELETE
                && tokens.previousWord != Words.UPDATE
                && tokens.isWord("cascade")) {
            facts.ddl().cascades();
            cascades = true;
        }
    }

    /** To a word outside of parentheses; false when the statement ends before. */
    boolean find(int word) {
        while (!atEnd() && !(tokens.word == word && open == 0)) {
            advance();
        }
        facts.parsed &= open == 0;
        return !atEnd();
    }

    /** {@code IF [NOT] EXISTS}. */
    void skipIfExists() {
        if (tokens.word == Words.IF && (tokens.nextWord == Words.NOT || tokens.nextWord == Words.EXISTS)) {
            while (!atEnd() && tokens.word != Words.EXISTS) {
                advance();
            }
            if (!atEnd()) {
                advance();
            }
        }
    }

    /** The name that begins here, through its last part; null when there is none. */
    Relation relation() {
        if (tokens.word == Words.ONLY) {
            advance();
        }
        if (!tokens.isName()) {
            return null;
        }
        name.read();
        Relation relation = name.relation();
        advance();
        return relation;
    }

    /** As {@link #relation}, of the column {@code schema.table.column}. */
    Relation relationOfColumn() {
        String schema = null;
        String table = null;
        String column = null;
        while (tokens.isName()) {
            schema = table;
            table = column;
            column = tokens.name();
            advance();
            if (tokens.type != SqlLexer.DOT) {
                break;
            }
            advance();
        }
        return table == null ? null : new Relation(schema, table, false, false);
    }

    /** A changed relation; whether its catalog entry is one that a snapshot has. */
    boolean named(Relation relation) {
        if (relation == null) {
            return false;
        }
        facts.ddl().named(relation);
        return !relation.isTemporaryByName();
    }

    /** The word REFERENCES is current: the table of a foreign key follows. */
    void references() {
        advance();
        named(relation());
    }

    /** {@code (a, b)}: names of relations; the parenthesis is current. */
    void namedInParentheses() {
        advance();
        while (!atEnd() && tokens.isName()) {
            named(relation());
            if (tokens.type != SqlLexer.COMMA) {
                break;
            }
            advance();
        }
    }
}
