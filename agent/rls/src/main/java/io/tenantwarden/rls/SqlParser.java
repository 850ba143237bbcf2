package io.tenantwarden.rls;

/**
 * Reads the statements of one SQL string: {@link StatementReader} the first words of each, {@link QueryReader} the queries.
 * Linear in the length of the text, no recursion. Used once, by one thread.
 */
final class SqlParser {

    private final Tokens tokens;
    private final StatementFacts facts = new StatementFacts();
    private final QualifiedName name;
    private final QueryReader query;
    private StatementReader statements;

    /** @param escapes whether {@code standard_conforming_strings} is off */
    SqlParser(String sql, boolean escapes) {
        tokens = new Tokens(new SqlLexer(sql, escapes));
        name = new QualifiedName(tokens);
        query = new QueryReader(tokens, facts, name);
    }

    StatementFacts run() {
        while (tokens.type != SqlLexer.EOF) {
            if (tokens.type == SqlLexer.SEMICOLON) {
                tokens.advance();
            } else {
                statement();
            }
        }
        facts.parsed &= !tokens.next.broken;
        facts.ambiguous = tokens.next.ambiguous;
        facts.end();
        return facts;
    }

    private void statement() {
        facts.begin();
        query.begin();
        if (tokens.type == SqlLexer.WORD && !QueryReader.begins(tokens.word)) {
            if (statements == null) {
                statements = new StatementReader(tokens, facts, name, query);
            }
            statements.read();
        }
        while (!query.atEnd()) {
            query.step();
        }
        query.finish();
        facts.finish();
    }

    /** What is said of a text that is too long to be read: its first word, and that it may do anything. */
    static StatementFacts assume(String sql, boolean escapes) {
        SqlParser parser = new SqlParser(sql.substring(0, Math.min(sql.length(), 1_000)), escapes);
        StatementFacts beginning = parser.run();
        StatementFacts facts = new StatementFacts();
        facts.assume(beginning);
        return facts;
    }

    /** How much work it was: what the tests count. */
    long steps() {
        return tokens.next.steps + query.steps() + facts.relations.steps + facts.steps;
    }
}
