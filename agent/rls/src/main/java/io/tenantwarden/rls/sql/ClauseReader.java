package io.tenantwarden.rls.sql;

/**
 * Reads the words that divide a query, and says in {@link Frames} what may follow each: FROM brings a table, WHERE an
 * expression. Used by one thread.
 */
final class ClauseReader {

    private final Tokens tokens;
    private final Frames frames;
    private final WithReader with;
    private final NameReader names;
    /** Whether AS brings the query of a view. */
    private boolean elements;

    ClauseReader(Tokens tokens, Frames frames, WithReader with, NameReader names) {
        this.tokens = tokens;
        this.frames = frames;
        this.with = with;
        this.names = names;
    }

    /** A statement begins. */
    void begin() {
        elements = false;
    }

    /** What comes are the elements of CREATE SCHEMA. */
    void schemaElements() {
        elements = true;
    }

    /** A table must follow the current word. */
    void nextIsTable() {
        frames.state(Frames.TABLE);
        frames.operand = false;
        tokens.advance();
    }

    void from() {
        if (frames.is(Frames.FROM_IN_ARGUMENTS)) {
            frames.operand = false;
            tokens.advance();
        } else {
            frames.set(Frames.IN_FROM);
            nextIsTable();
        }
    }

    void into() {
        int verb = frames.verb();
        nextIsTable();
        if (verb == Words.INSERT || verb == Words.MERGE) {
            return;
        }
        // SELECT ... INTO [TEMPORARY | UNLOGGED] [TABLE] x
        frames.set(Frames.WRITE);
        boolean temporary = false;
        while ((tokens.word == Words.TEMP
                        || tokens.word == Words.UNLOGGED
                        || tokens.word == Words.LOCAL
                        || tokens.word == Words.GLOBAL)
                && tokens.nextIsName()
                && !Words.needsAs(tokens.nextWord)) {
            temporary |= tokens.word == Words.TEMP;
            tokens.advance();
        }
        if (tokens.word == Words.TABLE) {
            tokens.advance();
        }
        names.createsNext(temporary);
    }

    void using() {
        byte state = frames.state();
        int verb = frames.verb();
        frames.joinCondition();
        if (state != Frames.AFTER_TABLE) {
            frames.state(Frames.EXPRESSION);
        } else if ((verb == Words.DELETE || verb == Words.MERGE) && !frames.is(Frames.USING_SEEN)) {
            frames.state(Frames.TABLE);
            frames.set(Frames.IN_FROM | Frames.USING_SEEN);
        }
        frames.operand = false;
        tokens.advance();
    }

    void on() {
        if (!frames.waitsForJoinCondition() && tokens.nextIsWord("conflict") && frames.is(Frames.INSERT)) {
            endInsertSource();
            names.upserts();
            clause();
            tokens.advance();
            return;
        }
        frames.joinCondition();
        if (frames.state() != Frames.TARGETS) {
            frames.state(Frames.EXPRESSION);
        }
        frames.operand = false;
        tokens.advance();
    }

    void returning() {
        endInsertSource();
        clause();
        frames.state(Frames.TARGETS);
        if (tokens.word == Words.WITH && tokens.next.type == SqlLexer.OPEN) {
            // RETURNING WITH (OLD AS o, NEW AS n)
            tokens.advance();
            tokens.skipParentheses();
        }
    }

    private void endInsertSource() {
        if (frames.is(Frames.INSERT)) {
            with.insertSourceEnds();
        }
    }

    /** WHERE, GROUP BY and the like: what follows is an expression, and no comma brings a table. */
    void clause() {
        frames.state(Frames.EXPRESSION);
        frames.unset(Frames.IN_FROM);
        frames.operand = false;
        tokens.advance();
    }

    /** {@code FETCH FIRST (expression) ROWS ONLY}. */
    void fetch() {
        clause();
        if (tokens.isWord("first") || tokens.isWord("next")) {
            tokens.advance();
        }
    }

    void forClause() {
        if (tokens.nextIsWord("portion") && frames.state() == Frames.AFTER_TABLE) {
            // UPDATE t FOR PORTION OF valid FROM x TO y SET: no table stands behind this FROM; or OF valid (range)
            tokens.advance();
            tokens.advanceWithin();
            if (tokens.isWord("of")) {
                tokens.advanceWithin();
            }
            names.readOther();
            frames.operand = false;
            if (tokens.word == Words.FROM) {
                tokens.advanceWithin();
            }
        } else {
            clause();
        }
    }

    /** SELECT DISTINCT, count(DISTINCT x); the FROM of IS [NOT] DISTINCT FROM brings no table. */
    void distinct() {
        boolean comparison = tokens.previousWord == Words.IS || tokens.previousWord == Words.NOT;
        frames.operand = false;
        tokens.advance();
        if (comparison && tokens.word == Words.FROM) {
            tokens.advance();
        }
    }

    /** AS brings a label, which may be any word, or the type of CAST, or column definitions. */
    void as() {
        frames.expression();
        tokens.advance();
        if (elements && frames.depth() == 0 && tokens.word != Words.NONE) {
            frames.state(Frames.MAIN);
            return;
        }
        names.readOther();
    }
}
