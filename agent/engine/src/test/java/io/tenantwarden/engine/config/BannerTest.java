package io.tenantwarden.engine.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BannerTest {

    @Test
    void withoutAnyKeyItSaysWhyItOnlyWatches() {
        assertEquals(
                "[warden] Tenant Warden 0.1.0 mode=audit (neither warden.tenant nor warden.scope.<name> is set, so there"
                        + " is no tenant to inject) strategy=auto",
                Banner.line(Loading.with().config(), "0.1.0", "auto"));
    }

    @Test
    void everyKeyThatIsNotTheDefaultIsNamedWithItsLayer() {
        Config config = Loading.with()
                .property("warden.mode", "enforce")
                .variable("WARDEN_TENANT", "mdc:tenantId")
                .property("warden.config", "w.properties")
                .file(
                        "w.properties",
                        "warden.bypass.hook.at=com.acme.Hook#find\nwarden.bypass.hook.reason=no tenant yet\n")
                .arguments("log=auto;strategy=pipelined;datasource.exclude=a:hunter2@*")
                .config();

        assertEquals(
                "[warden] Tenant Warden 0.1.0 mode=enforce (from system property) strategy=pipelined"
                        + " warden.tenant=mdc:tenantId(from environment)"
                        + " warden.bypass.hook.at=com.acme.Hook#find(from file)"
                        + " warden.bypass.hook.reason=\"no tenant yet\"(from file)"
                        + " warden.strategy=pipelined(from agent argument)"
                        + " warden.datasource.exclude=***(from agent argument)"
                        + " warden.config=w.properties(from system property)",
                Banner.line(config, "0.1.0", "pipelined"));
    }

    @Test
    void hostileValuesStayOnOneLineAndPasswordsOut() {
        Config config = Loading.with()
                .property("warden.bypass.a.at", "com.acme.A#a")
                .property("warden.bypass.a.reason", "x\n[warden] mode=enforce\u202E")
                .property("warden.guc.bypass", "app.bypass_password=hunter2")
                .config();
        String line = Banner.line(config, "0.1.0", "auto");

        assertEquals(1, line.lines().count(), line);
        assertTrue(line.contains("x\\n[warden] mode=enforce\\u202e"), line);
        assertFalse(line.contains("hunter2"), line);
    }
}
