package io.tenantwarden.rls.sql;

/**
 * Takes the source of a PL/pgSQL program apart into the SQL statements and expressions that it runs (PostgreSQL manual,
 * chapter "PL/pgSQL"). No syntax tree: a statement begins behind a semicolon, or behind a word that other statements stand
 * in. Used once, by one thread.
 */
final class PlpgsqlReader {

    private final Tokens tokens;
    private final String source;
    private final Program.Reading found;
    private boolean declaring;

    PlpgsqlReader(String source, boolean escapes, Program.Reading found) {
        this.source = source;
        this.tokens = new Tokens(new SqlLexer(source, escapes));
        this.found = found;
    }

    void run() {
        while (tokens.type != SqlLexer.EOF) {
            if (tokens.type == SqlLexer.SEMICOLON) {
                tokens.advance();
            } else if (tokens.isOperator('<')) {
                label();
            } else if (tokens.isOperator('#')) {
                // #variable_conflict use_column
                tokens.advance();
                tokens.advanceWithin();
                tokens.advanceWithin();
            } else if (declaring && !tokens.isWord("begin")) {
                declaration();
            } else {
                statement();
            }
        }
    }

    /** {@code <<label>>} */
    private void label() {
        while (!tokens.atEnd() && !tokens.isOperator('>')) {
            tokens.advance();
        }
        while (tokens.isOperator('>')) {
            tokens.advance();
        }
    }

    private void skip() {
        while (!tokens.atEnd()) {
            tokens.advance();
        }
    }

    // ---------------------------------------------------------------- statements

    private void statement() {
        // words of the language are names of variables, too
        String word = tokens.type == SqlLexer.WORD && tokens.next.type != SqlLexer.DOT && !isAssigned()
                ? TokenText.lower(source, tokens.start, tokens.end)
                : "";
        switch (word) {
            case "declare", "begin" -> {
                declaring = word.equals("declare");
                tokens.advance();
            }
            case "exception", "else", "loop" -> tokens.advance();
            case "end", "get", "fetch", "move", "close", "null", "commit", "rollback" -> skip();
            case "if", "elsif", "elseif", "when" -> condition("then");
            case "while" -> condition("loop");
            case "case" -> {
                tokens.advance();
                found.expression(upTo("when"));
            }
            case "for" -> loop();
            case "foreach" -> {
                upTo("array");
                condition("loop");
            }
            case "exit", "continue" -> {
                upTo("when");
                condition(";");
            }
            case "return" -> result();
            case "raise", "assert", "perform" -> condition(";");
            case "execute" -> execute();
            case "open" -> open();
            default -> other();
        }
    }

    private boolean isAssigned() {
        char c = tokens.next.type == SqlLexer.OPERATOR ? source.charAt(tokens.next.start) : ' ';
        return c == ':' || c == '=';
    }

    /** The current word, and the expression behind it up to another one. */
    private void condition(String stop) {
        tokens.advanceWithin();
        found.expression(upTo(stop));
        if (!stop.equals(";")) {
            tokens.advanceWithin();
        }
    }

    private void result() {
        tokens.advance();
        if (tokens.isWord("query")) {
            tokens.advance();
            query(";");
        } else {
            if (tokens.isWord("next")) {
                tokens.advance();
            }
            found.expression(upTo(";"));
        }
    }

    /** {@code FOR target IN query LOOP}, {@code FOR i IN REVERSE a..b BY c LOOP}. */
    private void loop() {
        upTo("in");
        tokens.advanceWithin();
        if (tokens.isWord("reverse")) {
            tokens.advance();
        }
        query("loop");
        tokens.advanceWithin();
    }

    /** {@code OPEN cursor FOR query}, {@code OPEN cursor (arguments)}. */
    private void open() {
        tokens.advance();
        String before = upTo("for");
        if (tokens.isWord("for")) {
            tokens.advance();
            query(";");
        } else {
            found.expression(before);
        }
    }

    /** What delivers rows: EXECUTE, a query, the slice of an integer loop, or a cursor. */
    private void query(String stop) {
        if (tokens.isWord("execute")) {
            execute();
        } else if (tokens.type == SqlLexer.WORD && QueryReader.begins(tokens.word)) {
            found.sql(upTo(stop));
        } else {
            found.expression(upTo(stop));
        }
    }

    /** {@code EXECUTE text [INTO target] [USING values]}; in a FOR loop up to LOOP. */
    private void execute() {
        tokens.advance();
        found.execute(upTo("into", "using", "loop"));
        while (tokens.isWord("into") || tokens.isWord("using")) {
            boolean values = tokens.isWord("using");
            tokens.advance();
            String text = upTo("into", "using", "loop");
            if (values) {
                found.expression(text);
            }
        }
    }

    /** An assignment, or SQL. */
    private void other() {
        int begin = tokens.start;
        if (target() && (tokens.isOperator('=') || tokens.isOperator(':'))) {
            tokens.advance();
            if (tokens.isOperator('=')) {
                tokens.advance();
            }
            found.assigned(upTo(";"));
            return;
        }
        found.sql(withoutTarget(begin));
    }

    /** {@code name}, {@code $1}, {@code record.field}, {@code array[1]}; false when there is none. */
    private boolean target() {
        if (!tokens.isName() && tokens.type != SqlLexer.PARAMETER) {
            return false;
        }
        tokens.advance();
        while (tokens.type == SqlLexer.DOT || tokens.type == SqlLexer.OPEN_BRACKET) {
            if (tokens.type == SqlLexer.DOT) {
                tokens.advance();
                tokens.advanceWithin();
            } else {
                brackets();
            }
        }
        return true;
    }

    private void brackets() {
        int depth = 0;
        do {
            if (tokens.type == SqlLexer.OPEN_BRACKET) {
                depth++;
            } else if (tokens.type == SqlLexer.CLOSE_BRACKET) {
                depth--;
            }
            tokens.advanceWithin();
        } while (depth > 0 && !tokens.atEnd());
    }

    /** To the end of the statement; of INTO, only that of INSERT and MERGE is SQL. */
    private String withoutTarget(int begin) {
        StringBuilder sql = new StringBuilder();
        int from = begin;
        while (!tokens.atEnd()) {
            boolean own = tokens.previousWord == Words.INSERT || tokens.previousWord == Words.MERGE;
            if (tokens.word == Words.INTO && !own) {
                sql.append(source, from, tokens.start).append(' ');
                tokens.advance();
                if (tokens.isWord("strict") && tokens.nextIsName()) {
                    tokens.advance();
                }
                while (target() && tokens.type == SqlLexer.COMMA) {
                    tokens.advance();
                }
                from = tokens.start;
            } else {
                tokens.advance();
            }
        }
        return sql.append(source, from, Math.max(from, tokens.start)).toString();
    }

    // ---------------------------------------------------------------- declarations

    /** {@code name type := expression}, {@code name CURSOR (arguments) FOR query}, {@code name ALIAS FOR x}. */
    private void declaration() {
        tokens.advance();
        boolean cursor = tokens.isWord("cursor") || tokens.isWord("scroll") || tokens.isWord("no");
        int open = 0;
        while (!tokens.atEnd()) {
            if (tokens.type == SqlLexer.OPEN) {
                open++;
            } else if (tokens.type == SqlLexer.CLOSE) {
                open--;
            } else if (open == 0 && cursor && (tokens.isWord("for") || tokens.isWord("is"))) {
                tokens.advance();
                found.sql(upTo(";"));
                return;
            } else if (open == 0 && (tokens.isWord("default") || tokens.isOperator('='))) {
                tokens.advance();
                found.assigned(upTo(";"));
                return;
            }
            tokens.advance();
        }
    }

    // ---------------------------------------------------------------- text

    /**
     * The text from the current token to the first of these words outside of parentheses and CASE, which is current
     * afterwards, or to the end of the statement. Of a slice, {@code a..b}, both ends.
     */
    private String upTo(String... stops) {
        int begin = tokens.start;
        int depth = 0;
        int cases = 0;
        int dots = -1;
        boolean field = false;
        while (!tokens.atEnd()) {
            if (tokens.type == SqlLexer.WORD && !field && depth == 0) {
                if (cases == 0 && isOne(stops)) {
                    break;
                }
                cases += tokens.isWord("case") ? 1 : cases > 0 && tokens.isWord("end") ? -1 : 0;
            } else if (tokens.type == SqlLexer.OPEN || tokens.type == SqlLexer.OPEN_BRACKET) {
                depth++;
            } else if (tokens.type == SqlLexer.CLOSE || tokens.type == SqlLexer.CLOSE_BRACKET) {
                depth = Math.max(0, depth - 1);
            } else if (tokens.type == SqlLexer.DOT && tokens.next.type == SqlLexer.DOT && depth == 0) {
                dots = tokens.start;
            }
            field = tokens.type == SqlLexer.DOT;
            tokens.advance();
        }
        int end = Math.max(begin, tokens.start);
        return dots < 0
                ? source.substring(begin, end)
                : source.substring(begin, dots) + ", " + source.substring(dots + 2, end);
    }

    private boolean isOne(String[] stops) {
        for (String stop : stops) {
            if (tokens.isWord(stop)) {
                return true;
            }
        }
        return false;
    }
}
