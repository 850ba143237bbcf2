package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.io.StringWriter;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.fastpath.FastpathArg;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;

/** {@code warden.role}: whatever may lose the role, nothing runs with the rights of the login. Mode inject, both logins. */
class RoleScenario extends RoleCase {

    @Test
    void everyStatementRunsAsTheRoleAndABypassAsTheLogin() throws Exception {
        for (String login : LOGINS) {
            try (Connection c = connect(login)) {
                for (boolean autocommit : new boolean[] {true, false, true}) {
                    c.setAutoCommit(autocommit);
                    for (String tenant : new String[] {"a", null, "b"}) {
                        TenantContext.set(tenant);
                        assertActing(c);
                        assertEquals("warden_acting", one(c, "select current_user"));
                        assertEquals("warden_acting", one(c, "values (current_user::text)"));
                        assertEquals(login, one(c, "select session_user"));
                        if (!autocommit) {
                            c.commit();
                        }
                        assertEquals(ofLogin(login), inBypass(() -> one(c, SEEN)));
                        assertActing(c);
                        if (!autocommit) {
                            c.rollback();
                        }
                    }
                }
            }
        }
    }

    /** What nothing protected is named by, and what is said before anything else. */
    @Test
    void statementsThatNameNothingRunAsTheRole() throws Exception {
        for (String login : LOGINS) {
            for (String sql : List.of(
                    "select seen()",
                    "select * from seen()",
                    "table countries",
                    "explain analyze select * from invoices")) {
                try (Connection c = connect(login)) {
                    if (sql.contains("seen")) {
                        assertEquals("warden_acting:0", one(c, sql));
                    }
                    execute(c, sql);
                    assertEquals("warden_acting", one(c, "select current_user"));
                }
            }
        }
    }

    /** A named statement is planned for the role that it runs as, each time. */
    @Test
    void namedStatementsAlternate() throws Exception {
        for (String login : LOGINS) {
            for (String plan : List.of("auto", "force_generic_plan")) {
                try (Connection c = connect(login, "prepareThreshold=1&options=-c%20plan_cache_mode%3D" + plan);
                        PreparedStatement seen = c.prepareStatement(SEEN + " where id > ?");
                        PreparedStatement function = c.prepareStatement("select seen()")) {
                    execute(c, "prepare p as " + SEEN);
                    for (int i = 0; i < 12; i++) {
                        TenantContext.set(i % 3 == 0 ? null : i % 3 == 1 ? "a" : "b");
                        boolean bypass = i % 4 == 3;
                        String expected = bypass ? ofLogin(login) : acting();
                        for (Work<String> work : List.<Work<String>>of(
                                () -> value(seen, true),
                                () -> value(function, false),
                                () -> onePlain(c, "execute p"))) {
                            assertEquals(expected, bypass ? inBypass(work) : work.run(), plan + " " + i);
                        }
                    }
                }
            }
        }
    }

    private static String value(PreparedStatement statement, boolean parameter) throws SQLException {
        if (parameter) {
            statement.setLong(1, 0);
        }
        try (ResultSet rs = statement.executeQuery()) {
            rs.next();
            return rs.getString(1);
        }
    }

    // ---- where the injected statement could be missing

    @Test
    void rollbackToASavepointFromBeforeIt() throws Exception {
        for (String login : LOGINS) {
            for (String tenant : new String[] {"a", null}) {
                try (Connection c = connect(login)) {
                    c.setAutoCommit(false);
                    TenantContext.set(tenant);
                    Savepoint first = c.setSavepoint("first");
                    assertActing(c);
                    c.rollback(first);
                    assertActing(c);
                    execute(c, "rollback to savepoint first");
                    assertActing(c);
                    c.rollback();
                    assertActing(c);
                    c.commit();
                }
            }
        }
    }

    @Test
    void theEndOfATransactionThatBeginsTheNext() throws Exception {
        for (String login : LOGINS) {
            for (String end : List.of("commit and chain", "rollback and chain", "commit", "rollback")) {
                try (Connection c = connect(login)) {
                    c.setAutoCommit(false);
                    TenantContext.set("a");
                    assertActing(c);
                    execute(c, end);
                    assertActing(c);
                    TenantContext.clear();
                    assertActing(c);
                    c.commit();
                }
            }
        }
    }

    @Test
    void transactionsThatFail() throws Exception {
        for (String login : LOGINS) {
            for (String autosave : List.of("never", "always", "conservative")) {
                try (Connection c = connect(login, "autosave=" + autosave)) {
                    TenantContext.set("a");
                    assertThrows(SQLException.class, () -> execute(c, "select 1 / 0"));
                    assertActing(c);
                    c.setAutoCommit(false);
                    Savepoint first = c.setSavepoint();
                    assertThrows(SQLException.class, () -> execute(c, "select 1 / 0"));
                    if (!autosave.equals("always")) {
                        c.rollback(first);
                    }
                    assertActing(c);
                    assertThrows(SQLException.class, () -> execute(c, "select nothing from nowhere"));
                    c.rollback();
                    assertActing(c);
                    c.rollback();
                }
            }
        }
    }

    @Test
    void queriesOfEveryMode() throws Exception {
        for (String login : LOGINS) {
            for (String mode : List.of("simple", "extended", "extendedForPrepared", "extendedCacheEverything")) {
                try (Connection c = connect(login, "preferQueryMode=" + mode)) {
                    for (boolean autocommit : new boolean[] {true, false, true}) {
                        c.setAutoCommit(autocommit);
                        for (String tenant : new String[] {null, "a", "b"}) {
                            TenantContext.set(tenant);
                            assertActing(c);
                            assertEquals(ofLogin(login), inBypass(() -> one(c, SEEN)), mode);
                            if (!autocommit) {
                                Savepoint savepoint = c.setSavepoint();
                                assertActing(c);
                                c.rollback(savepoint);
                                assertActing(c);
                                c.commit();
                            }
                        }
                    }
                }
            }
        }
    }

    /** What one string ends or sets cannot be put right in its middle where it goes out as one: it is refused there. */
    @Test
    void severalStatementsInOneString() throws Exception {
        for (String login : LOGINS) {
            for (String parameters : List.of("preferQueryMode=simple", "preferQueryMode=extended")) {
                for (String sql : List.of(
                        "select 1; rollback; " + SEEN,
                        "select 1; commit; " + SEEN,
                        "commit; create table of_login (id int)",
                        "rollback; analyze invoices; " + SEEN,
                        "select 1; set app.other = 'x'; " + SEEN)) {
                    try (Connection c = connect(login, parameters)) {
                        for (boolean autocommit : new boolean[] {true, false}) {
                            c.setAutoCommit(autocommit);
                            if (!autocommit) {
                                assertActing(c);
                            }
                            String seen = lastOf(c, sql);
                            assertTrue(
                                    seen.equals("warden_acting:0") || seen.equals("42501"),
                                    sql + ": " + seen + ", " + login);
                        }
                    }
                    try (Connection c = connect(login)) {
                        assertEquals("0", one(c, "select count(*) from pg_class where relname = 'of_login'"), sql);
                    }
                }
            }
        }
    }

    private static String lastOf(Connection c, String sql) throws SQLException {
        String last = "";
        try (Statement s = c.createStatement()) {
            boolean rows = s.execute(sql);
            while (rows || s.getUpdateCount() >= 0) {
                if (rows) {
                    ResultSet rs = s.getResultSet();
                    rs.next();
                    last = rs.getString(1);
                }
                rows = s.getMoreResults();
            }
            return last;
        } catch (SQLException e) {
            return e.getSQLState();
        } finally {
            if (!c.getAutoCommit()) {
                c.rollback();
            }
        }
    }

    @Test
    void batches() throws Exception {
        for (String login : LOGINS) {
            try (Connection c = connect(login);
                    Statement s = c.createStatement()) {
                for (boolean autocommit : new boolean[] {true, false}) {
                    c.setAutoCommit(autocommit);
                    TenantContext.set("a");
                    s.addBatch("update customers set note = current_user");
                    s.addBatch("update customers set amount = amount + 1");
                    assertEquals(TestDatabase.ROWS, s.executeBatch()[1]);
                    assertEquals(List.of("warden_acting"), Db.column(c, "select distinct note from customers"));
                    try (PreparedStatement p =
                            c.prepareStatement("insert into customers (tenant_id, note) values (?, ?)")) {
                        for (int i = 0; i < 600; i++) {
                            p.setString(1, i == 599 ? "b" : "a");
                            p.setString(2, "x".repeat(100));
                            p.addBatch();
                        }
                        // the policy's own error, of the last row
                        assertEquals(
                                "42501",
                                assertThrows(BatchUpdateException.class, p::executeBatch)
                                        .getSQLState());
                    }
                    if (!autocommit) {
                        c.rollback();
                    }
                    assertActing(c);
                    execute(c, "delete from customers where note like 'xx%'");
                    if (!autocommit) {
                        c.commit();
                    }
                }
            }
        }
    }

    // ---- what nothing can go along with

    @Test
    void callDoAndCopy() throws Exception {
        for (String login : LOGINS) {
            try (Connection c = connect(login)) {
                for (boolean autocommit : new boolean[] {true, false, true}) {
                    c.setAutoCommit(autocommit);
                    for (String tenant : new String[] {null, "a"}) {
                        TenantContext.set(tenant);
                        assertEquals(acting(), copied(c));
                        execute(c, "do $$ begin perform note_down(); end $$");
                        assertEquals(acting(), one(c, "select what from noted"));
                        execute(c, "call note_down_by_call()");
                        assertEquals(acting(), one(c, "select what from noted"));
                        assertEquals(acting(), copied(c));
                        if (!autocommit) {
                            c.rollback();
                            assertEquals(acting(), copied(c));
                            c.commit();
                        }
                        assertEquals(ofLogin(login), inBypass(() -> copied(c)));
                        assertActing(c);
                        if (!autocommit) {
                            c.commit();
                        }
                    }
                }
                c.setAutoCommit(true);
                TenantContext.clear();
                assertEquals(
                        "none:" + login,
                        inBypass(() -> one(c, "select current_setting('role') || ':' || current_user")));
            }
        }
    }

    private static String copied(Connection c) throws Exception {
        StringWriter out = new StringWriter();
        c.unwrap(PGConnection.class).getCopyAPI().copyOut("copy (" + SEEN + ") to stdout", out);
        return out.toString().strip();
    }

    /** With a role that is local to the transaction the server refuses a COMMIT inside (2D000); one of the session stays, and must go again. */
    @Test
    void aProcedureThatCommits() throws Exception {
        for (String login : LOGINS) {
            try (Connection c = connect(login)) {
                for (String tenant : new String[] {null, "a", "b"}) {
                    TenantContext.set(tenant);
                    execute(c, "call note_down_and_commit()");
                    assertEquals(acting(), one(c, "select what from noted"));
                    execute(c, "do $$ begin perform note_down(); commit; perform note_down(); end $$");
                    assertEquals(acting(), one(c, "select what from noted"));
                    assertEquals(
                            "none:" + login,
                            inBypass(() -> one(c, "select current_setting('role') || ':' || current_user")));
                }
                c.setAutoCommit(false);
                TenantContext.set("a");
                assertThrows(SQLException.class, () -> execute(c, "call note_down_and_commit()"));
                c.rollback();
                assertActing(c);
                c.rollback();
            }
        }
    }

    @Test
    @SuppressWarnings("deprecation")
    void theFastPath() throws Exception {
        for (String login : LOGINS) {
            try (Connection c = connect(login)) {
                int seen = Integer.parseInt(one(c, "select 'seen()'::regprocedure::oid::bigint"));
                for (boolean autocommit : new boolean[] {true, false, true}) {
                    c.setAutoCommit(autocommit);
                    for (String tenant : new String[] {"a", null}) {
                        TenantContext.set(tenant);
                        assertEquals(acting(), fast(c, seen));
                        assertActing(c);
                        if (!autocommit) {
                            c.commit();
                            assertEquals(acting(), fast(c, seen));
                            c.commit();
                        }
                    }
                }
                c.setAutoCommit(false);
                LargeObjectManager objects = c.unwrap(PGConnection.class).getLargeObjectAPI();
                long oid = objects.createLO();
                try (LargeObject object = objects.open(oid)) {
                    object.write("text".getBytes(java.nio.charset.StandardCharsets.UTF_8));
                }
                assertEquals(
                        "warden_acting",
                        one(c, "select pg_get_userbyid(lomowner) from pg_largeobject_metadata where oid = " + oid));
                c.rollback();
            }
        }
    }

    private static String fast(Connection c, int function) throws SQLException {
        byte[] answer = c.unwrap(PGConnection.class).getFastpathAPI().fastpath(function, new FastpathArg[0]);
        return new String(answer, java.nio.charset.StandardCharsets.UTF_8);
    }

    // ---- cursors

    @Test
    void cursorsOfAnotherRole() throws Exception {
        for (String login : LOGINS) {
            try (Connection c = connect(login)) {
                c.setAutoCommit(false);
                inBypass(() -> {
                    execute(c, "declare all_rows cursor for select tenant_id from invoices");
                    return null;
                });
                refused(c, "fetch 5 from all_rows", "still open");
                c.rollback();
                try (Statement s = c.createStatement()) {
                    s.setFetchSize(2);
                    TenantContext.set("a");
                    ResultSet rows = s.executeQuery("select current_user::text from invoices");
                    assertTrue(rows.next());
                    assertEquals("warden_acting", rows.getString(1));
                    SQLException e = assertThrows(SQLException.class, () -> inBypass(() -> one(c, SEEN)));
                    assertTrue(e.getMessage().contains("still open"), e.getMessage());
                    rows.close();
                    assertEquals(ofLogin(login), inBypass(() -> one(c, SEEN)));
                    assertActing(c);
                }
                c.rollback();
            }
        }
    }

    // ---- two-phase commit

    @Test
    void preparedTransactionsBelongToTheRole() throws Exception {
        for (String login : LOGINS) {
            try (Connection c = connect(login)) {
                for (String end : List.of("commit prepared", "rollback prepared")) {
                    String name = "'role_" + login + "_" + end.charAt(0) + "'";
                    c.setAutoCommit(false);
                    TenantContext.set("a");
                    assertActing(c);
                    execute(c, "prepare transaction " + name);
                    c.setAutoCommit(true);
                    assertEquals("warden_acting", one(c, "select owner from pg_prepared_xacts where gid = " + name));
                    if (login.equals(OWNER)) {
                        SQLException e = assertThrows(
                                SQLException.class,
                                () -> inBypass(() -> {
                                    execute(c, end + " " + name);
                                    return null;
                                }));
                        assertEquals("42501", e.getSQLState(), e.getMessage());
                    }
                    execute(c, end + " " + name);
                    assertActing(c);
                    assertEquals("none", inBypass(() -> one(c, "select current_setting('role')")));
                }
            }
        }
    }

    // ---- what belongs to whom

    @Test
    void temporaryTablesBelongToWhoeverMadeThem() throws Exception {
        for (String login : LOGINS) {
            try (Connection c = connect(login)) {
                execute(c, "create temp table scratch (id int)");
                execute(c, "insert into scratch values (1)");
                assertEquals(
                        "warden_acting",
                        one(c, "select pg_get_userbyid(relowner) from pg_class where oid = 'scratch'::regclass"));
                assertEquals("1", inBypass(() -> one(c, "select count(*) from scratch")));
                inBypass(() -> {
                    execute(c, "create temp table of_login (id int)");
                    return null;
                });
                denied(c, "select * from of_login");
            }
        }
    }

    @Test
    void ddlNeedsTheRightOfTheRole() throws Exception {
        for (String login : LOGINS) {
            try (Connection c = connect(login)) {
                for (String sql : List.of(
                        "create table of_login (id int)",
                        "alter table countries add column more int",
                        "drop table countries",
                        "truncate countries",
                        "create index on countries (code)",
                        "create index concurrently on countries (code)",
                        "create role of_login",
                        "create database of_login",
                        "reindex table countries",
                        "comment on table countries is 'x'",
                        "grant warden_acting to warden_app")) {
                    denied(c, sql);
                }
                execute(c, "grant select on countries to public");
                execute(c, "analyze countries");
                execute(c, "vacuum countries");
                assertEquals(
                        "f",
                        one(c, "select has_table_privilege('warden_bypass', 'countries', 'select')")
                                .substring(0, 1));
                assertEquals(
                        "0",
                        one(
                                c,
                                "select count(*) from pg_stat_user_tables where relname = 'countries' and analyze_count > 0"));
                execute(c, "create table own.made (id int)");
                assertEquals(
                        "warden_acting",
                        one(c, "select pg_get_userbyid(relowner) from pg_class where oid = 'own.made'::regclass"));
                execute(c, "drop table own.made");
                c.setAutoCommit(false);
                c.setSavepoint();
                denied(c, "create table of_login (id int)");
                c.rollback();
                c.setAutoCommit(true);
                inBypass(() -> {
                    execute(c, "create table migrated (id int)");
                    execute(c, "create index concurrently on migrated (id)");
                    execute(c, "vacuum migrated");
                    return null;
                });
                assertEquals(
                        login,
                        one(c, "select pg_get_userbyid(relowner) from pg_class where oid = 'migrated'::regclass"));
                inBypass(() -> {
                    execute(c, "drop table migrated");
                    return null;
                });
            }
        }
    }

    /** A migration sets a role of its own, and a bypass in the middle of a transaction gets the login's back. */
    @Test
    void aBypassMaySetARoleItself() throws Exception {
        for (String login : LOGINS) {
            for (boolean autocommit : new boolean[] {true, false}) {
                try (Connection c = connect(login)) {
                    c.setAutoCommit(autocommit);
                    TenantContext.set("a");
                    assertActing(c);
                    inBypass(() -> {
                        assertEquals(login, one(c, "select current_user"));
                        execute(c, "set role warden_lesser");
                        assertEquals("warden_lesser", one(c, "select current_user"));
                        return null;
                    });
                    assertActing(c);
                    inBypass(() -> {
                        execute(c, "reset role");
                        assertEquals(login, one(c, "select current_user"));
                        return null;
                    });
                    assertActing(c);
                    if (!autocommit) {
                        c.commit();
                    }
                }
            }
        }
    }

    // ---- deferred triggers

    @Test
    void deferredTriggersRunAsTheRole() throws Exception {
        for (String login : LOGINS) {
            try (Connection c = connect(login)) {
                c.setAutoCommit(false);
                TenantContext.set("a");
                Savepoint first = c.setSavepoint();
                assertActing(c);
                c.rollback(first);
                execute(c, "insert into deferring values (1)");
                execute(c, "savepoint s");
                execute(c, "rollback to savepoint s");
                c.commit();
                assertEquals(acting(), one(c, "select what from noted"));
                execute(c, "insert into deferring values (1)");
                inBypass(() -> {
                    one(c, SEEN);
                    c.commit();
                    return null;
                });
                assertEquals(acting(), one(c, "select what from noted"));
                c.commit();
            }
        }
    }

    // ---- functions that change the role where no text says so

    @Test
    void aFunctionThatChangesTheRoleOutOfSight() throws Exception {
        for (String login : LOGINS) {
            for (String tenant : new String[] {null, "a"}) {
                try (Connection c = connect(login)) {
                    TenantContext.set(tenant);
                    c.setAutoCommit(false);
                    assertActing(c);
                    execute(c, "select computed()");
                    assertActing(c);
                    execute(c, "do $$ begin perform computed(); end $$");
                    assertActing(c);
                    c.commit();
                    c.setAutoCommit(true);
                    execute(c, "do $$ begin perform computed_for_session(); end $$");
                    execute(c, "do $$ begin perform note_down(); end $$");
                    assertEquals(acting(), one(c, "select what from noted"));
                    assertActing(c);
                }
            }
        }
    }

    // ---- pools

    /** What the application takes back must not come again when ours goes. */
    @Test
    void aRoleOfTheSessionThatTheApplicationTakesBack() throws Exception {
        for (String login : LOGINS) {
            for (String parameters : List.of("", "options=-c%20role%3Dwarden_acting")) {
                try (Connection c = connect(login, parameters)) {
                    assertActing(c);
                    assertEquals(ofLogin(login), inBypass(() -> one(c, SEEN)), parameters);
                    execute(c, "set role warden_acting");
                    assertActing(c);
                    execute(c, "call note_down_by_call()");
                    assertEquals(ofLogin(login), inBypass(() -> one(c, SEEN)));
                    assertActing(c);
                    c.setAutoCommit(false);
                    execute(c, "set role warden_acting");
                    c.commit();
                    execute(c, "set role none");
                    c.rollback(); // and it is there again
                    assertEquals(ofLogin(login), inBypass(() -> one(c, SEEN)));
                    c.rollback();
                    c.setAutoCommit(true);
                    for (String back : List.of("set role none", "reset role")) {
                        execute(c, back);
                        assertEquals(ofLogin(login), inBypass(() -> one(c, SEEN)));
                        assertActing(c);
                    }
                }
            }
        }
    }

    @Test
    void aPoolThatSetsTheRoleItself() throws Exception {
        for (String login : LOGINS) {
            HikariConfig config = new HikariConfig();
            config.setJdbcUrl(Db.url());
            config.setUsername(login);
            config.setPassword("secret");
            config.setMaximumPoolSize(1);
            config.setConnectionInitSql("set role warden_acting");
            try (HikariDataSource pool = new HikariDataSource(config)) {
                for (int i = 0; i < 3; i++) {
                    TenantContext.set(i == 1 ? null : "a");
                    try (Connection c = pool.getConnection()) {
                        assertActing(c);
                        c.setAutoCommit(false);
                        assertActing(c);
                        c.commit();
                    }
                }
            }
        }
    }
}
