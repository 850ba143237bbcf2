package io.tenantwarden.rls.sql;

/**
 * Reads queries and the commands that are made like them (INSERT, UPDATE, DELETE, MERGE), token by token, for the relations
 * that they name, the functions that they call and the settings that they change. No syntax tree: a stack of parentheses
 * ({@link Frames}), each with a small state, in which a table can only stand where {@link Frames#TABLE} is the state. When
 * in doubt a name is taken for a table. Used by one thread.
 */
final class QueryReader {

    private final Tokens tokens;
    private final StatementFacts facts;
    private final Frames frames = new Frames();
    private final WithReader with;
    private final NameReader names;
    private final ClauseReader clauses;

    QueryReader(Tokens tokens, StatementFacts facts, QualifiedName name) {
        this.tokens = tokens;
        this.facts = facts;
        this.with = new WithReader(tokens, facts, name, frames);
        this.names = new NameReader(tokens, facts, name, frames, with);
        this.clauses = new ClauseReader(tokens, frames, with, names);
        begin();
    }

    /** Whether a statement that begins with this word is for this class. */
    static boolean begins(int word) {
        return switch (word) {
            case Words.SELECT,
                    Words.INSERT,
                    Words.UPDATE,
                    Words.DELETE,
                    Words.MERGE,
                    Words.WITH,
                    Words.VALUES,
                    Words.TABLE -> true;
            default -> false;
        };
    }

    /** A statement begins. */
    void begin() {
        frames.clear();
        with.begin();
        names.begin();
        clauses.begin();
    }

    /** Reads on to the end of the statement. */
    void run() {
        while (!atEnd()) {
            step();
        }
        if (frames.depth() > 0) {
            facts.parsed = false;
            frames.clear();
            names.giveUp();
        }
        with.finish();
    }

    private boolean atEnd() {
        return tokens.type == SqlLexer.EOF || tokens.type == SqlLexer.SEMICOLON && frames.depth() == 0;
    }

    /** What comes is no query, but may hold some: arguments, options. */
    void expression() {
        frames.state(Frames.EXPRESSION);
    }

    /** What comes are CREATE statements, without semicolons between them. */
    void schemaElements() {
        expression();
        clauses.schemaElements();
    }

    /** The name of a common table expression that holds from here to the end of the statement. */
    void recursiveView(String view) {
        with.recursiveView(view);
    }

    long steps() {
        return frames.steps + with.steps() + names.steps();
    }

    // ---------------------------------------------------------------- tokens

    private void step() {
        switch (tokens.type) {
            case SqlLexer.WORD -> word();
            case SqlLexer.QUOTED, SqlLexer.UNICODE_QUOTED -> names.read();
            case SqlLexer.OPEN -> openParenthesis();
            case SqlLexer.OPEN_BRACKET -> {
                frames.expression();
                names.open(Frames.GROUP, Frames.FIRST, frames.state());
                frames.set(Frames.BRACKET);
            }
            case SqlLexer.CLOSE, SqlLexer.CLOSE_BRACKET -> close();
            case SqlLexer.COMMA -> comma();
            case SqlLexer.SEMICOLON -> {
                // inside parentheses only CREATE RULE has it, and that is not read here: PostgreSQL refuses this
                facts.parsed = false;
                frames.state(Frames.MAIN);
                tokens.advance();
            }
            case SqlLexer.DOT -> {
                // of (f(x)).field and a[1].field: the field may be called as any word
                tokens.advance();
                names.readOther();
            }
            case SqlLexer.CAST -> {
                frames.expression();
                tokens.advance();
                names.readOther();
            }
            case SqlLexer.OPERATOR -> operator();
            default -> {
                frames.expression();
                frames.operand = true;
                tokens.advance();
            }
        }
        if (frames.areTooMany()) {
            facts.parsed = false;
            while (tokens.type != SqlLexer.EOF) {
                tokens.advance();
            }
        }
    }

    private void operator() {
        char c = tokens.sql.charAt(tokens.start);
        if (c == '{' && tokens.nextIsName()) {
            // JDBC: {oj a left join b on ...}, {fn now()}, {d '2026-01-01'}
            tokens.advance();
            tokens.advance();
            return;
        }
        if (c != '}') {
            frames.expression();
            frames.operand = c == '?';
        }
        tokens.advance();
    }

    // ---------------------------------------------------------------- parentheses

    /** COPY (query). */
    void openQuery() {
        names.open(Frames.GROUP, Frames.MAIN, Frames.EXPRESSION);
    }

    private void openParenthesis() {
        switch (frames.state()) {
            case Frames.TABLE -> {
                boolean write = frames.is(Frames.WRITE);
                frames.unset(Frames.WRITE);
                names.open(Frames.FROM_ITEM, Frames.TABLE, Frames.AFTER_TABLE);
                frames.set(Frames.IN_FROM | (write ? Frames.WRITE : 0));
            }
            case Frames.MAIN -> names.open(Frames.GROUP, Frames.MAIN, Frames.EXPRESSION);
            case Frames.AFTER_TABLE -> names.open(Frames.GROUP, Frames.FIRST, Frames.AFTER_TABLE);
            case Frames.TARGETS -> names.open(Frames.GROUP, Frames.FIRST, Frames.TARGETS);
            default -> names.open(Frames.GROUP, Frames.FIRST, Frames.EXPRESSION);
        }
    }

    private void close() {
        frames.operand = true;
        if (frames.depth() == 0) {
            facts.parsed = false;
            tokens.advance();
            return;
        }
        if (frames.is(Frames.BRACKET) != (tokens.type == SqlLexer.CLOSE_BRACKET)) {
            facts.parsed = false;
        }
        if (frames.is(Frames.CONFIG)) {
            names.configClosed();
        }
        names.closes();
        with.closes();
        boolean cte = frames.kind() == Frames.CTE_BODY;
        frames.pop();
        int end = tokens.start;
        tokens.advance();
        if (cte) {
            with.closedBody(end);
        }
    }

    private void comma() {
        frames.operand = false;
        if (frames.is(Frames.CONFIG)) {
            names.configComma();
        }
        names.comma();
        if (frames.is(Frames.IN_FROM)) {
            frames.state(Frames.TABLE);
        } else if (frames.state() == Frames.FIRST || frames.state() == Frames.MAIN) {
            frames.state(Frames.EXPRESSION);
        }
        tokens.advance();
    }

    // ---------------------------------------------------------------- words

    private void word() {
        if (tokens.next.type == SqlLexer.DOT) {
            // no keyword is followed by a dot
            names.read();
            return;
        }
        byte state = frames.state();
        if (frames.operand && state == Frames.TARGETS && tokens.next.type != SqlLexer.OPEN && isLabel()) {
            tokens.takeAsName();
            tokens.advance();
            return;
        }
        switch (tokens.word) {
            case Words.NONE -> names.read();
            case Words.SELECT -> {
                if (tokens.previousWord == Words.DO && frames.verb() == Words.INSERT) {
                    clauses.clause(); // ON CONFLICT DO SELECT
                } else {
                    query(Keyword.SELECT, Frames.TARGETS);
                }
            }
            case Words.INSERT, Words.UPDATE, Words.DELETE, Words.MERGE -> {
                if (state == Frames.MAIN) {
                    change();
                } else {
                    names.read();
                }
            }
            case Words.WITH -> {
                if (canBeginQuery(state) && tokens.nextIsName()) {
                    with.with();
                } else {
                    frames.operand = false;
                    tokens.advance();
                }
            }
            case Words.VALUES -> {
                if (canBeginQuery(state) && tokens.next.type == SqlLexer.OPEN) {
                    query(Keyword.VALUES, Frames.EXPRESSION);
                } else {
                    names.read();
                }
            }
            case Words.TABLE -> {
                if (canBeginQuery(state)) {
                    query(Keyword.TABLE, Frames.TABLE);
                } else {
                    tokens.advance();
                }
            }
            case Words.FROM -> clauses.from();
            case Words.UNCONDITIONAL -> {
                if (frames.is(Frames.IN_FROM)) {
                    frames.set(Frames.UNCONDITIONAL);
                }
                names.read();
            }
            case Words.JOIN -> {
                frames.joinBegins();
                frames.set(Frames.IN_FROM);
                clauses.nextIsTable();
            }
            case Words.INTO -> clauses.into();
            case Words.USING -> clauses.using();
            case Words.ON -> clauses.on();
            case Words.CLAUSE -> clauses.clause();
            case Words.FETCH -> clauses.fetch();
            case Words.FOR -> clauses.forClause();
            case Words.RETURNING -> clauses.returning();
            case Words.WHEN -> {
                if (frames.verb() == Words.MERGE) {
                    clauses.clause();
                } else {
                    frames.operand = false;
                    tokens.advance();
                }
            }
            case Words.SET_OPERATION -> {
                frames.state(Frames.MAIN);
                frames.unset(Frames.IN_FROM | Frames.FROM_IN_ARGUMENTS);
                frames.operand = false;
                tokens.advance();
            }
            case Words.DISTINCT -> clauses.distinct();
            case Words.ALL -> {
                frames.operand = false;
                tokens.advance();
            }
            case Words.SET -> {
                if (frames.verb() == Words.UPDATE && state != Frames.TABLE && !frames.is(Frames.SET_SEEN)) {
                    frames.set(Frames.SET_SEEN);
                    clauses.clause();
                } else {
                    names.read();
                }
            }
            case Words.AS -> clauses.as();
            case Words.ONLY, Words.LATERAL -> tokens.advance();
            case Words.IS, Words.NOT, Words.IN, Words.OR, Words.OPERATOR -> operatorWord();
            case Words.CREATE -> {
                // of CREATE SCHEMA: an element of its own
                if (frames.depth() == 0) {
                    with.forget();
                }
                clauses.clause();
            }
            default -> names.read();
        }
    }

    /** Whether the word that follows an operand in a list of targets is its label. */
    private boolean isLabel() {
        return switch (tokens.word) {
            case Words.NONE -> true;
            case Words.IS, Words.NOT, Words.IN, Words.OR, Words.OPERATOR -> false;
            default -> !Words.needsAs(tokens.word);
        };
    }

    private void operatorWord() {
        if (tokens.next.type == SqlLexer.OPEN && tokens.word != Words.IS) {
            names.read();
        } else {
            frames.expression();
            tokens.advance();
        }
        frames.operand = false;
    }

    private boolean canBeginQuery(byte state) {
        return switch (state) {
            case Frames.MAIN, Frames.FIRST -> true;
            case Frames.TABLE -> frames.kind() == Frames.FROM_ITEM;
            case Frames.AFTER_TABLE -> frames.verb() == Words.INSERT;
            default -> false;
        };
    }

    private void query(Keyword keyword, byte state) {
        facts.keyword(keyword);
        frames.verb(tokens.word);
        frames.forgetJoins();
        frames.unset(Frames.IN_FROM | Frames.WRITE | Frames.FROM_IN_ARGUMENTS);
        frames.state(state);
        frames.operand = false;
        tokens.advance();
    }

    /** INSERT, UPDATE, DELETE, MERGE at the beginning of a statement. */
    private void change() {
        int verb = tokens.word;
        query(
                switch (verb) {
                    case Words.INSERT -> Keyword.INSERT;
                    case Words.UPDATE -> Keyword.UPDATE;
                    case Words.DELETE -> Keyword.DELETE;
                    default -> Keyword.MERGE;
                },
                verb == Words.UPDATE ? Frames.TABLE : Frames.EXPRESSION);
        frames.set(Frames.WRITE);
        frames.unset(Frames.SET_SEEN | Frames.USING_SEEN);
        if (verb == Words.INSERT) {
            frames.set(Frames.INSERT);
            with.insertBegins();
        }
    }
}
