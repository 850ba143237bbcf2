package io.tenantwarden.rls.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class WordsTest {

    @Test
    void aNumberGoesWithItsNoun() {
        assertEquals("1 table", Words.count(1, "table"));
        assertEquals("0 tables", Words.count(0, "table"));
        assertEquals("2 protected tables", Words.count(2, "protected table"));
        assertEquals("3 policies", Words.count(3, "policy"));
        assertEquals("2 days", Words.count(2, "day"));
        assertEquals("2 bypasses", Words.count(2, "bypass"));
        assertEquals("1 row refers", Words.count(1, "row refers", "rows refer"));
        assertEquals("7 rows refer", Words.count(7, "row refers", "rows refer"));
    }
}
