package io.tenantwarden.rls.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tenantwarden.rls.catalog.CatalogOptions;
import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WD046 on statements that really ran, counted by the real extension. */
class CostlyStatementTest {

    private static final int ENOUGH = 5;

    private static List<Finding> findings(String database, int major) throws SQLException {
        try (Connection c = PostgresServer.get(major).connect(database, "aud_app")) {
            AuditFacts facts = AuditFacts.read(c, CatalogOptions.DEFAULT);
            c.setAutoCommit(false); // in a transaction as well as outside
            assertEquals(
                    facts.slowStatements().size(),
                    AuditFacts.read(c, CatalogOptions.DEFAULT).slowStatements().size());
            return Audit.of(facts, AuditDefects.OPTIONS, List.of(new CostlyStatement()))
                    .findings();
        }
    }

    /** What takes long is not the policy, which the rule does not claim. */
    private static void run(String database, int major, String sql) throws SQLException {
        try (Connection c = PostgresServer.get(major).connect(database, "aud_app");
                Statement s = c.createStatement()) {
            for (int i = 0; i < ENOUGH; i++) {
                s.execute(sql);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void slowStatementsAreExplained(int major) throws SQLException {
        String database = AuditDefects.create(major);
        assertEquals(List.of(), findings(database, major), "without the extension nothing is said, and nothing fails");
        try (Connection c = PostgresServer.get(major).superuser(database);
                Statement s = c.createStatement()) {
            s.execute("create extension pg_stat_statements");
            s.execute("drop index app.notes_tenant_id_idx");
            s.execute("alter policy tenant on app.invoices using"
                    + " (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)");
            try (var rs = s.executeQuery("select current_setting('shared_preload_libraries')")) {
                rs.next();
                assumeTrue(rs.getString(1).contains("pg_stat_statements"), "it is not loaded at the server's start");
            }
        }
        run(database, major, "select pg_sleep(0.03), count(*) from app.notes where body like 'secret%'");
        run(database, major, "select pg_sleep(0.03), count(*) from app.invoices where amount > 10");
        run(database, major, "select pg_sleep(0.03), count(*) from app.customers where id = 7");
        run(database, major, "select count(*) from app.notes where body like 'fast%'");
        run(database, major, "select pg_sleep(0.03), count(*) from app.countries where code like 'x'");
        List<Finding> findings = findings(database, major);
        assertEquals(
                List.of("app.invoices", "app.notes"),
                findings.stream().map(Finding::object).sorted().toList(),
                findings::toString);
        Finding notes = findings.stream()
                .filter(f -> f.object().equals("app.notes"))
                .findFirst()
                .orElseThrow();
        Finding invoices = findings.stream().filter(f -> f != notes).findFirst().orElseThrow();
        assertTrue(notes.message().contains("no index begins with tenant_id (WD026)"), notes::toString);
        assertTrue(notes.message().contains("LIKE is not leakproof"), notes::toString);
        assertTrue(notes.message().contains("(5 calls, "), notes::toString);
        assertFalse(notes.message().contains("secret"), notes::toString);
        assertTrue(notes.fix().contains("run the fix of WD026 for app.notes"), notes::toString);
        assertTrue(invoices.message().contains("policy tenant is evaluated for each row (WD022)"), invoices::toString);
        assertFalse(invoices.message().contains("leakproof"), invoices::toString);
        try (Connection c = PostgresServer.get(major).superuser(database);
                Statement s = c.createStatement()) {
            s.execute("revoke select on pg_stat_statements from public");
        }
        assertEquals(List.of(), findings(database, major), "a role that may not read it hears nothing");
    }
}
