package io.tenantwarden.engine.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.Submission;
import io.tenantwarden.engine.inject.DriverConnection;
import io.tenantwarden.engine.inject.GucPlan;
import io.tenantwarden.engine.inject.TenantValue;
import io.tenantwarden.engine.report.Callers;
import io.tenantwarden.engine.report.FoundSite;
import io.tenantwarden.engine.report.Site;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogOptions;
import io.tenantwarden.rls.catalog.Resolution;
import io.tenantwarden.rls.catalog.TenantField;
import io.tenantwarden.rls.sql.SqlStatement;
import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Every text that an application gets instead of its result: who, where, what, and what to do now; and nothing that is a tenant's. */
class RefusalsTest {

    private static final SqlStatement SQL =
            SqlStatement.parse("select * from invoices where note = 'secret of tenant-77'");
    private static final Site SITE = new Site("com.acme.Job", "run", "Job.java", 42);
    private static final Site OTHER = new Site("com.acme.Filter", "doFilter", "Filter.java", 7);
    private static final FoundSite FOUND = new FoundSite(SITE, List.of(SITE), Set.of(), true);

    private static Resolution touched;

    private static final GucPlan.Value TENANT = new TenantValue();

    private final BypassReach reach =
            new BypassReach(GucPlan.of(Map.of("app.tenant_id", TENANT), Map.of(), Map.of()), Set.of());
    private final NextSteps steps = new NextSteps(new Callers(), reach);
    private final Refusals refusals = new Refusals(steps, reach);
    private Session session;

    /** A connection of which nothing is asked. */
    private static final class Idle implements DriverConnection {
        @Override
        public String strategy() {
            return "pipelined";
        }

        @Override
        public ReentrantLock lock() {
            return null;
        }

        @Override
        public void waitForCopy() {
            // there is none
        }

        @Override
        public boolean inTransaction() {
            return false;
        }

        @Override
        public boolean inFailedTransaction() {
            return false;
        }

        @Override
        public boolean isAnswerFromBefore() {
            return false;
        }

        @Override
        public boolean hasSkippedStatement() {
            return false;
        }

        @Override
        public String user() {
            return "app_user";
        }

        @Override
        public String database() {
            return "app";
        }

        @Override
        public String host() {
            return "db1:5432";
        }
    }

    private static TenantField column;

    @BeforeAll
    static void resolve() throws Exception {
        PostgresServer server = PostgresServer.get(18);
        try (Connection c = server.superuser(server.createDatabase("refusals"));
                Statement s = c.createStatement()) {
            s.execute("create table invoices (tenant_id text, note text)");
            Catalog catalog = Catalog.read(c, new CatalogOptions(List.of("tenant_id"), List.of(), List.of()));
            touched = catalog.resolve(SQL, null);
            column = catalog.tenantFields().find((int) touched.touched().get(0).oid(), 1);
        }
        assertEquals(List.of("public.invoices"), touched.tables());
    }

    @BeforeEach
    void begin() throws Throwable {
        session = new Session(new Idle(), null, null);
        session.begin(Scope.NONE, false, true, true, false);
    }

    private Verdict verdict(Reason reason) {
        return Verdict.of(reason, session, SQL, touched, FOUND, true)
                .what("app.tenant_id")
                .column(column);
    }

    private String message(Verdict verdict) {
        SQLException e = refusals.refusal(verdict);
        assertEquals(SQLException.class, e.getClass());
        assertEquals("42501", e.getSQLState());
        assertTrue(e.getMessage().startsWith("[warden] refused: "), e.getMessage());
        assertTrue(e.getMessage().contains("com.acme.Job.run(Job.java:42)"), e.getMessage());
        assertFalse(e.getMessage().contains("secret"), e.getMessage());
        assertFalse(e.getMessage().contains("tenant-77"), e.getMessage());
        return e.getMessage();
    }

    /** The reason, and the words that say what to do now. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            UNSCOPED         | unscoped SELECT on public.invoices         | Set the tenant before it runs
            FOREIGN_ROW      | another tenant in public.invoices.tenant_id | enable row-level security
            BYPASS_ROLE      | warden.bypass.roles                        | Connect as another role; or,
            INACTIVE_TENANT  | warden.tenant.check returns no row         | Activate the tenant
            UNCHECKED_TENANT | warden.tenant.check has no answer          | enter it before the first statement of the transaction
            TENANT_SWITCH    | runs as another tenant                     | Commit or roll back before the tenant changes
            GUC_TAMPER       | sets app.tenant_id to another value        | Take it out of the application
            ROLE_TAMPER      | changes the role inside a scope            | connect as that role
            UNNAMED_SETTING  | a setting whose name is not written in it  | Write the name of the setting
            OPEN_PORTAL      | result set or cursor that is still open    | Close the result set
            POOLED           | which a pooler may give to another client  | Run it in a transaction
            SEVERAL          | of which one ends the transaction          | Execute them one by one
            SNAPSHOT         | must be the first of its transaction       | Execute them one by one
            """)
    void everyReasonSaysWhatToDoNow(Reason reason, String why, String next) {
        String message = message(verdict(reason));
        assertTrue(message.contains(why), message);
        assertTrue(message.contains(next), message);
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void everyReasonHasWordsForTheLog(Reason reason) {
        if (reason == Reason.LOST_SCOPE || reason == Reason.UNSCOPED) {
            return; // with the submission and the absence below
        }
        assertNotNull(refusals.detail(verdict(reason)));
    }

    /** Why there is no tenant, one text for each cause. */
    @Test
    void everyAbsenceOfATenantHasItsOwnCauseAndStep() {
        Set<String> messages = new HashSet<>();
        Set<String> details = new HashSet<>();
        for (Scope.Absence absence : Scope.Absence.values()) {
            session.begin(Scope.none(absence), false, true, true, false);
            String message = message(verdict(Reason.UNSCOPED));
            assertTrue(
                    message.matches("(?s).*(Set the tenant|Mend what|Clear it in|Pass one|Let the sender).*"), message);
            assertTrue(messages.add(message), message);
            assertTrue(details.add(String.valueOf(refusals.detail(verdict(Reason.UNSCOPED)))), message);
        }
    }

    @Test
    void whoRanAsATenantBeforeIsNamed() {
        String message = message(verdict(Reason.UNSCOPED).other(OTHER));
        assertTrue(message.contains("last at com.acme.Filter.doFilter(Filter.java:7)"), message);
        assertTrue(message.contains("Clear the tenant only after the transaction has ended"), message);
        message = message(verdict(Reason.TENANT_SWITCH).other(OTHER));
        assertTrue(message.contains("the statement at com.acme.Filter.doFilter(Filter.java:7)"), message);
        assertTrue(message.contains("JTA"), message);
    }

    @Test
    void whereALostScopeWasHandedOverIsNamed() {
        Set<String> messages = new HashSet<>();
        for (Submission.How how : Submission.How.values()) {
            for (Scope.Kind lost : List.of(Scope.Kind.TENANT, Scope.Kind.BYPASS)) {
                Verdict verdict = verdict(Reason.LOST_SCOPE).submission(new Submission(how, lost, OTHER));
                String message = message(verdict);
                assertTrue(message.contains("com.acme.Filter.doFilter(Filter.java:7)"), message);
                assertTrue(messages.add(message), message);
                assertNotNull(refusals.detail(verdict));
            }
        }
    }

    @Test
    void theBypassThatIsProposedIsTheCallersAndSaysWhereItOpensNothing() {
        String at = ".at=com.acme.Job#run and warden.bypass.";
        String message = message(verdict(Reason.UNSCOPED));
        assertTrue(message.contains(at), message);
        assertTrue(message.contains("until warden.guc.bypass sets what your policies let through"), message);
        assertTrue(steps.brief(verdict(Reason.UNSCOPED)).contains(at), message);
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void everyReasonHasANextStepForTheLog(Reason reason) {
        Verdict verdict = verdict(reason).submission(new Submission(Submission.How.TASK, Scope.Kind.TENANT, OTHER));
        assertFalse(steps.brief(verdict).isBlank());
    }

    @Test
    void withoutAMethodThatCanBeNamedNoKeyIsProposed() {
        Site lambda = new Site("com.acme.Job", "lambda$run$0", "Job.java", 42);
        String message = refusals.refusal(Verdict.of(
                        Reason.UNSCOPED,
                        session,
                        SQL,
                        touched,
                        new FoundSite(lambda, List.of(lambda), Set.of(), true),
                        true))
                .getMessage();
        assertFalse(message.contains("lambda$run$0 and"), message);
        assertTrue(message.contains("move it into a method of its own"), message);
        Site template = new Site("org.springframework.jdbc.core.JdbcTemplate", "query", "JdbcTemplate.java", 1);
        message = refusals.refusal(Verdict.of(
                        Reason.UNSCOPED,
                        session,
                        SQL,
                        touched,
                        new FoundSite(template, List.of(template), Set.of(), false),
                        true))
                .getMessage();
        assertTrue(message.contains("warden.app.packages=<your packages>"), message);
    }

    // ---- of what happens besides

    private static void assertSays(SQLException e, String... parts) {
        assertEquals("42501", e.getSQLState());
        assertTrue(e.getMessage().startsWith("[warden] refused: "), e.getMessage());
        for (String part : parts) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
    }

    @Test
    void whatFailsOnOurSideSaysSo() {
        SQLException cause = new SQLException("no permission", "42501");
        SQLException e = Refusals.injectionFailed("the tenant could not be set", cause, SITE);
        assertSays(e, "injection failed", SITE.toString(), "SQLState 42501", "Look at the server's log");
        assertSame(cause, e.getCause());
        assertSays(Refusals.catalogUnavailable("app"), "database app", "catalog-unavailable", "warden.mode=inject");
        assertSays(Refusals.uncoveredDriver("x is missing"), "x is missing", "Use pgjdbc", "warden.datasource.exclude");
        assertSays(
                Refusals.uncoveredClient("pgjdbc-ng", "jdbc:pgsql://h/d", SITE),
                SITE.toString(),
                "pgjdbc-ng",
                "Use pgjdbc",
                "warden.datasource.exclude=*@jdbc:pgsql://h/d*");
        assertSays(Refusals.unknownBatch(), "Clear the batch and add them again");
        assertSays(Refusals.uncoveredConnection(), "Close the connection and open another");
        assertSays(
                Refusals.bug("beforeExecute", new IllegalStateException(), false),
                "java.lang.IllegalStateException",
                "warden.mode=inject would let it pass",
                "please report it");
        assertSays(Refusals.bug("beforeExecute", new IllegalStateException(), true), "Roll back and try again");
    }
}
