package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OtherSpellingsTest {

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', textBlock = """
            ` acme `, acme
            Acme, acme
            acme, ACME
            007, 7
            11AA-22, 11aa22
            {a}, a
            "a", a
            """)
    void whatMayHaveBeenMeant(String given, String meant) {
        assertTrue(
                OtherSpellings.of(given).contains(meant),
                () -> OtherSpellings.of(given).toString());
        assertFalse(OtherSpellings.of(given).contains(given));
    }

    @Test
    void aNumberHasNoOther() {
        assertEquals(List.of(), List.copyOf(OtherSpellings.of("42")));
        assertEquals(List.of(), List.copyOf(OtherSpellings.of("0")));
    }
}
