package io.tenantwarden.rls.sql;

import java.util.Arrays;

/**
 * A number that names statements of one shape. It hashes tokens; in lists after IN and in brackets, and among the rows of
 * VALUES, an element of the same shape as the one before it does not count. Used by one thread.
 */
final class SqlShape {

    private static final long SEED = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;
    private static final int MAX_DEPTH = 10_000;
    private static final String UESCAPE = "uescape ";

    private final String sql;
    private final SqlLexer lexer;
    private final SqlText.GivenValue setting = new SqlText.GivenValue();

    // one entry for each open parenthesis
    private long[] hashes = new long[8];
    private long[] elements = new long[8];
    private long[] previousElements = new long[8];
    private boolean[] lists = new boolean[8];
    private int depth;

    private int previousType = SqlLexer.EOF;
    private int previousWord;

    // rows of VALUES
    private int rowsDepth = -1;
    private long previousRow;
    private boolean rowComma;

    /** Eight lower-case hexadecimal digits. */
    static String fingerprint(String sql) {
        long h = new SqlShape(sql).hash();
        h ^= h >>> 32;
        String digits = Integer.toHexString((int) h);
        return "00000000".substring(digits.length()) + digits;
    }

    SqlShape(String sql) {
        this.sql = sql;
        this.lexer = SqlText.lexer(sql);
    }

    /** How many characters were looked at: what the tests count. */
    long steps() {
        return lexer.steps;
    }

    long hash() {
        hashes[0] = SEED;
        elements[0] = SEED;
        boolean semicolon = false;
        lexer.next();
        while (lexer.type != SqlLexer.EOF) {
            if (lexer.type == SqlLexer.SEMICOLON) {
                semicolon = true;
                setting.covers(lexer, Words.NONE);
            } else {
                if (semicolon) {
                    mix(';');
                    semicolon = false;
                }
                token();
            }
            lexer.next();
        }
        while (depth > 0) {
            close();
        }
        return finish(0);
    }

    private void token() {
        int type = lexer.type;
        int word = lexer.word();
        if (setting.covers(lexer, word) && isName(type)) {
            mix('?');
            remember(SqlLexer.PARAMETER, Words.NONE);
            return;
        }
        if (lexer.bodyEnd != lexer.end) {
            unicode(type);
            return;
        }
        if (depth == rowsDepth && type != SqlLexer.OPEN) {
            if (type == SqlLexer.COMMA && !rowComma && previousType == SqlLexer.CLOSE) {
                rowComma = true;
                remember(type, word);
                return;
            }
            endOfRows();
        }
        switch (type) {
            case SqlLexer.OPEN -> {
                if (word() == Words.VALUES) {
                    rowsDepth = depth;
                    previousRow = 0;
                    rowComma = false;
                }
                open(word() == Words.IN);
            }
            case SqlLexer.OPEN_BRACKET -> open(true);
            case SqlLexer.CLOSE, SqlLexer.CLOSE_BRACKET -> {
                if (depth > 0) {
                    close();
                }
            }
            case SqlLexer.COMMA -> {
                if (lists[depth]) {
                    endOfElement();
                } else {
                    mix(',');
                }
            }
            case SqlLexer.STRING, SqlLexer.NUMBER, SqlLexer.PARAMETER -> mix('?');
            case SqlLexer.WORD -> word(word);
            case SqlLexer.OPERATOR -> operator();
            default -> text();
        }
        remember(type, word);
    }

    /** As if UESCAPE and its constant were tokens of their own. */
    private void unicode(int type) {
        if (type == SqlLexer.STRING) {
            mix('?');
        } else {
            hash(lexer.start, lexer.bodyEnd);
        }
        long h = elements[depth];
        for (int i = 0; i < UESCAPE.length(); i++) {
            h = (h ^ UESCAPE.charAt(i)) * PRIME;
        }
        elements[depth] = h;
        mix('?');
        remember(SqlLexer.STRING, Words.NONE);
    }

    private static boolean isName(int type) {
        return type == SqlLexer.WORD || type == SqlLexer.QUOTED || type == SqlLexer.UNICODE_QUOTED;
    }

    private int word() {
        return previousType == SqlLexer.WORD ? previousWord : Words.NONE;
    }

    private void remember(int type, int word) {
        previousType = type;
        previousWord = word;
    }

    private void word(int word) {
        boolean constant = word == Words.NULL || word == Words.TRUE || word == Words.FALSE;
        if (constant && previousWord != Words.IS && previousWord != Words.NOT) {
            mix('?');
            return;
        }
        long h = elements[depth];
        for (int i = lexer.start; i < lexer.end; i++) {
            char c = sql.charAt(i);
            h = (h ^ (c >= 'A' && c <= 'Z' ? c + 32 : c)) * PRIME;
        }
        elements[depth] = (h ^ ' ') * PRIME;
    }

    /** A sign before a number belongs to the number. */
    private void operator() {
        char c = sql.charAt(lexer.start);
        boolean sign = (c == '-' || c == '+') && !afterOperand() && numberFollows();
        if (!sign) {
            text();
        }
    }

    private boolean afterOperand() {
        return switch (previousType) {
            case SqlLexer.WORD ->
                previousWord == Words.NONE
                        || previousWord == Words.VALUE_FUNCTION
                        || previousWord == Words.UNCONDITIONAL;
            case SqlLexer.EOF, SqlLexer.OPERATOR, SqlLexer.OPEN, SqlLexer.OPEN_BRACKET, SqlLexer.COMMA -> false;
            default -> true;
        };
    }

    private boolean numberFollows() {
        return lexer.end < sql.length() && (Character.isDigit(sql.charAt(lexer.end)) || sql.charAt(lexer.end) == '.');
    }

    private void text() {
        hash(lexer.start, lexer.end);
    }

    private void hash(int from, int to) {
        long h = elements[depth];
        for (int i = from; i < to; i++) {
            h = (h ^ sql.charAt(i)) * PRIME;
        }
        elements[depth] = h;
    }

    private void mix(long value) {
        elements[depth] = (elements[depth] ^ value) * PRIME;
    }

    private void open(boolean list) {
        if (depth + 1 >= MAX_DEPTH) {
            mix('(');
            return;
        }
        depth++;
        if (depth == hashes.length) {
            hashes = Arrays.copyOf(hashes, depth * 2);
            elements = Arrays.copyOf(elements, depth * 2);
            previousElements = Arrays.copyOf(previousElements, depth * 2);
            lists = Arrays.copyOf(lists, depth * 2);
        }
        hashes[depth] = SEED;
        elements[depth] = SEED;
        previousElements[depth] = 0;
        lists[depth] = list;
    }

    private void close() {
        if (depth == rowsDepth) {
            endOfRows();
        }
        long group = finish(depth);
        depth--;
        if (depth == rowsDepth) {
            if (rowComma && group == previousRow) {
                rowComma = false;
                return;
            }
            previousRow = group;
            if (rowComma) {
                mix(',');
                rowComma = false;
            }
        }
        mix('(');
        mix(group);
    }

    private void endOfRows() {
        if (rowComma) {
            mix(',');
            rowComma = false;
        }
        rowsDepth = -1;
    }

    private void endOfElement() {
        long element = elements[depth];
        if (element != previousElements[depth]) {
            hashes[depth] = (hashes[depth] ^ element) * PRIME;
            previousElements[depth] = element;
        }
        elements[depth] = SEED;
    }

    private long finish(int level) {
        int saved = depth;
        depth = level;
        endOfElement();
        depth = saved;
        long h = hashes[level];
        h = (h ^ h >>> 29) * 0xbf58476d1ce4e5b9L;
        return h ^ h >>> 32;
    }
}
