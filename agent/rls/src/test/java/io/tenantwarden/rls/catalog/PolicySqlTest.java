package io.tenantwarden.rls.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The condition that policies and fixes are made of, on a real server. */
class PolicySqlTest {

    /** A cast to the column's own type would cut the longer id down to the other tenant's. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "varchar(4)  | abcd | abcde",
                "char(4)     | abcd | abcde",
                "short       | abcd | abcde",
                "shorter     | abcd | abcde",
                "shortest    | abcd | abcde",
                "fixed       | abcd | abcde",
                "name        | nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn |"
                        + " nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn",
                "\"char\"      | a    | ab",
                "letter      | a    | ab",
                "bits        | 1010 | 10101",
                "citizen     | 42   | 43"
            })
    void aLongerTenantIsAnotherOne(String type, String tenant, String longer) throws SQLException {
        PostgresServer server = PostgresServer.get(18);
        String database = server.createDatabase("types");
        try (Connection c = server.superuser(database);
                Statement s = c.createStatement()) {
            s.execute("do $do$ begin create role types_app login; exception when duplicate_object then null; end $do$");
            s.execute("create domain short as varchar(4); create domain shorter as short;"
                    + " create domain shortest as shorter; create domain fixed as char(4);"
                    + " create domain letter as \"char\"; create domain bits as bit(4);"
                    + " create domain citizen as bigint check (value > 0)");
            s.execute("create table t (tenant_id " + type + "); insert into t values ('" + tenant + "')");
            CatalogTable table = Catalog.read(c, CatalogOptions.DEFAULT).table("public", "t");
            s.execute(PolicySql.create(table, "p", "ALL", PolicySql.condition(table, "app.tenant_id")));
            s.execute(PolicySql.enable(table) + " grant select on t to types_app");
        }
        try (Connection c = server.connect(database, "types_app");
                Statement s = c.createStatement()) {
            assertEquals(0, seen(s, ""), "no tenant");
            assertEquals(1, seen(s, tenant), tenant);
            assertEquals(0, seen(s, longer), longer);
        }
    }

    private static int seen(Statement s, String tenant) throws SQLException {
        s.execute("set app.tenant_id = '" + tenant + "'");
        try (ResultSet rows = s.executeQuery("select count(*) from t")) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
