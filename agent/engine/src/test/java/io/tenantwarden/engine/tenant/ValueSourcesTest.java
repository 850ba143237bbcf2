package io.tenantwarden.engine.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ValueSourcesTest {

    private final SourceSpec constant = SourceSpec.parse("value:on");
    private final SourceSpec method = SourceSpec.parse("method:com.acme.Context#user");
    private final SourceSpec header = SourceSpec.parse("header:X-User");
    private final List<SourceSpec> specs = List.of(constant, method, header);
    private final LoadedClasses classes = LoadedClasses.forSources(specs);
    private final ValueSources sources =
            new ValueSources(specs, new SourceContext(classes, AppFrames.NONE, Opener.NONE), new TestGuard());

    @Test
    void readsEachSourceByItself() throws Exception {
        assertEquals("on", sources.read(constant));
        assertNull(sources.read(method));
        WebApplication.of(classes, "package com.acme; public class Context { static int user() { return 7; } }")
                .use("com.acme.Context");
        assertEquals("7", sources.read(method));
        assertEquals("7", sources.read(SourceSpec.parse(method.text())));
        assertNull(sources.read(header));
        assertTrue(sources.reads(SourceKinds.HEADER));
        assertFalse(sources.reads(SourceKinds.KAFKA));
    }

    @Test
    void theRulesOfATenantHold() {
        WebApplication.of(
                        classes,
                        "package com.acme; public class Context { static String user() { return \"a\\nb\"; } }")
                .use("com.acme.Context");
        TenantSourceException e = assertThrows(TenantSourceException.class, () -> sources.read(method));
        assertEquals(TenantSourceException.Kind.INVALID_TENANT, e.kind());
        assertEquals(method.text(), e.source());
    }

    @Test
    void aSourceThatWasNotGivenIsAnError() {
        String message = assertThrows(
                        IllegalArgumentException.class, () -> sources.read(SourceSpec.parse("value:other")))
                .getMessage();
        assertTrue(message.contains("value:other"), message);
    }
}
