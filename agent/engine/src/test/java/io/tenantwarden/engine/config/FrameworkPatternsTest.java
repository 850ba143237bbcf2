package io.tenantwarden.engine.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameworkPatternsTest {

    private static Loading bypass(String pattern) {
        return Loading.with().properties("warden.bypass.login.at=" + pattern, "warden.bypass.login.reason=look-up");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.springframework.jdbc.core.JdbcTemplate#query",
                "org.springframework.jdbc.core.JdbcTemplate$1#doInPreparedStatement",
                "com.acme.Hook#find, org.hibernate.Session#find",
                "org.*.Session#find",
                "java.lang.Runnable#run",
            })
    void aBypassOfFrameworksIsRefusedWithTheWayOut(String pattern) {
        String problem = bypass(pattern).problem();

        for (String part : List.of(
                "warden.bypass.login.at=",
                "the rows of all tenants",
                "next= of the VIOLATION line",
                "warden.app.packages",
                "warden.bypass.login.framework=accept")) {
            assertTrue(problem.contains(part), problem);
        }
        assertEquals(
                1,
                bypass(pattern)
                        .properties("warden.bypass.login.framework=accept")
                        .config()
                        .bypasses()
                        .size());
    }

    @Test
    void aScopeOfFrameworksIsRefusedToo() {
        Loading loading =
                Loading.with().properties("warden.scope.jobs=org.quartz.Job#execute(0.mergedJobDataMap[\"t\"])");
        assertTrue(loading.problem().contains("warden.scope.jobs.framework=accept"), loading::problem);
        assertTrue(loading.problem().contains("tenant of this argument"), loading::problem);

        Config config =
                loading.variable("WARDEN_SCOPE_JOBS_FRAMEWORK", "accept").config();
        assertEquals(1, config.scopes().size());
        assertEquals("jobs", config.scopes().get(0).name());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "com.acme.Hook#find",
                "com.acme.*#find*",
                "org.springframework.security.core.userdetails.jdbc.JdbcDaoImpl#loadUserByUsername"
            })
    void onesOwnNeedsNoAcceptance(String pattern) {
        assertEquals(1, bypass(pattern).config().bypasses().size());
    }

    @Test
    void packagesOfTheApplicationAreItsOwnWhereverTheyLie() {
        Loading loading = bypass("org.springframework.acme.Jobs#run, org.springframework.acmeX.Jobs#run")
                .properties("warden.app.packages=org.springframework.acme");
        assertTrue(loading.problem().contains("org.springframework.acmeX.Jobs#run is"), loading::problem);
        assertEquals(
                1,
                bypass("org.springframework.acme.Jobs#run")
                        .properties("warden.app.packages=org.springframework.acme")
                        .config()
                        .bypasses()
                        .size());
    }

    @Test
    void onlyAcceptCanBeWritten() {
        Loading loading = bypass("com.acme.Hook#find").properties("warden.bypass.login.framework=yes");
        assertTrue(loading.problem().contains("accept"), loading::problem);
        String alone = Loading.with()
                .properties("warden.bypass.x.framework=accept", "warden.bypass.x.reason=r")
                .problem();
        assertTrue(alone.contains("warden.bypass.x.at is missing"), alone);
    }
}
