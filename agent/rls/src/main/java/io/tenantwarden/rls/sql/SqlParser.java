package io.tenantwarden.rls.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the statements of one SQL string: {@link StatementReader} the first words of each, {@link QueryReader} the queries.
 * Linear in the length of the text, no recursion. Used once, by one thread.
 */
final class SqlParser {

    private final Tokens tokens;
    private final StatementFacts facts = new StatementFacts();
    private final QualifiedName name;
    /** Null while no statement needed it, as the next one. */
    private QueryReader query;

    private StatementReader statements;

    /** @param escapes whether {@code standard_conforming_strings} is off */
    SqlParser(String sql, boolean escapes) {
        tokens = new Tokens(new SqlLexer(sql, escapes));
        name = new QualifiedName(tokens);
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
        if (query != null) {
            query.begin();
        }
        if (tokens.type == SqlLexer.WORD && !QueryReader.begins(tokens.word)) {
            if (statements == null) {
                statements = new StatementReader(tokens, facts, name, this);
            }
            statements.read();
        }
        if (query != null || !tokens.atEnd()) {
            query().run();
        }
        facts.finish();
    }

    /** The texts of the statements of one string, empty ones left out; see {@link SqlStatement#parts}. */
    static List<String> parts(String sql, boolean escapes) {
        List<String> parts = new ArrayList<>();
        SqlParser parser = new SqlParser(sql, escapes);
        while (parser.tokens.type != SqlLexer.EOF) {
            if (parser.tokens.type == SqlLexer.SEMICOLON) {
                parser.tokens.advance();
                continue;
            }
            int start = parser.tokens.start;
            parser.statement();
            parts.add(sql.substring(start, parser.tokens.type == SqlLexer.EOF ? sql.length() : parser.tokens.start));
        }
        return parts;
    }

    /** What reads queries. */
    QueryReader query() {
        if (query == null) {
            query = new QueryReader(tokens, facts, name);
        }
        return query;
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
        return tokens.next.steps + (query == null ? 0 : query.steps()) + facts.relations.steps + facts.steps;
    }
}
