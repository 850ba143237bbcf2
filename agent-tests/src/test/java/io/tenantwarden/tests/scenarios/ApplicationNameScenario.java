package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tenantwarden.tests.jvm.Db;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code application_name={tenant-hash} {thread}}: what people see who read the server's log, asked of the server by another session. */
class ApplicationNameScenario {

    private static final String OWN = "the application's own";
    private static final String NAME = "select current_setting('application_name')";

    private Connection c;
    private Connection observer;

    @BeforeEach
    void connect() throws SQLException {
        String url = Db.url() + (Db.url().indexOf('?') < 0 ? "?" : "&") + "ApplicationName=the%20application's%20own";
        c = DriverManager.getConnection(url, "warden_app", "secret");
        observer = Db.driverManager("warden_app");
    }

    @AfterEach
    void disconnect() throws SQLException {
        TenantContext.clear();
        c.close();
        observer.close();
    }

    /** As {@code openssl dgst -sha256 -hmac KEY} has it, the first eight digits. */
    private static String hash(String tenant) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(System.getenv("WARDEN_HASH_KEY").getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        return HexFormat.of().formatHex(mac.doFinal(tenant.getBytes(StandardCharsets.UTF_8)), 0, 4);
    }

    private static String label(String tenant) throws Exception {
        return "billing " + hash(tenant) + " main";
    }

    /** As nobody, who changes nothing. */
    private String seen() throws Exception {
        String pid = TenantContext.as(
                null, () -> Db.column(c, "select pg_backend_pid()").get(0));
        return seen(pid);
    }

    private String seen(String pid) throws Exception {
        return TenantContext.as(
                null,
                () -> Db.column(observer, "select application_name from pg_stat_activity where pid = ?::int", pid)
                        .get(0));
    }

    private boolean heldForSession() {
        return "session".equals(System.getProperty("warden.hold"));
    }

    @Test
    void itIsTheTenantsForATransactionAndTheApplicationsAfterwards() throws Exception {
        assertEquals(OWN, seen());
        String pid = Db.column(c, "select pg_backend_pid()").get(0);
        c.setAutoCommit(false);
        TenantContext.as("a", () -> Db.column(c, "select id from invoices"));
        assertEquals(label("a"), seen(pid));
        c.commit();
        assertEquals(heldForSession() ? label("a") : OWN, seen(pid));
        TenantContext.as("b", () -> Db.column(c, "select id from invoices"));
        assertEquals(label("b"), seen(pid));
        c.rollback();
        c.setAutoCommit(true);
        Db.column(c, "select id from invoices");
        assertEquals(OWN, seen(pid), "nobody's statement");
        assertFalse(label("a").equals(label("b")));
    }

    @Test
    void itIsThereBeforeAStatementInAutocommit() throws Exception {
        assertEquals(List.of(label("a")), TenantContext.as("a", () -> Db.column(c, NAME)));
        assertEquals(List.of(label("b")), TenantContext.as("b", () -> Db.columnPlain(c, NAME)));
        Db.column(c, "select id from invoices");
        assertEquals(List.of(OWN), Db.column(c, NAME));
    }

    @Test
    void whoeverIsNobodyInTheSameTransactionHasTheApplicationsName() throws Exception {
        c.setAutoCommit(false);
        assertEquals(List.of(label("a")), TenantContext.as("a", () -> Db.column(c, NAME)));
        Db.column(c, "select id from invoices");
        assertEquals(List.of(OWN), Db.column(c, NAME));
        assertEquals(List.of(label("a")), TenantContext.as("a", () -> Db.column(c, NAME)));
        c.rollback();
    }

    @Test
    void theApplicationMayChangeItsOwn() throws Exception {
        c.setClientInfo("ApplicationName", "another");
        c.setAutoCommit(false);
        assertEquals(List.of(label("a")), TenantContext.as("a", () -> Db.column(c, NAME)));
        TenantContext.as("a", () -> Db.update(c, "set application_name = 'for once'"));
        assertEquals(
                List.of("for once"),
                TenantContext.as("a", () -> Db.column(c, NAME)),
                "no tampering, and not overwritten");
        c.rollback();
        c.setAutoCommit(true);
        Db.column(c, "select id from invoices");
        assertEquals(List.of("another"), Db.column(c, NAME));
        assertEquals("", String.join("", Db.column(c, "select id from invoices")), "and nobody became a tenant by it");
    }

    @Test
    void theThreadIsNamedAsInTheLog() throws Exception {
        List<String>[] seen = onThread("worker-17-of-20", () -> TenantContext.as("a", () -> Db.column(c, NAME)));
        assertEquals(List.of("billing " + hash("a") + " worker-#-of-#"), seen[0]);
        String longName = "x".repeat(80);
        seen = onThread(
                longName,
                () -> TenantContext.as("a", () -> {
                    List<String> name = Db.column(c, NAME);
                    assertEquals(null, c.getWarnings(), "PostgreSQL cuts nothing");
                    return name;
                }));
        assertEquals(List.of(("billing " + hash("a") + " " + longName).substring(0, 63)), seen[0]);
    }

    private interface Work {
        List<String> run() throws Exception;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static List<String>[] onThread(String name, Work work) throws InterruptedException {
        List<String>[] result = new List[1];
        Thread thread = new Thread(
                () -> {
                    try {
                        result[0] = work.run();
                    } catch (Exception e) {
                        result[0] = List.of(e.toString());
                    }
                },
                name);
        thread.start();
        thread.join();
        return result;
    }
}
