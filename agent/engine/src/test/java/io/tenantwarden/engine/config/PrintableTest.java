package io.tenantwarden.engine.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrintableTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "app.tenant_id={tenant}                         | app.tenant_id={tenant}",
                "com.acme.PasswordReset#send                    | com.acme.PasswordReset#send",
                "method:com.acme.TokenContext#current           | method:com.acme.TokenContext#current",
                "app.bypass_secret=hunter2,app.x=on             | app.bypass_secret=***,app.x=on",
                "jdbc:postgresql://h/db?user=a&password=hunter2&ssl=true | jdbc:postgresql://h/db?user=a&password=***&ssl=true",
                "PASSWORD: hunter2                              | PASSWORD: ***",
                "{\"token\":\"hunter2\",\"a\":1}                | {\"token\":\"***\",\"a\":1}",
                "apiKey=hunter2                                 | apiKey=***",
                "https://joe:hunter2@host/path                  | https://***@host/path",
                "https://host/path@x                            | https://host/path@x",
                "pwd=a;pwd=b                                    | pwd=***;pwd=***",
                "password=                                      | password=",
            })
    void passwordsAreMasked(String text, String expected) {
        assertEquals(expected, Printable.mask(text));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "plain,value=1   | plain,value=1",
                "``              | \"\"",
                "with space      | \"with space\"",
                "say \"hi\" \\o  | \"say \\\"hi\\\" \\\\o\"",
            })
    void valuesAreQuotedWhenNeeded(String value, String expected) {
        assertEquals(expected, Printable.value(null, value));
    }

    @Test
    void nothingBreaksTheLineOrTurnsTheTextAround() {
        String value = "a\nb\rc\td\u0000e\u001b[31mf\u0085g\u2028h\u202Ei";

        assertEquals("\"a\\nb\\rc\\td\\u0000e\\u001b[31mf\\u0085g\\u2028h\\u202ei\"", Printable.value(null, value));
        assertEquals("a\\nb\\rc\\td\\u0000e\\u001b[31mf\\u0085g\\u2028h\\u202ei", Printable.message(value));
    }

    @Test
    void endlessValuesAreCut() {
        assertTrue(Printable.value(null, "x".repeat(1_000_000)).length() < 400);
        assertTrue(Printable.message("x".repeat(1_000_000)).length() < 2_100);
    }

    @Test
    void theValueOfASecretKeyIsNeverShown() {
        assertEquals("***", Printable.value(Keys.DATASOURCE_EXCLUDE, "app@x"));
    }
}
