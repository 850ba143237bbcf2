package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tenantwarden.tests.jvm.Db;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/**
 * Several settings, constants, none-values and bypass values. Mode inject with {@code warden.guc} = tenant, the platform
 * switch off and a constant; {@code warden.guc.none} = the switch off; {@code warden.guc.bypass} = the switch on.
 */
class HardCasesGucScenario {

    /** Every setting as the row's policy sees it; one string for each row, and the row makes the table a protected one. */
    private static final String SEEN = "select concat_ws('|', coalesce(current_setting('app.tenant_id', true), 'null'),"
            + " coalesce(current_setting('app.is_platform', true), 'null'),"
            + " coalesce(current_setting('app.region', true), 'null')) from probes";

    @BeforeAll
    static void fixture() throws SQLException {
        try (Connection c = Db.driverManager("warden_owner");
                Statement s = c.createStatement()) {
            s.execute(
                    "create table probes (tenant_id text)"); // a tenant column makes it protected, no RLS hides the row
            s.execute("insert into probes values ('any')");
            s.execute("create table seen (at timestamptz default clock_timestamp(), settings text)");
            s.execute("grant all on probes, seen to warden_app");
            s.execute("create or replace function note_settings() returns trigger language plpgsql as $$ begin"
                    + " insert into seen (settings) " + SEEN + "; return null; end $$");
            s.execute(
                    "create constraint trigger noted after insert or update on customers deferrable initially deferred"
                            + " for each row execute function note_settings()");
            s.execute("drop policy tenant on customers");
            s.execute(
                    "create policy tenant on customers using (tenant_id = nullif(current_setting('app.tenant_id', true), '')"
                            + " or current_setting('app.is_platform', true) = 'on')");
        }
    }

    @BeforeEach
    void forget() throws SQLException {
        try (Connection c = Db.driverManager("warden_app");
                Statement s = c.createStatement()) {
            s.execute("truncate seen");
        }
    }

    /** The session's default opens the door to everybody. */
    private static Connection connect() throws SQLException {
        return DriverManager.getConnection(Db.url() + "?options=-c%20app.is_platform%3Don", "warden_app", "secret");
    }

    @AfterEach
    void clear() {
        TenantContext.clear();
    }

    private static List<String> noted() throws SQLException {
        try (Connection c = Db.driverManager("warden_app")) {
            return Db.column(c, "select distinct settings from seen order by 1");
        }
    }

    /** Named by warden.bypass.platform.at. */
    private static List<String> inBypass(Connection c, String sql) throws SQLException {
        return Db.column(c, sql);
    }

    @Test
    void everyScopeHasAllItsValuesInBothAutocommitModes() throws Exception {
        try (Connection c = connect()) {
            for (boolean autocommit : new boolean[] {true, false, true}) {
                c.setAutoCommit(autocommit);
                for (int i = 0; i < 7; i++) {
                    TenantContext.set("a");
                    assertEquals(List.of("a|off|eu"), Db.column(c, SEEN));
                    TenantContext.clear();
                    assertEquals(List.of("|off|"), Db.column(c, SEEN));
                    assertEquals(List.of("|on|"), inBypass(c, SEEN));
                    TenantContext.set("b");
                    assertEquals(List.of("|on|"), inBypass(c, SEEN));
                    assertEquals(List.of("b|off|eu"), Db.column(c, SEEN));
                    if (!autocommit) {
                        c.commit();
                    }
                }
            }
        }
    }

    @Test
    void theNoneValueIsSentBeforeTheFirstUnscopedStatement() throws Exception {
        for (boolean autocommit : new boolean[] {true, false}) {
            try (Connection c = connect()) {
                c.setAutoCommit(autocommit);
                assertEquals(List.of("|off|"), Db.column(c, SEEN));
                assertEquals(List.of("0"), Db.column(c, "select count(*) from customers"));
            }
        }
    }

    @Test
    void aBypassSeesAllAndTheNextStatementDoesNot() throws Exception {
        try (Connection c = connect()) {
            for (boolean autocommit : new boolean[] {true, false}) {
                c.setAutoCommit(autocommit);
                TenantContext.set("a");
                assertEquals(List.of("a", "b"), inBypass(c, "select distinct tenant_id from customers order by 1"));
                assertEquals(List.of("a"), Db.column(c, "select distinct tenant_id from customers order by 1"));
                TenantContext.clear();
                assertEquals(List.of(), Db.column(c, "select distinct tenant_id from customers order by 1"));
                if (!autocommit) {
                    c.rollback();
                }
            }
        }
    }

    // ---- deferred triggers

    private static void touch(Connection c) throws SQLException {
        assertEquals(
                1,
                Db.column(c, "update customers set amount = amount where note = 'a-1' returning id")
                        .size());
    }

    @Test
    void deferredTriggersRunAsTheTenantAfterABypass() throws Exception {
        try (Connection c = connect()) {
            c.setAutoCommit(false);
            TenantContext.set("a");
            touch(c);
            inBypass(c, "select count(*) from customers");
            c.commit();
            assertEquals(List.of("a|off|eu"), noted());
        }
    }

    @Test
    void deferredTriggersOfABypassAloneRunAsNobody() throws Exception {
        try (Connection c = connect()) {
            c.setAutoCommit(false);
            inBypass(c, "update customers set amount = amount where note = 'a-1' returning id");
            c.commit();
            assertEquals(List.of("|off|"), noted());
        }
    }

    @Test
    void deferredTriggersRunAsTheTenantAfterRollbackToSavepoint() throws Exception {
        try (Connection c = connect()) {
            c.setAutoCommit(false);
            TenantContext.set("a");
            Savepoint first = c.setSavepoint();
            Db.column(c, "select count(*) from customers");
            c.rollback(first);
            touch(c);
            Savepoint second = c.setSavepoint();
            inBypass(c, "select count(*) from customers");
            c.rollback(second);
            c.commit();
            assertEquals(List.of("a|off|eu"), noted());
        }
    }

    @Test
    void deferredTriggersRunAsTheTenantWhoseScopeHasEnded() throws Exception {
        try (Connection c = connect()) {
            c.setAutoCommit(false);
            TenantContext.set("a");
            touch(c);
            TenantContext.clear();
            assertEquals(List.of("|off|"), Db.column(c, SEEN));
            c.commit();
            assertEquals(List.of("a|off|eu"), noted());
        }
    }

    @Test
    void deferredTriggersRunAsTheTenantAtPrepareTransactionAndSetConstraints() throws Exception {
        try (Connection c = connect();
                Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            TenantContext.set("a");
            touch(c);
            inBypass(c, "select count(*) from customers");
            s.execute("prepare transaction 'hard-cases'");
            c.commit();
            c.setAutoCommit(true);
            s.execute("commit prepared 'hard-cases'");
            assertEquals(List.of("a|off|eu"), noted());
            forget();
            c.setAutoCommit(false);
            touch(c);
            inBypass(c, "select count(*) from customers");
            s.execute("set constraints all immediate");
            c.commit();
            assertEquals(List.of("a|off|eu"), noted());
        }
    }

    @Test
    void theTenantOfTheTransactionBeforeIsNotRestoredInAChainedOne() throws Exception {
        try (Connection c = connect();
                Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            TenantContext.set("b");
            Db.column(c, "select count(*) from customers");
            s.execute("commit and chain");
            TenantContext.clear();
            inBypass(c, "update customers set amount = amount where note = 'a-1' returning id");
            c.commit();
            assertEquals(List.of("|off|"), noted());
        }
    }

    @Test
    void aHoldableCursorIsReadAsItsTenantAtCommit() throws Exception {
        try (Connection c = connect();
                Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            TenantContext.set("a");
            s.execute("declare held cursor with hold for select tenant_id from customers");
            c.commit();
            TenantContext.set("b");
            assertEquals(List.of("a", "a"), Db.columnPlain(c, "fetch 2 from held"));
            s.execute("close held");
            c.commit();
        }
    }

    /** Behind an old PgBouncer ours must be unnamed as well. */
    /** Also a setting that no tenant's scope has, about which the server is not asked. */
    @Test
    void whatTheApplicationSetForTheSessionComesBack() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            s.execute("set app.is_platform = 'on'");
            Db.column(c, "select id from invoices");
            TenantContext.set("a");
            c.unwrap(PGConnection.class).getCopyAPI().copyOut("copy (select 1) to stdout", new StringWriter());
            TenantContext.clear();
            Db.column(c, "select id from invoices");
            assertEquals(List.of("on"), Db.column(c, "select current_setting('app.is_platform')"));
        }
    }

    @Test
    void nothingIsPreparedWithThresholdZero() throws Exception {
        TenantContext.set("a");
        try (Connection c = DriverManager.getConnection(Db.url() + "?prepareThreshold=0", "warden_app", "secret");
                PreparedStatement select = c.prepareStatement(SEEN)) {
            for (int i = 0; i < 8; i++) {
                try (ResultSet rs = select.executeQuery()) {
                    rs.next();
                    assertEquals("a|off|eu", rs.getString(1));
                }
            }
            assertEquals(List.of("0"), Db.column(c, "select count(*) from pg_prepared_statements"));
        }
    }
}
