package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A cursor is read to its end after its scope has ended, which is what the message tells people to do. Meanwhile the driver asks the server for
 * types and keys (pgjdbc, classes TypeInfoCache, PgResultSetMetaData, PgDatabaseMetaData): these questions change no scope.
 */
class DriverLookUpsScenario {

    private static final String ALL = "select i.id, i.mood, i.tags, i.place, i.moods from orders i order by id";

    @BeforeAll
    static void table() throws SQLException {
        try (Connection c = Db.driverManager("warden_owner");
                Statement s = c.createStatement()) {
            s.execute("create type mood as enum ('sad', 'ok')");
            s.execute("create type place as (street text, number int)");
            s.execute("create domain tag as text");
            s.execute("create table orders (id int primary key, tenant_id text not null, mood mood, tags tag[],"
                    + " place place, moods mood[], note text)");
            s.execute("insert into orders select n, t, 'ok', array['x', 'y']::tag[], row('a', n)::place,"
                    + " array['ok', 'sad']::mood[], 'as it was' from unnest(array['a', 'b']) with ordinality u(t, o),"
                    + " lateral generate_series(o::int * 100, o::int * 100 + 19) n");
            s.execute("alter table orders enable row level security");
            s.execute("alter table orders force row level security");
            s.execute("create policy tenant on orders"
                    + " using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))");
            s.execute("grant select, update on orders to warden_app");
        }
    }

    @AfterEach
    void clear() {
        TenantContext.clear();
    }

    private interface Look {
        void at(Connection c, ResultSet rows) throws SQLException;
    }

    /** Each with a connection of its own: the driver remembers what it asked. */
    private static void afterTheScope(Look look) throws SQLException {
        for (String later : new String[] {null, "b"}) {
            TenantContext.set("a");
            try (Connection c = Db.plain().getConnection()) {
                c.setAutoCommit(false);
                try (PreparedStatement s = c.prepareStatement(ALL)) {
                    s.setFetchSize(5);
                    try (ResultSet rows = s.executeQuery()) {
                        assertTrue(rows.next());
                        if (later == null) {
                            TenantContext.clear();
                        } else {
                            TenantContext.set(later);
                        }
                        look.at(c, rows);
                        int seen = 1;
                        while (rows.next()) {
                            assertTrue(rows.getInt(1) < 200, "a row of tenant a");
                            seen++;
                        }
                        assertEquals(TestDatabase.ROWS, seen);
                    }
                }
                c.rollback();
            }
        }
    }

    @Test
    void typesOfValues() throws Exception {
        afterTheScope((c, rows) -> assertEquals("ok", rows.getObject(2)));
        afterTheScope((c, rows) -> assertNotNull(rows.getArray(3).getArray()));
        afterTheScope((c, rows) -> assertNotNull(rows.getArray(3).getBaseTypeName()));
        afterTheScope((c, rows) -> assertNotNull(rows.getObject(4)));
        afterTheScope((c, rows) -> assertNotNull(rows.getObject(5)));
        afterTheScope((c, rows) -> assertNotNull(c.createArrayOf("mood", new Object[] {"ok"})));
        afterTheScope((c, rows) -> assertNotNull(c.createArrayOf("tag", new Object[] {"x"})));
    }

    @Test
    void whatTheDriverSaysOfColumns() throws Exception {
        for (int column = 1; column <= 5; column++) {
            int number = column;
            afterTheScope((c, rows) -> {
                assertNotNull(rows.getMetaData().getColumnTypeName(number));
                assertNotNull(rows.getMetaData().getColumnClassName(number));
                rows.getMetaData().getColumnType(number);
                rows.getMetaData().isNullable(number);
                rows.getMetaData().isAutoIncrement(number);
                assertEquals("orders", rows.getMetaData().getTableName(number));
            });
        }
    }

    private interface MetaLook {
        ResultSet at(DatabaseMetaData data) throws SQLException;
    }

    @Test
    void whatTheDriverSaysOfTheDatabase() throws Exception {
        for (MetaLook look : new MetaLook[] {
            data -> data.getTables(null, "public", "%", null),
            data -> data.getColumns(null, "public", "orders", "%"),
            data -> data.getPrimaryKeys(null, "public", "orders"),
            data -> data.getIndexInfo(null, "public", "orders", false, true),
            data -> data.getImportedKeys(null, "public", "orders"),
            data -> data.getExportedKeys(null, "public", "orders"),
            data -> data.getCrossReference(null, "public", "orders", null, "public", "orders"),
            data -> data.getBestRowIdentifier(null, "public", "orders", DatabaseMetaData.bestRowSession, true),
            data -> data.getVersionColumns(null, "public", "orders"),
            data -> data.getTablePrivileges(null, "public", "orders"),
            data -> data.getColumnPrivileges(null, "public", "orders", "%"),
            data -> data.getSchemas(),
            data -> data.getSchemas(null, "public"),
            data -> data.getCatalogs(),
            data -> data.getTableTypes(),
            data -> data.getTypeInfo(),
            data -> data.getUDTs(null, "public", "%", null),
            data -> data.getFunctions(null, "pg_catalog", "lower"),
            data -> data.getFunctionColumns(null, "pg_catalog", "lower", "%"),
            data -> data.getProcedures(null, "public", "%"),
            data -> data.getProcedureColumns(null, "public", "%", "%"),
            data -> data.getClientInfoProperties(),
        }) {
            afterTheScope((c, rows) -> {
                try (ResultSet found = look.at(c.getMetaData())) {
                    while (found.next()) {
                        assertNotNull(found.getMetaData());
                    }
                }
            });
        }
    }

    /** The driver asks for the key of the table, in the scope of the rows or after it. */
    @Test
    void keysForUpdatableRows() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            try (Statement s = c.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
                    ResultSet rows = s.executeQuery("select id, note from orders order by id")) {
                assertTrue(rows.next());
                rows.updateString(2, "sad");
                rows.updateRow();
                assertEquals("sad", rows.getString(2));
            }
            c.rollback();
        }
    }

    /** A connection that configuration excludes, and the JDBC escapes that are read on the others. */
    @Test
    void escapesOnAConnectionThatTakesNoPart() throws Exception {
        try (Connection c = Db.driverManager("warden_owner");
                Statement s = c.createStatement()) {
            assertEquals(List.of("3"), Db.column(c, "select {fn length('abc')}"));
            s.addBatch("insert into countries values ({fn concat('x', 'y')})");
            s.addBatch("delete from countries where code = {fn concat('x', 'y')}");
            assertArrayEquals(new int[] {1, 1}, s.executeBatch());
        }
    }
}
