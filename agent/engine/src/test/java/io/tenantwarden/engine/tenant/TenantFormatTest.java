package io.tenantwarden.engine.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TenantFormatTest {

    private static final String SOURCE = "mdc:tenantId";

    private static TenantFormat format(TenantType type) {
        return new TenantFormat(type, null);
    }

    private static TenantSourceException invalid(TenantFormat format, Object raw) {
        TenantSourceException e = assertThrows(TenantSourceException.class, () -> format.text(raw, SOURCE));
        assertEquals(TenantSourceException.Kind.INVALID_TENANT, e.kind());
        assertEquals(SOURCE, e.source());
        return e;
    }

    @ParameterizedTest
    @EnumSource(TenantType.class)
    void nullAndBlankAreNoAnswer(TenantType type) throws Exception {
        for (String blank : new String[] {null, "", " ", "\t\r\n", "\u2003"}) {
            assertNull(format(type).text(blank, SOURCE));
        }
    }

    @Test
    void textIsKeptAsItIs() throws Exception {
        for (String id : new String[] {
            "acme",
            " acme ",
            "a'b\"c;--\\",
            "$$x$$",
            "Müller & Söhne",
            "日本",
            "\uD83D\uDE00",
            "{tenant}",
            "x".repeat(200)
        }) {
            assertSame(id, format(TenantType.TEXT).text(id, SOURCE));
        }
    }

    /** Whatever a client can send. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\0b",
                "a\nb",
                "a\rb",
                "a\tb",
                "acme\n",
                "a\u007Fb",
                "a\u0085b",
                "a\u2028b",
                "a\u2029b",
                "a\u202Eb",
                "\u200Facme",
                "a\u2066b\u2069",
                "a\u061Cb"
            })
    void hostileTextIsRefusedWithoutRepeatingIt(String id) {
        String message = invalid(format(TenantType.TEXT), id).getMessage();
        assertFalse(message.contains(id), message);
        assertTrue(message.chars().allMatch(c -> c >= ' ' && c < 0x7F), message);
        invalid(format(TenantType.UUID), id);
        invalid(format(TenantType.LONG), id);
    }

    /** Whatever a client can send. */
    @Test
    void longTextAndHalfCharactersAreRefused() {
        for (String id : new String[] {"x".repeat(201), "x".repeat(1 << 20), "a\uD83D", "\uDE00b", "\uDE00\uD83D"}) {
            for (TenantType type : TenantType.values()) {
                assertTrue(invalid(format(type), id).getMessage().length() < 200);
            }
        }
    }

    @Test
    void uuidsAreSentInLowerCase() throws Exception {
        UUID id = new UUID(0x0123456789ABCDEFL, 0xFEDCBA9876543210L);
        TenantFormat uuid = format(TenantType.UUID);
        assertEquals(id.toString(), uuid.text(id, SOURCE));
        assertEquals(id.toString(), uuid.text(id.toString().toUpperCase(java.util.Locale.ROOT), SOURCE));
        assertEquals(id.toString(), uuid.text(new StringBuilder(id.toString()), SOURCE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1-1-1-1-1",
                "0123456789abcdeffedcba9876543210",
                "{01234567-89ab-cdef-fedc-ba9876543210}",
                " 01234567-89ab-cdef-fedc-ba9876543210",
                "01234567-89ab-cdef-fedc-ba987654321g",
                "01234567-89ab-cdef-fedc-ba987654321",
                "01234567-89ab-cdef-fedcb-a9876543210",
                "٠1234567-89ab-cdef-fedc-ba9876543210",
                "42"
            })
    void whatIsNotACanonicalUuidIsRefused(String id) {
        invalid(format(TenantType.UUID), id);
    }

    @Test
    void wholeNumbersAreTaken() throws Exception {
        TenantFormat number = format(TenantType.LONG);
        for (Object id : new Object[] {0L, 42, Long.MAX_VALUE, Long.MIN_VALUE, "7", "-1", (short) 3, BigInteger.TEN}) {
            assertEquals(id.toString(), number.text(id, SOURCE));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+1",
                "-0",
                "00",
                "007",
                "1.0",
                "1e3",
                "0x1F",
                "1_000",
                " 1",
                "1 ",
                "--1",
                "9223372036854775808",
                "-9223372036854775809",
                "99999999999999999999",
                "٣",
                "acme",
                "1;select"
            })
    void whatIsNotAWholeNumberIsRefused(String id) {
        invalid(format(TenantType.LONG), id);
    }

    @Test
    void fractionsAreRefused() {
        invalid(format(TenantType.LONG), 1.0);
        invalid(format(TenantType.LONG), new BigDecimal("1E+3"));
    }

    @Test
    void thePatternMatchesTheWholeValue() throws Exception {
        TenantFormat format = new TenantFormat(TenantType.TEXT, Pattern.compile("[a-z]+"));
        assertEquals("acme", format.text("acme", SOURCE));
        for (String id : new String[] {"acme1", "1acme", "acme acme", "ACME"}) {
            String message = invalid(format, id).getMessage();
            assertTrue(message.contains("warden.tenant.pattern [a-z]+") && !message.contains(id), message);
        }
        TenantFormat uuid = new TenantFormat(TenantType.UUID, Pattern.compile("a.*"));
        assertTrue(uuid.text("A0000000-0000-0000-0000-000000000000", SOURCE).startsWith("a"));
    }

    @Test
    void equalValuesGiveTheTextThatWasCheckedBefore() throws Exception {
        TenantFormat format = format(TenantType.TEXT);
        String first = format.text("acme", SOURCE);
        assertSame(first, format.text(new String("acme".toCharArray()), SOURCE));
        assertSame(format.text(new UUID(1, 2), SOURCE), format.text(new UUID(1, 2), SOURCE));
        assertSame(format.text(100_000L, SOURCE), format.text(100_000L, SOURCE));
        // of the same hash
        assertEquals("Aa", format.text("Aa", SOURCE));
        assertEquals("BB", format.text("BB", SOURCE));
        assertEquals("Aa", format.text("Aa", SOURCE));
    }

    @Test
    void aRefusedValueIsRefusedAgain() {
        TenantFormat format = format(TenantType.UUID);
        invalid(format, "acme");
        invalid(format, "acme");
    }

    @Test
    void theTextOfAChangingObjectIsReadEachTime() throws Exception {
        TenantFormat format = format(TenantType.TEXT);
        StringBuilder builder = new StringBuilder("first");
        assertEquals("first", format.text(builder, SOURCE));
        builder.replace(0, builder.length(), "second");
        assertEquals("second", format.text(builder, SOURCE));
    }

    record WithText(String id) {
        @Override
        public String toString() {
            return id;
        }
    }

    record WithoutText(String id) {}

    @Test
    void recordsNeedATextOfTheirOwn() throws Exception {
        TenantFormat format = format(TenantType.TEXT);
        assertEquals("acme", format.text(new WithText("acme"), SOURCE));
        assertNull(format.text(new WithText(null), SOURCE));
        TenantSourceException e =
                assertThrows(TenantSourceException.class, () -> format.text(new WithoutText("acme"), SOURCE));
        assertEquals(TenantSourceException.Kind.SOURCE_FAILED, e.kind());
        assertFalse(e.getMessage().contains("acme"), e.getMessage());
    }
}
