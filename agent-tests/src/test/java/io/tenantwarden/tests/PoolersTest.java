package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Forked;
import io.tenantwarden.tests.jvm.PgPool;
import io.tenantwarden.tests.jvm.TestDatabase;
import io.tenantwarden.tests.torture.PgBouncer;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** {@code warden.pooler}, with PgBouncer in both modes, and what pgpool-II does to values, in JVMs with the packaged jar. */
class PoolersTest {

    private static List<DynamicTest> through(
            String poolMode, String pooler, boolean sessions, Consumer<AgentJvm.Result> afterwards) throws Exception {
        assumeTrue(PgBouncer.installed().isPresent(), "PgBouncer is not installed: apt-get install pgbouncer");
        TestDatabase database = TestDatabase.create(18);
        try (PgBouncer bouncer = PgBouncer.start(
                PostgresServer.get(18), database.name(), poolMode, sessions ? 6 : 1, "warden_app", "secret")) {
            return Forked.scenario(Class.forName("io.tenantwarden.tests.scenarios.PoolerScenario"))
                    .database(new TestDatabase(18, bouncer.url(database.url()), database.name()))
                    .named("pool_mode " + poolMode + ", warden.pooler=" + pooler)
                    .warden("log", "stderr")
                    .warden("mode", "enforce")
                    .warden("tenant", AgentScenariosTest.SOURCE)
                    .warden("pooler", pooler)
                    .with(jvm -> jvm.property("pooler.sessions", Boolean.toString(sessions)))
                    .then(afterwards)
                    .tests();
        }
    }

    private static void assertLines(AgentJvm.Result result, String what, boolean told) {
        assertEquals(told, !result.lines(what).isEmpty(), () -> what + "\n" + result.all());
    }

    @TestFactory
    List<DynamicTest> aPoolerIsRecognised() throws Exception {
        return through("transaction", "auto", false, result -> {
            assertLines(result, "pooled=yes", true);
            assertLines(result, "FINDING pooler-seen", false);
            assertLines(result, "FINDING pooler-prepared-statement", true);
        });
    }

    @TestFactory
    List<DynamicTest> whatIsSeenOutweighsNone() throws Exception {
        return through("transaction", "none", false, result -> assertLines(result, "FINDING pooler-seen", true));
    }

    @TestFactory
    List<DynamicTest> poolsOfSessionsMayRunAll() throws Exception {
        return through("session", "session", true, result -> {
            assertLines(result, "pooled=yes", true);
            assertFalse(result.all().contains("[warden] refused"), result::all);
        });
    }

    private static List<DynamicTest> throughPgPool(String mode, boolean balanced, String autocommit, boolean told)
            throws Exception {
        assumeTrue(PgPool.installed().isPresent(), "pgpool-II is not installed: apt-get install pgpool2");
        TestDatabase database = TestDatabase.create(18);
        try (PgPool pool = PgPool.start(PostgresServer.get(18), mode, balanced)) {
            return Forked.scenario(Class.forName("io.tenantwarden.tests.scenarios.BalancerScenario"))
                    .database(new TestDatabase(18, pool.url(database.url()), database.name()))
                    .named("pgpool-II " + mode + (balanced ? ", balanced" : ""))
                    .warden("log", "stderr")
                    .warden("mode", "inject")
                    .warden("tenant", AgentScenariosTest.SOURCE)
                    .with(jvm -> jvm.property("balancer.autocommit", autocommit))
                    .then(result -> {
                        assertLines(result, "FINDING pooler-loses-values level=error", told);
                        if (told) {
                            assertLines(result, "pooled=yes", true);
                        }
                    })
                    .tests();
        }
    }

    /** It runs the two statements of a group in transactions of their own. */
    @TestFactory
    List<DynamicTest> aPoolerThatSplitsGroupsIsFoundOut() throws Exception {
        return throughPgPool("raw", false, "runs", true);
    }

    /** It sends queries elsewhere than what sets a value. */
    @TestFactory
    List<DynamicTest> aBalancerIsFoundOut() throws Exception {
        return throughPgPool("streaming_replication", true, "refused", true);
    }

    @TestFactory
    List<DynamicTest> aPoolerThatKeepsThemTogetherIsLeftAlone() throws Exception {
        return throughPgPool("streaming_replication", false, "runs", false);
    }
}
