package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.rls.audit.Finding;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProseTest {

    @Test
    void linesEndBeforeTheEdgeAndGoOnIndented() {
        assertEquals(List.of("  one two", "    three"), Prose.lines("  ", "one two three", 11));
        assertEquals(List.of("a_word_that_is_longer", "  b"), Prose.lines("", "a_word_that_is_longer b", 11));
    }

    @Test
    void whereNobodySaysHowWideItIsOneLine() {
        assertEquals(List.of("  one two three"), Prose.lines("  ", "one two three", 0));
    }

    @Test
    void theWidthIsThatOfTheVariable() {
        assertEquals(100, Terminal.width(Map.of("COLUMNS", "100"), false));
        assertEquals(55, Terminal.width(Map.of("COLUMNS", "20"), false));
        assertEquals(120, Terminal.width(Map.of("COLUMNS", "300"), false));
        for (String nothing : List.of("", "0", "wide", "-5", "99999999999")) {
            assertEquals(0, Terminal.width(Map.of("COLUMNS", nothing), false), nothing);
        }
    }

    /** "public.notes: public.notes: ..." said it twice. */
    @Test
    void anObjectIsNamedOnce() {
        assertEquals(
                "public.notes: policy t has no WITH CHECK",
                FindingsText.sentence(finding("public.notes", "public.notes: policy t has no WITH CHECK")));
        assertEquals(
                "table public.notes has no row-level security",
                FindingsText.sentence(finding("public.notes", "table public.notes has no row-level security")));
        assertEquals(
                "public.notes: it is not encrypted",
                FindingsText.sentence(finding("public.notes", "it is not encrypted")));
        // another table whose name begins alike is another
        assertEquals(
                "public.notes: see public.notes_old",
                FindingsText.sentence(finding("public.notes", "see public.notes_old")));
        assertTrue(FindingsText.sentence(finding("app", "happens")).startsWith("app: "));
    }

    private static Finding finding(String object, String message) {
        return new Finding("WD000", Finding.Level.INFO, object, message, "");
    }
}
