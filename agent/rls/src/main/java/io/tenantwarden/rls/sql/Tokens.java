package io.tenantwarden.rls.sql;

/** Goes through the tokens of one text with a look-ahead of one. Used by one thread. */
final class Tokens {

    final String sql;

    /** Stands one token ahead. */
    final SqlLexer next;

    /** The current token, as in {@link SqlLexer}. */
    int type;

    int start;
    int end;
    private int bodyEnd;
    private char escape;
    private int placeholders;

    /** Its code of {@link Words}, {@link Words#NONE} when it is no unquoted word or a name to the parser. */
    int word;

    int nextWord;
    int previousWord;

    Tokens(SqlLexer lexer) {
        this.sql = lexer.sql;
        this.next = lexer;
        read();
        advance();
    }

    private void read() {
        next.next();
        nextWord = next.word();
    }

    void advance() {
        previousWord = word;
        type = next.type;
        start = next.start;
        end = next.end;
        bodyEnd = next.bodyEnd;
        escape = next.escape;
        placeholders = next.placeholders;
        word = nextWord;
        read();
    }

    /** To the next token, unless the statement ends here. */
    void advanceWithin() {
        if (!atEnd()) {
            advance();
        }
    }

    /** Whether the statement ends here, provided that no parenthesis is open. */
    boolean atEnd() {
        return type == SqlLexer.EOF || type == SqlLexer.SEMICOLON;
    }

    boolean isName() {
        return type >= SqlLexer.WORD && type <= SqlLexer.UNICODE_QUOTED;
    }

    boolean nextIsName() {
        return next.type >= SqlLexer.WORD && next.type <= SqlLexer.UNICODE_QUOTED;
    }

    /** The current token is a name, whatever word of the language it looks like. */
    void takeAsName() {
        word = Words.NONE;
    }

    boolean isOperator(char c) {
        return type == SqlLexer.OPERATOR && sql.charAt(start) == c;
    }

    /** The current token is this word, which need not be one of {@link Words}. */
    boolean isWord(String text) {
        return type == SqlLexer.WORD && is(start, end, text);
    }

    boolean nextIsWord(String text) {
        return next.type == SqlLexer.WORD && is(next.start, next.end, text);
    }

    private boolean is(int from, int to, String text) {
        return to - from == text.length() && sql.regionMatches(true, from, text, 0, text.length());
    }

    /** The current token as a name, folded as the server does. */
    String name() {
        return TokenText.name(sql, type, start, bodyEnd, escape);
    }

    /** The text of the current token, a string constant; null when it is none of characters. */
    String constant() {
        return TokenText.constant(sql, start, bodyEnd, escape, next.escapes());
    }

    int bodyEnd() {
        return bodyEnd;
    }

    char escape() {
        return escape;
    }

    /** How many JDBC placeholders were met, the current token included. */
    int placeholders() {
        return placeholders;
    }

    /** From an opening parenthesis to behind its closing one; false when the statement ends before. */
    boolean skipParentheses() {
        int open = 0;
        do {
            if (type == SqlLexer.OPEN) {
                open++;
            } else if (type == SqlLexer.CLOSE) {
                open--;
            }
            advance();
        } while (open > 0 && !atEnd());
        return open == 0;
    }

    /** To the end of the statement; a semicolon inside parentheses does not end it. False when they are not closed. */
    boolean skipStatement() {
        int open = 0;
        boolean balanced = true;
        while (type != SqlLexer.EOF && !(type == SqlLexer.SEMICOLON && open == 0)) {
            if (type == SqlLexer.OPEN) {
                open++;
            } else if (type == SqlLexer.CLOSE && --open < 0) {
                balanced = false;
                open = 0;
            }
            advance();
        }
        return balanced && open == 0;
    }
}
