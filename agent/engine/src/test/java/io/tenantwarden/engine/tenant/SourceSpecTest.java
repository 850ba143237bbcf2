package io.tenantwarden.engine.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceSpecTest {

    @Test
    void readsMembersWithAndWithoutPath() {
        assertEquals(
                new SourceSpec(
                        SourceKinds.METHOD,
                        "com.acme.TenantContext",
                        "current",
                        List.of(),
                        "method:com.acme.TenantContext#current"),
                SourceSpec.parse("method:com.acme.TenantContext#current"));
        SourceSpec path = SourceSpec.parse(" Field : com.acme.Outer$Ctx#CURRENT.principal().tenantId ");
        assertEquals(SourceKinds.FIELD, path.kind());
        assertEquals("com.acme.Outer$Ctx", path.target());
        assertEquals("CURRENT", path.member());
        assertEquals(List.of("principal", "tenantId"), path.path());
    }

    @Test
    void readsTheOtherKinds() {
        SourceSpec header = SourceSpec.parse("header:X-Tenant-Id");
        assertEquals(SourceKinds.HEADER, header.kind());
        assertEquals("X-Tenant-Id", header.target());
        assertNull(header.member());
        assertEquals("tenant.id", SourceSpec.parse("mdc:tenant.id").target());
        assertEquals("a:b#c", SourceSpec.parse("value:a:b#c").target());
        assertEquals(
                List.of("principal", "tenantId"),
                SourceSpec.parse("security:principal.tenantId").path());
        assertEquals(
                "https://acme.test/tenant",
                SourceSpec.parse("security:claim:https://acme.test/tenant").target());
        assertEquals(SourceKinds.HIBERNATE, SourceSpec.parse("hibernate").kind());
        assertEquals(SourceKinds.PRINCIPAL, SourceSpec.parse(" Principal ").kind());
        assertEquals("/t/([^/]+)/.*", SourceSpec.parse("path:/t/([^/]+)/.*").target());
    }

    @Test
    void aPathMayHoldElementsOfListsAndMaps() {
        assertEquals(
                List.of("get(0)"),
                SourceSpec.parse("method:com.acme.Ctx#getTenantIds.get(0)").path());
        assertEquals(
                List.of("[0]"),
                SourceSpec.parse("method:com.acme.Ctx#getTenantIds()[0]").path());
        assertEquals(
                List.of("[\"a.b c\"]", "id", "['x']"),
                SourceSpec.parse("field:com.acme.Ctx#CURRENT[\"a.b c\"].id()['x']")
                        .path());
        assertEquals(
                List.of("principal", "getAttribute(\"tenant\")", "[2]"),
                SourceSpec.parse("security:principal.getAttribute( \"tenant\" )[ 2 ]")
                        .path());
        SourceSpec claim = SourceSpec.parse("security:claim:https://acme.test/tenants[0]");
        assertEquals("https://acme.test/tenants", claim.target());
        assertEquals(List.of("[0]"), claim.path());
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.ValueSource(
            strings = {
                "method:com.acme.Ctx#ids.get(x)",
                "method:com.acme.Ctx#ids[-1]",
                "method:com.acme.Ctx#ids[a]",
                "method:com.acme.Ctx#ids[0",
                "method:com.acme.Ctx#ids.get(0, 1)",
                "security:principal.ids[]",
            })
    void saysWhatAPathMayHold(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> SourceSpec.parse(text))
                .getMessage();
        assertTrue(message.contains(".getIds[0]") && message.contains(".claims[\"tenant\"]"), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "TenantContext#current | is not kind:argument",
                ":x | is not kind:argument",
                "cookie:tenant | 'cookie' is not a tenant source",
                "mdc: | says nothing after the colon",
                "method:com.acme.TenantContext | method:com.acme#TenantContext",
                "method:com.acme.TenantContext.current | method:com.acme.TenantContext#current",
                "field:com..Ctx#CURRENT | field:com.acme.TenantContext#CURRENT.id",
                "method:com.acme.Ctx#current(0) | method:com.acme.TenantContext#current.id",
                "method:com.acme.Ctx#current. | is not class#member",
                "header:X Tenant | does not name a header",
                "host:example | exactly one group",
                "path:/(a)/(b) | it has 2",
                "path:/t/([^/]+ | holds no regular expression",
                "security:principal tenant | is not a path of getters",
                "security:claim: | names no claim",
                "principal:name | has something after it",
                "hibernates | is not kind:argument",
            })
    void saysWhatIsAllowed(String text, String expected) {
        String message = assertThrows(IllegalArgumentException.class, () -> SourceSpec.parse(text))
                .getMessage();
        assertTrue(message.contains(expected), message);
    }

    @Test
    void controlCharactersAreRefusedWithoutRepeatingThem() {
        String message = assertThrows(IllegalArgumentException.class, () -> SourceSpec.parse("mdc:a\nb"))
                .getMessage();
        assertTrue(message.contains("control character") && !message.contains("\n"), message);
    }
}
