package io.tenantwarden.rls.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PhrasesTest {

    @Test
    void aNumberGoesWithItsNoun() {
        assertEquals("1 table", Phrases.count(1, "table"));
        assertEquals("0 tables", Phrases.count(0, "table"));
        assertEquals("2 protected tables", Phrases.count(2, "protected table"));
        assertEquals("3 policies", Phrases.count(3, "policy"));
        assertEquals("2 days", Phrases.count(2, "day"));
        assertEquals("2 bypasses", Phrases.count(2, "bypass"));
        assertEquals("1 row refers", Phrases.count(1, "row refers", "rows refer"));
        assertEquals("7 rows refer", Phrases.count(7, "row refers", "rows refer"));
    }
}
