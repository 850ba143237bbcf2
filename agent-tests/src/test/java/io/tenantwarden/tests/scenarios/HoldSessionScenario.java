package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.CountingSocketFactory;
import io.tenantwarden.tests.jvm.Db;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.fastpath.Fastpath;
import org.postgresql.fastpath.FastpathArg;

/** {@code warden.hold=session}: sent once for a tenant, and never another's where somebody else can see it. Mode inject. */
class HoldSessionScenario extends HardCase {

    private static final String SETTING = "select current_setting('app.tenant_id', true)";

    @BeforeAll
    static void functionsThatSet() throws SQLException {
        try (Connection c = Db.driverManager("warden_owner");
                Statement s = c.createStatement()) {
            s.execute("create or replace function become(who text) returns text language sql as"
                    + " $$ select set_config('app.tenant_id', who, false) $$");
            s.execute("create or replace procedure become_and_commit(who text) language plpgsql as"
                    + " $$ begin perform set_config('app.tenant_id', who, false); commit; end $$");
            s.execute("create table if not exists traced (who text, seen text)");
            s.execute("grant select, insert on traced to warden_app");
            s.execute("create or replace function trace() returns trigger language plpgsql as $$ begin"
                    + " new.seen := coalesce(tenants_seen(), ''); return new; end $$");
            s.execute("create or replace trigger traces before insert on traced for each row execute function trace()");
            s.execute("create table if not exists switching (who text)");
            s.execute("grant insert on switching to warden_app");
            s.execute("create or replace function switches() returns trigger language plpgsql as $$ begin"
                    + " perform become(new.who); return new; end $$");
            s.execute("create or replace trigger switches before insert on switching"
                    + " for each row execute function switches()");
            s.execute("create table if not exists late (id int primary key,"
                    + " ref int references late deferrable initially deferred)");
            s.execute("grant insert, select on late to warden_app");
            s.execute("create table if not exists late_seen (seen text)");
            s.execute("grant select, insert on late_seen to warden_app");
            s.execute("create or replace function note_late() returns trigger language plpgsql as $$ begin"
                    + " insert into late_seen values (coalesce(tenants_seen(), '')); return null; end $$");
            s.execute("create table if not exists queued (id int)");
            s.execute("grant insert on queued to warden_app");
            s.execute("drop trigger if exists notes on queued");
            s.execute("create constraint trigger notes after insert on queued deferrable initially deferred"
                    + " for each row execute function note_late()");
            s.execute("create or replace view own_setting as select current_setting('app.tenant_id', true) as value");
            s.execute("grant select on own_setting to warden_app");
        }
    }

    private static HikariDataSource poolOfOne() {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(Db.url() + "?prepareThreshold=0&socketFactory=" + CountingSocketFactory.class.getName());
        config.setUsername("warden_app");
        config.setPassword("secret");
        config.setMaximumPoolSize(1);
        return new HikariDataSource(config);
    }

    /** A connection on which the value of a tenant stands for the session. */
    private static Connection after(String tenant) throws SQLException {
        Connection c = connect("prepareThreshold=1");
        TenantContext.set(tenant);
        assertSees(c, tenant);
        assertSees(c, tenant);
        return c;
    }

    private interface Work {
        void run(Connection c) throws Exception;
    }

    private static long injectionsOf(Connection c, Work work) throws Exception {
        long before = CountingSocketFactory.injections();
        work.run(c);
        return CountingSocketFactory.injections() - before;
    }

    // ---- what is saved

    @Test
    void aTenantIsSentOnceWhoeverBorrowsTheConnection() throws Exception {
        try (HikariDataSource pool = poolOfOne()) {
            TenantContext.set("a");
            long sent = injectionsOf(null, none -> {
                for (int i = 0; i < 10; i++) {
                    try (Connection c = pool.getConnection()) {
                        assertSees(c, "a");
                        assertRows("a", Db.columnPlain(c, TENANTS));
                    }
                    try (Connection c = pool.getConnection()) {
                        c.setAutoCommit(false);
                        assertSees(c, "a");
                        if (i % 2 == 0) {
                            c.commit();
                        } else {
                            c.rollback();
                        }
                    }
                }
            });
            assertEquals(1, sent);
        }
    }

    @Test
    void whatIsSetInATransactionStandsAfterCommit() throws Exception {
        try (HikariDataSource pool = poolOfOne();
                Connection c = pool.getConnection()) {
            TenantContext.set("a");
            c.setAutoCommit(false);
            assertSees(c, "a");
            c.commit();
            assertEquals(0, injectionsOf(c, same -> {
                assertSees(same, "a");
                same.commit();
                same.setAutoCommit(true);
                assertSees(same, "a");
            }));
        }
    }

    @Test
    void anotherScopeIsSentBeforeItsFirstStatement() throws Exception {
        try (HikariDataSource pool = poolOfOne();
                Connection c = pool.getConnection()) {
            for (String tenant : List.of("a", "b", "a", "b")) {
                TenantContext.set(tenant);
                assertEquals(1, injectionsOf(c, same -> {
                    assertSees(same, tenant);
                    assertSees(same, tenant);
                }));
            }
            TenantContext.clear();
            assertEquals(1, injectionsOf(c, same -> {
                assertSees(same, null);
                assertSees(same, null);
            }));
        }
    }

    // ---- what others must not see

    @Test
    void nobodySeesNothingOfTheTenantBefore() throws Exception {
        List<Work> ways = List.of(
                c -> assertSees(c, null),
                c -> assertEquals(List.of(), Db.column(c, "select note from open_invoices where id > 0")),
                c -> assertEquals("", Db.column(c, SETTING).get(0)),
                c -> assertEquals("", Db.columnPlain(c, "show app.tenant_id").get(0)),
                c -> assertEquals(
                        "", Db.columnPlain(c, "show \"app\".\"tenant_id\"").get(0)),
                c -> assertEquals(
                        "", Db.column(c, "select value from own_setting").get(0)),
                c -> assertEquals(
                        "",
                        Db.column(c, "select setting from pg_settings where name = 'app.tenant_id' union all select ''")
                                .get(0)),
                c -> assertEquals(null, Db.column(c, "select tenants_seen()").get(0)),
                c -> {
                    try (Statement s = c.createStatement()) {
                        s.execute("insert into traced values ('nobody')");
                    }
                    assertEquals(List.of(""), Db.column(c, "select distinct seen from traced where who = 'nobody'"));
                },
                c -> {
                    try (Statement s = c.createStatement()) {
                        s.execute("do $$ begin insert into traced values ('do'); end $$");
                    }
                    assertEquals(List.of(""), Db.column(c, "select distinct seen from traced where who = 'do'"));
                },
                c -> {
                    StringWriter out = new StringWriter();
                    c.unwrap(PGConnection.class).getCopyAPI().copyOut("copy (select * from invoices) to stdout", out);
                    assertEquals("", out.toString());
                },
                c -> {
                    c.setAutoCommit(false);
                    assertSees(c, null);
                    c.rollback();
                    assertSees(c, null);
                    c.commit();
                },
                c -> assertEquals(null, fastpath(c)),
                c -> {
                    c.setAutoCommit(false);
                    assertEquals(null, fastpath(c));
                    c.commit();
                });
        for (int i = 0; i < ways.size(); i++) {
            try (Connection c = after("a")) {
                TenantContext.clear();
                ways.get(i).run(c);
            }
        }
    }

    @SuppressWarnings("deprecation")
    private static String fastpath(Connection c) throws SQLException {
        Fastpath fastpath = c.unwrap(PGConnection.class).getFastpathAPI();
        int number = Integer.parseInt(
                Db.column(c, "select 'tenants_seen'::regproc::oid").get(0));
        fastpath.addFunction("tenants_seen", number);
        byte[] seen = fastpath.fastpath("tenants_seen", new FastpathArg[0]);
        return seen == null ? null : new String(seen, java.nio.charset.StandardCharsets.UTF_8);
    }

    @Test
    void anotherTenantSeesItsOwnThroughEveryDoor() throws Exception {
        try (Connection c = after("a")) {
            TenantContext.set("b");
            assertEquals("b", fastpath(c));
        }
        try (Connection c = after("a")) {
            TenantContext.set("b");
            assertEquals("b", Db.columnPlain(c, "show app.tenant_id").get(0));
        }
        try (Connection c = after("a")) {
            TenantContext.set("b");
            assertEquals("b", Db.column(c, "select tenants_seen()").get(0));
            try (Statement s = c.createStatement()) {
                s.execute("do $$ begin insert into traced values ('b'); end $$");
            }
            assertEquals(List.of("b"), Db.column(c, "select distinct seen from traced where who = 'b'"));
        }
    }

    // ---- what ends it

    @Test
    void rollbackTakesTheOtherTenantBack() throws Exception {
        try (Connection c = after("a")) {
            c.setAutoCommit(false);
            TenantContext.set("b");
            assertSees(c, "b");
            c.rollback();
            assertSees(c, "b");
            c.rollback();
            c.setAutoCommit(true);
            assertSees(c, "b");
            TenantContext.set("a");
            assertSees(c, "a");
        }
    }

    @Test
    void rollbackToASavepoint() throws Exception {
        try (Connection c = after("a")) {
            c.setAutoCommit(false);
            try (Statement s = c.createStatement()) {
                s.execute("select 1");
            }
            Savepoint before = c.setSavepoint();
            TenantContext.set("b");
            assertSees(c, "b");
            c.rollback(before);
            assertSees(c, "b");
            c.rollback(before);
            c.commit();
            assertSees(c, "b");
            c.commit();
            c.setAutoCommit(true);
            assertSees(c, "b");
        }
    }

    @Test
    void aStatementThatFails() throws Exception {
        try (Connection c = after("a")) {
            TenantContext.set("b");
            assertThrows(SQLException.class, () -> Db.column(c, "select 1/0 from invoices"));
            assertSees(c, "b");
            TenantContext.set("a");
            assertThrows(SQLException.class, () -> Db.column(c, "select from from"));
            assertSees(c, "a");
        }
    }

    /** The statement itself succeeds; Sync, which commits it, does not. */
    @Test
    void aConstraintThatFailsOnlyAtTheEnd() throws Exception {
        try (Connection c = after("a")) {
            TenantContext.set("b");
            for (String sql : List.of("insert into late values (1, 99)", "insert into late values (2, 99), (3, 99)")) {
                try (PreparedStatement insert = c.prepareStatement(sql)) {
                    assertEquals(
                            "23503",
                            assertThrows(SQLException.class, insert::execute).getSQLState());
                }
                assertSees(c, "b");
                TenantContext.set("a");
                assertSees(c, "a");
                TenantContext.set("b");
            }
            c.setAutoCommit(false);
            assertSees(c, "b");
            try (Statement s = c.createStatement()) {
                s.execute("insert into late values (4, 99)");
            }
            assertThrows(SQLException.class, c::commit);
            assertSees(c, "b");
            c.rollback();
        }
    }

    @Test
    void aBatchThatFailsInItsMiddle() throws Exception {
        try (Connection c = after("a")) {
            TenantContext.set("b");
            try (PreparedStatement insert = c.prepareStatement("insert into late values (?, ?)")) {
                for (int i = 0; i < 700; i++) {
                    insert.setInt(1, 1_000 + i);
                    insert.setInt(2, i == 650 ? 99 : 1_000 + i);
                    insert.addBatch();
                }
                assertThrows(SQLException.class, insert::executeBatch);
            }
            assertSees(c, "b");
            TenantContext.set("a");
            assertSees(c, "a");
        }
    }

    @Test
    void codeInTheServerThatSetsIt() throws Exception {
        for (String sql : List.of(
                "select become('b')",
                "insert into switching values ('b')",
                "call become_and_commit('b')",
                "do $$ begin perform become('b'); end $$",
                "select * from invoices where become('b') is null")) {
            try (Connection c = after("a");
                    Statement s = c.createStatement()) {
                s.execute(sql);
                assertSees(c, "a");
                c.setAutoCommit(false);
                if (!sql.startsWith("call")) {
                    s.execute(sql);
                    c.commit();
                    assertSees(c, "a");
                    c.commit();
                }
            }
        }
    }

    @Test
    void resetAndDiscard() throws Exception {
        for (String sql : List.of("reset app.tenant_id", "reset all", "discard all", "set app.tenant_id to default")) {
            try (Connection c = after("a");
                    Statement s = c.createStatement()) {
                s.execute(sql);
                assertSees(c, "a");
                TenantContext.clear();
                s.execute(sql);
                assertSees(c, null);
                TenantContext.set("a");
                assertSees(c, "a");
            }
        }
    }

    @Test
    void commitAndChainAndTextualTransactions() throws Exception {
        try (Connection c = after("a");
                Statement s = c.createStatement()) {
            TenantContext.set("b");
            s.execute("begin");
            assertSees(c, "b");
            s.execute("rollback and chain");
            assertSees(c, "b");
            s.execute("commit and chain");
            assertSees(c, "b");
            s.execute("rollback");
            assertSees(c, "b");
            TenantContext.set("a");
            assertSees(c, "a");
            s.execute("begin; select 1; rollback");
            assertSees(c, "a");
        }
    }

    // ---- what goes on

    @Test
    void deferredTriggersRunAsTheTenantThoughNothingWasSent() throws Exception {
        try (Connection c = after("a");
                Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            s.execute("insert into queued values (1)");
            TenantContext.clear();
            c.commit();
            c.setAutoCommit(true);
            TenantContext.set("a");
            assertTrue(Db.column(c, "select seen from late_seen").contains("a"));
            assertFalse(Db.column(c, "select seen from late_seen").contains(""));
        }
    }

    @Test
    void anOpenCursorKeepsItsTenant() throws Exception {
        try (Connection c = after("a")) {
            c.setAutoCommit(false);
            try (PreparedStatement select = c.prepareStatement(TENANTS)) {
                select.setFetchSize(5);
                try (ResultSet rows = select.executeQuery()) {
                    assertTrue(rows.next());
                    TenantContext.set("b");
                    assertRefused(assertThrows(SQLException.class, () -> Db.column(c, TENANTS)), "still open");
                    for (int i = 1; i < 20; i++) {
                        assertTrue(rows.next());
                        assertEquals("a", rows.getString(1));
                    }
                }
            }
            c.rollback();
            assertSees(c, "b");
        }
    }

    @Test
    void theApplicationsOwnHelperCountsAsEver() throws Exception {
        try (Connection c = after("a");
                Statement s = c.createStatement()) {
            TenantContext.clear();
            s.execute("set app.tenant_id = 'b'");
            assertSees(c, "b");
            TenantContext.set("a");
            assertSees(c, "a");
            TenantContext.clear();
            assertSees(c, "b");
            s.execute("reset app.tenant_id");
            assertSees(c, null);
            c.setAutoCommit(false);
            s.execute("set local app.tenant_id = 'a'");
            assertSees(c, "a");
            c.commit();
            assertSees(c, null);
            c.rollback();
            TenantContext.set("b");
            assertSees(c, "b");
            c.commit();
            TenantContext.clear();
            s.execute("set app.tenant_id = 'a'");
            assertSees(c, "a");
            c.commit();
            assertSees(c, "a");
            c.rollback();
            TenantContext.set("b");
            assertSees(c, "b");
            c.rollback();
            TenantContext.clear();
            assertSees(c, "a");
        }
    }

    @Test
    void theFirstStatementOfATransactionIsNoneOfOurs() throws Exception {
        try (Connection c = after("a");
                Statement s = c.createStatement()) {
            TenantContext.set("b");
            c.setAutoCommit(false);
            s.execute("show transaction_isolation");
            s.execute("set transaction isolation level serializable");
            assertSees(c, "b");
            c.commit();
            c.setAutoCommit(true);
            s.execute("create table if not exists made (id int)");
            s.execute("vacuum made");
            s.execute("drop table made");
            assertSees(c, "b");
        }
    }
}
