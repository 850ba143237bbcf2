package io.tenantwarden.rls.sql;

/**
 * Reads the commands that are followed by options and a list of tables: TRUNCATE, LOCK, VACUUM, ANALYZE, CLUSTER, REFRESH.
 * Used by one thread.
 */
final class TableListReader {

    private final Tokens tokens;
    private final StatementFacts facts;
    private final QualifiedName name;

    TableListReader(Tokens tokens, StatementFacts facts, QualifiedName name) {
        this.tokens = tokens;
        this.facts = facts;
        this.name = name;
    }

    /** The current token is the command. */
    void read() {
        int command = tokens.word;
        tokens.advance();
        switch (command) {
            case Words.TRUNCATE -> {
                facts.keyword(Keyword.TRUNCATE);
                skip(Words.TABLE);
            }
            case Words.LOCK -> {
                facts.keyword(Keyword.LOCK);
                facts.lock();
                skip(Words.TABLE);
            }
            case Words.REFRESH -> {
                facts.keyword(Keyword.REFRESH);
                skip(Words.MATERIALIZED);
                skip(Words.VIEW);
                skip(Words.CONCURRENTLY);
            }
            default -> {
                facts.keyword(
                        command == Words.VACUUM
                                ? Keyword.VACUUM
                                : command == Words.ANALYZE ? Keyword.ANALYZE : Keyword.CLUSTER);
                maintenanceOptions();
            }
        }
        Relation table = table(command == Words.TRUNCATE);
        if (command == Words.CLUSTER && tokens.word == Words.ON) {
            // CLUSTER index ON table, as it was before 8.4 and still is accepted
            tokens.advance();
            table = table(false);
        }
        add(table);
        while (tokens.type == SqlLexer.COMMA) {
            tokens.advance();
            add(table(command == Words.TRUNCATE));
        }
        facts.parsed &= tokens.skipStatement();
    }

    private void add(Relation table) {
        if (table == null) {
            return;
        }
        facts.relations.add(table);
        facts.writes |= table.write();
        if (table.write()) {
            facts.written(table, TriggerEvents.TRUNCATE);
            facts.ddl().named(table);
        }
    }

    private void skip(int word) {
        if (tokens.word == word && tokens.nextIsName()) {
            tokens.advance();
        }
    }

    private void maintenanceOptions() {
        if (tokens.type == SqlLexer.OPEN) {
            facts.parsed &= tokens.skipParentheses();
        }
        while (tokens.word == Words.VERBOSE
                || tokens.word == Words.FULL
                || tokens.word == Words.FREEZE
                || tokens.word == Words.ANALYZE) {
            tokens.advance();
        }
    }

    /** {@code [ONLY] name [*] [(columns)]}, or {@code ONLY (name)}; null when there is none. */
    private Relation table(boolean write) {
        if (tokens.word == Words.ONLY) {
            tokens.advance();
        }
        boolean parenthesis = tokens.type == SqlLexer.OPEN;
        if (parenthesis) {
            tokens.advance();
        }
        if (!tokens.isName() || tokens.word == Words.USING) { // REPACK USING INDEX
            facts.parsed &= !parenthesis;
            return null;
        }
        name.read();
        Relation table = new Relation(name.qualifier(), name.name(), write, false);
        tokens.advance();
        if (parenthesis) {
            facts.parsed &= tokens.type == SqlLexer.CLOSE;
            tokens.advanceWithin();
        }
        if (tokens.isOperator('*')) {
            tokens.advance();
        }
        if (tokens.type == SqlLexer.OPEN) {
            facts.parsed &= tokens.skipParentheses();
        }
        return table;
    }
}
