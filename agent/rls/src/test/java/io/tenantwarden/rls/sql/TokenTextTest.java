package io.tenantwarden.rls.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenTextTest {

    /** Of the first token, which must be the whole text. */
    private static String constant(String sql, boolean escapes) {
        SqlLexer lexer = new SqlLexer(sql, escapes);
        lexer.next();
        assertEquals(SqlLexer.STRING, lexer.type);
        assertEquals(sql.length(), lexer.end);
        return TokenText.constant(sql, lexer.start, lexer.bodyEnd, lexer.escape, escapes);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', emptyValue = "", textBlock = """
            a                 | 'a'
            ``                | ''
            it's              | 'it''s'
            '                 | ''''
            a\\n              | 'a\\n'
            a                 | E'a'
            it's              | e'it\\'s'
            it's              | E'it''s'
            aAbB!c\\          | E'a\\x41b\\102\\041c\\\\'
            é                 | E'\\xc3\\xa9'
            é                 | E'\\303\\251'
            é😀               | E'\\u00e9\\U0001F600'
            😀                | E'\\ud83d\\ude00'
            xy'               | E'\\x\\y\\''
            a\\b              | N'a\\b'
            a$b$c             | $$a$b$c$$
            a$$b              | $q$a$$b$q$
            ``                | $q$$q$
            dat\\+            | U&'d\\0061t\\\\+'
            data              | U&'d\\+000061ta'
            d\\0061ta'        | U&'d\\0061!0074a''' uescape '!'
            da!ta             | U&'d!0061!!ta' uescape $$!$$
            """)
    void constants(String text, String sql) {
        assertEquals(text, constant(sql, false));
    }

    @Test
    void constantsOnSeveralLines() {
        assertEquals("abc", constant("'a'\n'b' -- it's\n\t'c'", false));
        assertEquals("a'b", constant("E'a'\n'\\'b'", false));
        assertEquals("daa", constant("U&'d!0061'\r'a' uescape ''\n'!'", false));
        assertEquals("", constant("''\n''", false));
    }

    @Test
    void backslashesWhereTheSettingSaysSo() {
        assertEquals("a'b", constant("'a\\'b'", true));
        assertEquals("A", constant("N'\\x41'", true));
        assertEquals("\\x41", constant("$$\\x41$$", true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"B'01'", "x'ff'", "E'\\u12'", "'a", "E'a\\'", "$$a", "E'\\U00110000'"})
    void whatIsNoText(String sql) {
        assertNull(constant(sql, false));
    }

    /** The longest are longer than a key, and look like others at their end. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "select",
                "characteristics",
                "current_timestamp",
                "authorization",
                "materialized",
                "AS",
                "localtimestamp"
            })
    void words(String word) {
        assertNotEquals(Words.NONE, word(word));
        for (String other :
                new String[] {"x" + word, word + "x", word + "_", word + "1", word + "$", "p" + word, word + "é"}) {
            assertEquals(Words.NONE, word(other), other);
        }
    }

    /** Their letters have the others as upper or lower case in Unicode, but not for the server. */
    @ParameterizedTest
    @ValueSource(strings = {"\u017felect", "li\u212ae", "\u0130nto"})
    void wordsThatOnlyLookLikeOthers(String word) {
        assertEquals(Words.NONE, word(word));
    }

    private static int word(String sql) {
        SqlLexer lexer = new SqlLexer(sql);
        lexer.next();
        assertEquals(sql.length(), lexer.end);
        return lexer.word();
    }
}
