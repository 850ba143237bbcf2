package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Rows of another tenant, and rows that are none. A test whose name begins with {@code foreign} meets one; {@code rows.expected} says what becomes
 * of it: {@code refused} before the application sees it, or {@code seen}. Tests whose names begin with {@code own} meet none.
 */
class ForeignRowsScenario {

    private static final boolean REFUSED = "refused".equals(System.getProperty("rows.expected"));
    private static final boolean INJECTED =
            !System.getProperty("warden.mode", "").equals("audit");
    private static final String UUID_A = "11111111-2222-3333-4444-555555555555";

    /** What an application does with a connection. */
    private interface Work {
        List<String> run(Connection c) throws SQLException;
    }

    @BeforeEach
    void tenant() {
        TenantContext.set("a");
    }

    @AfterEach
    void noTenant() {
        TenantContext.clear();
    }

    private static Connection as(String role, String... properties) throws SQLException {
        Properties all = new Properties();
        all.setProperty("user", role);
        all.setProperty("password", "secret");
        for (int i = 0; i < properties.length; i += 2) {
            all.setProperty(properties[i], properties[i + 1]);
        }
        return DriverManager.getConnection(Db.url(), all);
    }

    /** A result with a foreign row: refused, or there. */
    private static void foreign(Connection c, Work work) throws SQLException {
        if (!REFUSED) {
            assertFalse(work.run(c).isEmpty());
            return;
        }
        SQLException refusal = assertThrows(SQLException.class, () -> work.run(c));
        String message = refusal.getMessage();
        assertEquals("42501", refusal.getSQLState(), message);
        assertTrue(message.contains("[warden] refused: cross-tenant row: "), message);
        assertTrue(message.contains(" at " + ForeignRowsScenario.class.getName() + "."), message);
        assertFalse(message.replaceAll("Batch entry [^\\[]*", "").contains("'b'"), message); // the driver's own words
        if (!c.getAutoCommit()) {
            c.rollback();
        }
        // everything was read: the connection goes on
        try (Statement s = c.createStatement();
                ResultSet rs = s.executeQuery("select 7")) {
            assertTrue(rs.next());
            assertEquals(7, rs.getInt(1));
        }
    }

    private static List<String> read(ResultSet rs) throws SQLException {
        List<String> all = new ArrayList<>();
        try (rs) {
            while (rs.next()) {
                all.add(rs.getString(1));
            }
        }
        return all;
    }

    // ---------------------------------------------------------------- roles that no policy filters

    @Test
    void foreignForARoleThatBypasses() throws Exception {
        try (Connection c = as("warden_bypass")) {
            foreign(c, own -> Db.column(own, "select tenant_id, id from invoices order by tenant_id desc"));
        }
    }

    @Test
    void foreignForAnOwnerWithoutForce() throws Exception {
        try (Connection c = as("warden_owner")) {
            foreign(c, own -> Db.column(own, "select tenant_id from loose order by tenant_id desc"));
        }
    }

    @Test
    void foreignOnATableWithoutRls() throws Exception {
        try (Connection c = as("warden_app")) {
            foreign(c, own -> Db.columnPlain(own, "select * from open_table order by tenant_id desc"));
        }
    }

    @Test
    void foreignInOneTableOfAJoin() throws Exception {
        try (Connection c = as("warden_bypass")) {
            foreign(
                    c,
                    own -> Db.column(
                            own,
                            "select c.tenant_id as x, i.tenant_id as y from customers c, invoices i"
                                    + " where c.tenant_id = 'a' and i.tenant_id = 'b' limit 3"));
        }
    }

    /** Described once, in binary format from then on where the type has one. */
    @Test
    void foreignInAStatementThatTheServerHasPrepared() throws Exception {
        try (Connection c = as("warden_bypass", "prepareThreshold", "1");
                PreparedStatement s = c.prepareStatement("select tenant_id, id from invoices where tenant_id = ?")) {
            for (int i = 0; i < 8; i++) {
                s.setString(1, "a");
                assertEquals(20, read(s.executeQuery()).size());
            }
            s.setString(1, "b");
            foreign(c, own -> read(s.executeQuery()));
            s.setString(1, "a");
            assertEquals(20, read(s.executeQuery()).size());
        }
    }

    @Test
    void foreignInSimpleMode() throws Exception {
        try (Connection c = as("warden_bypass", "preferQueryMode", "simple")) {
            foreign(c, own -> Db.columnPlain(own, "select tenant_id from invoices where tenant_id = 'b'"));
        }
    }

    @Test
    void foreignInAStringOfSeveral() throws Exception {
        try (Connection c = as("warden_bypass");
                Statement s = c.createStatement()) {
            foreign(c, own -> {
                s.execute("select 1; select tenant_id from invoices where tenant_id = 'b'");
                s.getMoreResults();
                return read(s.getResultSet());
            });
        }
    }

    // ---------------------------------------------------------------- types of tenant columns

    /** Runs a statement: written in the test, so that the site is there. */
    private interface Query {
        ResultSet run(PreparedStatement s) throws SQLException;
    }

    private static void typed(String table, String own, String other, Query query, String... properties)
            throws SQLException {
        TenantContext.set(own);
        String sql = "select tenant_id from " + table + " where tenant_id::text like ?";
        try (Connection c = as("warden_bypass", properties);
                PreparedStatement s = c.prepareStatement(sql)) {
            for (int i = 0; i < 3; i++) {
                s.setString(1, own + "%");
                assertEquals(1, read(query.run(s)).size(), table);
            }
            s.setString(1, other + "%");
            foreign(c, same -> read(query.run(s)));
        }
    }

    @Test
    void foreignIntegers() throws Exception {
        typed("of_int", "7", "8", s -> s.executeQuery());
        typed("of_int", "7", "8", s -> s.executeQuery(), "prepareThreshold", "-1");
    }

    @Test
    void foreignBigIntegers() throws Exception {
        typed("of_bigint", "7", "8", s -> s.executeQuery());
        typed("of_bigint", "7", "8", s -> s.executeQuery(), "prepareThreshold", "-1");
    }

    @Test
    void foreignNumerics() throws Exception {
        typed("of_numeric", "7", "8", s -> s.executeQuery());
        typed("of_numeric", "7", "8", s -> s.executeQuery(), "prepareThreshold", "-1");
    }

    @Test
    void foreignUuids() throws Exception {
        typed("of_uuid", UUID_A, "9", s -> s.executeQuery());
        typed("of_uuid", UUID_A, "9", s -> s.executeQuery(), "prepareThreshold", "-1");
    }

    @Test
    void foreignStrings() throws Exception {
        typed("of_varchar", "a", "b", s -> s.executeQuery());
        typed("of_char", "a", "b", s -> s.executeQuery());
        typed("of_domain", "a", "b", s -> s.executeQuery());
    }

    // ---------------------------------------------------------------- ways of reading

    /** The first rows are the tenant's own: what is fetched later is not. */
    @Test
    void foreignInALaterFetch() throws Exception {
        try (Connection c = as("warden_bypass");
                PreparedStatement s = c.prepareStatement("select tenant_id from invoices order by tenant_id")) {
            c.setAutoCommit(false);
            s.setFetchSize(5);
            List<String> before = new ArrayList<>();
            foreign(c, own -> {
                try (ResultSet rs = s.executeQuery()) {
                    while (rs.next()) {
                        before.add(rs.getString(1));
                    }
                }
                return before;
            });
            assertEquals(REFUSED ? 20 : 40, before.size());
        }
    }

    /** The same text under another tenant is refused while a result of it is open, which goes on with its own rows. */
    @Test
    void ownRowsOfAResultThatIsOpen() throws Exception {
        String sql = "select tenant_id from invoices order by id";
        try (Connection c = as("warden_app", "preferQueryMode", "extendedCacheEverything");
                Statement open = c.createStatement();
                Statement other = c.createStatement()) {
            c.setAutoCommit(false);
            open.setFetchSize(5);
            ResultSet rs = open.executeQuery(sql);
            List<String> rows = new ArrayList<>();
            if (INJECTED) {
                rs.next();
                rows.add(rs.getString(1));
                TenantContext.set("b");
                SQLException refusal = assertThrows(SQLException.class, () -> other.executeQuery(sql));
                assertEquals("42501", refusal.getSQLState(), refusal.getMessage());
            }
            rows.addAll(read(rs));
            assertEquals(INJECTED ? 20 : 0, rows.size());
            c.rollback();
        }
    }

    @Test
    void foreignInACursorOfSql() throws Exception {
        try (Connection c = as("warden_bypass");
                Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            foreign(c, own -> {
                s.execute("declare x cursor for select tenant_id from invoices order by tenant_id desc");
                return read(s.executeQuery("fetch 3 from x"));
            });
        }
    }

    @Test
    void foreignRowsThatAnUpdateReturns() throws Exception {
        try (Connection c = as("warden_bypass")) {
            c.setAutoCommit(false);
            foreign(
                    c,
                    own -> Db.column(
                            own, "update invoices set note = note where tenant_id = 'b' returning tenant_id, id"));
            c.rollback();
        }
    }

    @Test
    void foreignKeysThatAnInsertGenerates() throws Exception {
        try (Connection c = as("warden_bypass")) {
            c.setAutoCommit(false);
            foreign(c, own -> {
                try (PreparedStatement s = own.prepareStatement(
                        "insert into invoices (tenant_id, note) values ('b', 'x')", new String[] {"tenant_id"})) {
                    s.executeUpdate();
                    return read(s.getGeneratedKeys());
                }
            });
            c.rollback();
        }
    }

    @Test
    void foreignKeysThatABatchGenerates() throws Exception {
        try (Connection c = as("warden_bypass")) {
            c.setAutoCommit(false);
            foreign(c, own -> {
                try (PreparedStatement s = own.prepareStatement(
                        "insert into invoices (tenant_id, note) values (?, 'x')", new String[] {"tenant_id"})) {
                    for (String tenant : List.of("b", "b")) {
                        s.setString(1, tenant);
                        s.addBatch();
                    }
                    s.executeBatch();
                    return read(s.getGeneratedKeys());
                }
            });
            c.rollback();
        }
    }

    // ---------------------------------------------------------------- views

    @Test
    void foreignThroughAViewOfItsOwner() throws Exception {
        try (Connection c = as("warden_app")) {
            foreign(c, own -> Db.column(own, "select customer from all_invoices order by customer desc"));
        }
    }

    @Test
    void foreignThroughAViewOfAView() throws Exception {
        try (Connection c = as("warden_app")) {
            foreign(c, own -> Db.column(own, "select whose from nested_invoices order by whose desc"));
        }
    }

    @Test
    void foreignThroughAMaterializedView() throws Exception {
        try (Connection c = as("warden_app")) {
            foreign(c, own -> Db.column(own, "select customer from copied_invoices order by customer desc"));
        }
    }

    // ---------------------------------------------------------------- what is none

    @Test
    void ownRowsOnly() throws Exception {
        try (Connection c = as("warden_app")) {
            assertEquals(
                    INJECTED ? 20 : 0,
                    Db.column(c, "select tenant_id from invoices").size());
            assertEquals(
                    INJECTED ? 20 : 0,
                    Db.column(c, "select tenant_id from own_invoices").size());
            assertEquals(
                    20,
                    Db.column(c, "select customer from all_invoices where customer = 'a'")
                            .size());
        }
        try (Connection c = as("warden_bypass")) {
            assertEquals(
                    20,
                    Db.column(c, "select tenant_id from invoices where tenant_id = 'a'")
                            .size());
            // nothing is read of the column, or it is worked out: that is no tenant column any more
            assertEquals(40, Db.column(c, "select note from invoices").size());
            assertEquals(
                    40,
                    Db.column(c, "select tenant_id || '' as tenant_id from invoices")
                            .size());
            assertEquals(List.of("b"), Db.column(c, "select max(tenant_id) as tenant_id from invoices"));
            assertEquals(List.of("b"), Db.column(c, "select code as tenant_id from (values ('b')) v(code)"));
        }
    }

    @Test
    void ownRowsOfAnOuterJoin() throws Exception {
        try (Connection c = as("warden_bypass")) {
            assertEquals(
                    20,
                    Db.column(
                                    c,
                                    "select c.tenant_id, i.tenant_id from customers c left join invoices i on i.id = -1"
                                            + " where c.tenant_id = 'a'")
                            .size());
        }
    }

    @Test
    void ownAndSharedRows() throws Exception {
        for (String role : List.of("warden_app", "warden_bypass")) {
            try (Connection c = as(role)) {
                assertEquals(
                        INJECTED || role.equals("warden_bypass") ? 3 : 2,
                        Db.column(c, "select tenant_id from templates where coalesce(tenant_id, '') <> 'b'")
                                .size());
            }
        }
    }

    @Test
    void foreignAmongSharedRows() throws Exception {
        try (Connection c = as("warden_bypass")) {
            foreign(c, own -> Db.column(own, "select tenant_id from templates where tenant_id = 'b'"));
        }
    }

    /** Who may see which row is no matter of the tenant's setting there. */
    @Test
    void ownRowsAsMembersOfAList() throws Exception {
        for (String role : List.of("warden_app", "warden_bypass")) {
            try (Connection c = as(role)) {
                assertEquals(2, Db.column(c, "select tenant_id from documents").size());
            }
        }
    }

    /** What a function makes of the setting is not known: one of several tenants, a number that belongs to a name. */
    @Test
    void ownRowsByWhatAFunctionReturns() throws Exception {
        String expected = INJECTED ? "b" : "";
        for (String table : List.of("by_list", "by_group", "by_constant", "by_look_up", "by_prefix")) {
            try (Connection c = as("warden_app")) {
                assertEquals(
                        expected,
                        String.join("", Db.column(c, "select tenant_id from " + table + " where tenant_id like '%b'")),
                        table);
            }
        }
    }

    @Test
    void foreignDespiteAFunctionThatReturnsTheSetting() throws Exception {
        try (Connection c = as("warden_bypass")) {
            foreign(c, own -> Db.column(own, "select tenant_id from by_function order by 1 desc"));
        }
    }

    /** The collation takes other bytes for the same. */
    @Test
    void ownRowsByANondeterministicCollation() throws Exception {
        try (Connection c = as("warden_app")) {
            assertEquals(INJECTED ? List.of("a", "A") : List.of(), Db.column(c, "select tenant_id from any_case"));
        }
    }

    @Test
    void ownDecisionOfABypass() throws Exception {
        try (Connection c = as("warden_bypass")) {
            assertEquals(40, countAll(c));
        }
    }

    /** {@code warden.bypass.all.at}. */
    int countAll(Connection c) throws SQLException {
        return Db.column(c, "select tenant_id from invoices").size();
    }

    /** A tenant that no integer can be is neither the same nor another. */
    @Test
    void ownRowsOfAnotherKindOfId() throws Exception {
        try (Connection c = as("warden_bypass")) {
            assertEquals(2, Db.column(c, "select tenant_id from of_int").size());
            assertEquals(2, Db.column(c, "select tenant_id from of_uuid").size());
        }
    }
}
