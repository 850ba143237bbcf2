package io.tenantwarden.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.engine.config.GucAssignment;
import io.tenantwarden.engine.config.GucTemplate;
import io.tenantwarden.engine.config.GucTemplate.Kind;
import io.tenantwarden.engine.config.GucTemplate.Part;
import io.tenantwarden.engine.report.TenantHash;
import io.tenantwarden.engine.tenant.AppFrames;
import io.tenantwarden.engine.tenant.LoadedClasses;
import io.tenantwarden.engine.tenant.Opener;
import io.tenantwarden.engine.tenant.ReadGuard;
import io.tenantwarden.engine.tenant.SourceContext;
import io.tenantwarden.engine.tenant.SourceSpec;
import io.tenantwarden.engine.tenant.TenantSourceException;
import io.tenantwarden.engine.tenant.ValueSources;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TemplateValueTest {

    private static final SourceSpec USER = SourceSpec.parse("method:" + TemplateValueTest.class.getName() + "#user");
    private static final Part TENANT = new Part(Kind.TENANT, null, null);
    private static final Part FROM_SOURCE = new Part(Kind.SOURCE, null, USER);

    private static String user;

    private final List<TenantSourceException> failures = new ArrayList<>();

    /** The application's own. */
    public static String user() {
        if ("fails".equals(user)) {
            throw new IllegalStateException();
        }
        return user;
    }

    private static Part constant(String text) {
        return new Part(Kind.CONSTANT, text, null);
    }

    private TemplateValue value(Part... parts) {
        return valueOf("app.tenant_id", parts);
    }

    private TemplateValue valueOf(String guc, Part... parts) {
        LoadedClasses classes = LoadedClasses.forSources(List.of(USER));
        classes.noteClass(getClass().getClassLoader(), getClass().getName().replace('.', '/'));
        ReadGuard guard = new ReadGuard() {
            @Override
            public Object enter() {
                return this;
            }

            @Override
            public boolean exit(Object entered) {
                return false;
            }

            @Override
            public void recursive(String sources) {}
        };
        return new TemplateValue(
                new GucAssignment(guc, new GucTemplate(List.of(parts), "")),
                new ValueSources(List.of(USER), new SourceContext(classes, AppFrames.NONE, Opener.NONE), guard),
                failures::add);
    }

    @Test
    void theApplicationNameHasHashAndThreadAndIsCut() throws Exception {
        TemplateValue value = valueOf(
                "Application_Name",
                constant("billing "),
                new Part(Kind.TENANT_HASH, null, null),
                constant(" "),
                new Part(Kind.THREAD, null, null));
        assertFalse(value.isFixed(), "the thread");
        assertFalse(value.holdsTenant());
        String[] seen = new String[1];
        Thread thread = new Thread(() -> seen[0] = value.of("acme"), "w\u00f6rker-17-of-20 " + "x".repeat(80));
        thread.start();
        thread.join();
        String text = "billing " + TenantHash.of("acme") + " w?rker-#-of-# " + "x".repeat(80);
        assertEquals(text.substring(0, 63), seen[0], "longer names are cut by PostgreSQL, with a notice for each");
    }

    @Test
    void theTenantAlone() {
        assertEquals("a", value(TENANT).of("a"));
        assertNull(value(TENANT).of(null));
        assertTrue(value(TENANT).isFixed());
    }

    @Test
    void constantsAroundTheTenant() {
        TemplateValue value = value(constant("t-"), TENANT, constant("-x"));
        assertEquals("t-a-x", value.of("a"));
        assertNull(value.of(null), "half a value is none");
        assertTrue(value.isFixed());
        assertEquals("off", value(constant("off")).of(null));
        assertEquals("", value().of("a"));
    }

    @Test
    void aSourceIsReadEachTimeAndItsFailureIsTold() {
        TemplateValue value = value(TENANT, constant("/"), FROM_SOURCE);
        assertFalse(value.isFixed());
        user = "u1";
        assertEquals("a/u1", value.of("a"));
        user = "u2";
        assertEquals("a/u2", value.of("a"));
        user = null;
        assertNull(value.of("a"));
        assertEquals(List.of(), failures);
        user = "fails";
        assertNull(value.of("a"));
        assertEquals(TenantSourceException.Kind.SOURCE_FAILED, failures.get(0).kind());
        assertEquals(USER.text(), failures.get(0).source());
    }
}
