package io.tenantwarden.rls.sql;

import java.util.Arrays;

/**
 * Reads WITH: the names of common table expressions up to the parenthesis of each one's query, and what follows it. Where
 * the names hold, {@link CteScopes} knows. Used by one thread.
 */
final class WithReader {

    private static final int[] NONE = {};

    private final Tokens tokens;
    private final StatementFacts facts;
    private final QualifiedName name;
    private final Frames frames;
    /** Null before the first WITH of the text. */
    private CteScopes scopes;

    // by depth, filled as soon as there is a WITH
    /** How many names held when the parenthesis was opened. */
    private int[] outside = NONE;
    /** How many names held when INSERT began. */
    private int[] beforeInsert = NONE;
    /** Where the WITH RECURSIVE stands whose list is being read; -1 when it is not recursive. */
    private int[] recursiveFrom = NONE;
    /** The name of the query that is being read in the parenthesis above. */
    private String[] names;

    WithReader(Tokens tokens, StatementFacts facts, QualifiedName name, Frames frames) {
        this.tokens = tokens;
        this.facts = facts;
        this.name = name;
        this.frames = frames;
    }

    long steps() {
        return scopes == null ? 0 : scopes.steps;
    }

    private boolean isUsed() {
        return scopes != null && scopes.isUsed();
    }

    private void use() {
        if (scopes == null) {
            scopes = new CteScopes();
        }
        scopes.use();
        grow(frames.depth());
    }

    /** A relation was named, or a common table expression. */
    void name(Relation relation, int position) {
        if (isUsed()) {
            scopes.name(relation, position);
        } else {
            facts.sink().add(relation);
        }
    }

    /** The current token ends the statement. */
    void finish() {
        if (isUsed()) {
            scopes.finish(tokens.start, facts.sink());
        }
    }

    /** CREATE RECURSIVE VIEW: the view's name holds in its query, which begins here. */
    void recursiveView(String view) {
        use();
        scopes.add(view, tokens.start);
    }

    /** A statement begins. */
    void begin() {
        if (outside.length > 0) {
            outside[0] = 0;
            beforeInsert[0] = 0;
        }
    }

    /** The current token is WITH, and names follow. */
    void with() {
        use();
        facts.keyword(Keyword.WITH);
        frames.forgetJoins();
        int depth = frames.depth();
        recursiveFrom[depth] = -1;
        int begin = tokens.start;
        tokens.advance();
        if (tokens.word == Words.RECURSIVE && tokens.nextIsName() && tokens.nextWord != Words.AS) {
            recursiveFrom[depth] = begin;
            tokens.advance();
        }
        expression();
    }

    private void grow(int depth) {
        if (depth >= outside.length) {
            int size = Math.max(8, depth * 2);
            outside = Arrays.copyOf(outside, size);
            beforeInsert = Arrays.copyOf(beforeInsert, size);
            recursiveFrom = Arrays.copyOf(recursiveFrom, size);
            names = names == null ? new String[size] : Arrays.copyOf(names, size);
        }
    }

    /** {@code name (columns) AS [NOT] MATERIALIZED (}, through the parenthesis. */
    private void expression() {
        if (!tokens.isName()) {
            frames.state(Frames.EXPRESSION);
            return;
        }
        name.read();
        String cte = name.name();
        tokens.advance();
        if (tokens.type == SqlLexer.OPEN) {
            facts.parsed &= tokens.skipParentheses();
        }
        if (tokens.word != Words.AS) {
            frames.state(Frames.EXPRESSION);
            return;
        }
        tokens.advance();
        while (tokens.word == Words.NOT || tokens.word == Words.MATERIALIZED) {
            tokens.advance();
        }
        if (tokens.type != SqlLexer.OPEN) {
            frames.state(Frames.EXPRESSION);
            return;
        }
        int depth = frames.depth();
        if (recursiveFrom[depth] >= 0) {
            scopes.add(cte, recursiveFrom[depth]);
        }
        names[depth] = cte;
        frames.push(Frames.CTE_BODY, Frames.MAIN);
        facts.cteBodies++;
        opened();
        tokens.advance();
    }

    /** A parenthesis was opened. */
    void opened() {
        if (outside.length > 0) {
            grow(frames.depth());
            outside[frames.depth()] = scopes.open();
            beforeInsert[frames.depth()] = 0;
        }
    }

    /** The current token closes a parenthesis; the frame is still there. */
    void closes() {
        if (isUsed()) {
            scopes.close(outside[frames.depth()], tokens.start);
        }
    }

    /** The query of a common table expression was closed; the token behind it is current. */
    void closedBody(int end) {
        facts.cteBodies--;
        int depth = frames.depth();
        if (recursiveFrom[depth] < 0) {
            scopes.add(names[depth], end);
        }
        names[depth] = null;
        if (tokens.word == Words.SEARCH) {
            search();
        }
        if (tokens.word == Words.CYCLE) {
            cycle();
        }
        if (tokens.type == SqlLexer.COMMA) {
            tokens.advance();
            expression();
        } else {
            frames.state(Frames.MAIN);
        }
    }

    /** {@code SEARCH DEPTH FIRST BY a, b SET c}. */
    private void search() {
        for (int i = 0; i < 4; i++) {
            tokens.advanceWithin();
        }
        columns();
        tokens.advanceWithin();
        tokens.advanceWithin();
    }

    /** {@code CYCLE a, b SET c [TO x DEFAULT y] USING d}. */
    private void cycle() {
        tokens.advanceWithin();
        columns();
        tokens.advanceWithin();
        tokens.advanceWithin();
        if (tokens.word == Words.TO) {
            upTo(Words.DEFAULT);
            upTo(Words.USING);
        }
        tokens.advanceWithin();
        tokens.advanceWithin();
    }

    private void columns() {
        tokens.advanceWithin();
        while (tokens.type == SqlLexer.COMMA) {
            tokens.advance();
            tokens.advanceWithin();
        }
    }

    private void upTo(int word) {
        while (!tokens.atEnd() && tokens.word != word) {
            if (tokens.type == SqlLexer.OPEN) {
                facts.parsed &= tokens.skipParentheses();
            } else if (tokens.type == SqlLexer.CLOSE) {
                return;
            } else {
                tokens.advance();
            }
        }
    }

    /** INSERT begins in the current frame: what a WITH behind it names holds for its query alone. */
    void insertBegins() {
        if (outside.length > 0) {
            grow(frames.depth());
            beforeInsert[frames.depth()] = scopes.open();
        }
    }

    /** ON CONFLICT or RETURNING of the INSERT in the current frame: its query has ended. */
    void insertSourceEnds() {
        if (isUsed()) {
            scopes.close(beforeInsert[frames.depth()], tokens.start);
        }
    }

    /** The statement was given up, or another one begins in the same text: CREATE SCHEMA. */
    void forget() {
        if (isUsed()) {
            scopes.close(0, tokens.start);
        }
    }
}
