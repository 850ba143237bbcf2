package io.tenantwarden.rls.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Columns that hold tenants, of tables and of views that show them, on real servers; and what statistics say of tables. */
class TenantFieldsTest {

    private static final String SCHEMA = """
            create table invoices (id int, note text, tenant_id text);
            alter table invoices drop column note;
            create table lines (tenant_id text, invoice int);
            create table countries (code text);
            create view renamed as select id, tenant_id as whose from invoices;
            create view nested as select upper(r.whose) as shouted, r.whose, c.code from renamed r, countries c;
            create view of_subquery as select s.t from (select tenant_id as t, id from invoices where id > 0) s;
            create view of_join as select i.tenant_id as a, l.tenant_id as b from invoices i left join lines l on l.invoice = i.id;
            create view in_words as
              select (select max(tenant_id) from invoices) as tenant_id, '{TARGETENTRY :resno 1 :resorigtbl 1 :resorigcol 3' as "a{b\\c", i.id
                from invoices i where exists (select l.tenant_id from lines l where l.tenant_id = i.tenant_id);
            create view of_union as select tenant_id from invoices union all select tenant_id from lines;
            create materialized view copied as select tenant_id, id from invoices;
            create table parted (tenant_id text, day int) partition by list (day);
            create table parted_1 partition of parted for values in (1);
            create table parted_2 partition of parted for values in (2);
            create table filled (tenant_id text);
            insert into filled select 'a' from generate_series(1, 100);
            insert into parted values ('a', 2);
            create table never (tenant_id text);
            create table empty_table (tenant_id text);
            """;

    private static String column(Catalog catalog, Connection c, String relation, int number) throws SQLException {
        try (Statement s = c.createStatement();
                ResultSet rs = s.executeQuery("select '" + relation + "'::regclass::oid")) {
            rs.next();
            TenantField field = catalog.tenantFields().find((int) rs.getLong(1), number);
            return field == null
                    ? null
                    : field.table().name()
                            + (field.isThroughView()
                                    ? " through " + field.relation().name()
                                    : "");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void columnsOfTablesAndViews(int major) throws Exception {
        PostgresServer server = PostgresServer.get(major);
        String name = server.createDatabase("fields");
        try (Connection c = server.superuser(name);
                Statement s = c.createStatement()) {
            s.execute(SCHEMA);
            s.execute("vacuum analyze");
            s.execute("create table unknown_table (tenant_id text)");
            Catalog catalog = Catalog.read(c, CatalogOptions.DEFAULT);

            assertEquals("invoices", column(catalog, c, "invoices", 3));
            assertNull(column(catalog, c, "invoices", 1));
            assertNull(column(catalog, c, "invoices", 0));
            assertEquals("invoices through renamed", column(catalog, c, "renamed", 2));
            assertEquals("invoices through nested", column(catalog, c, "nested", 2));
            assertNull(column(catalog, c, "nested", 1));
            assertNull(column(catalog, c, "nested", 3));
            assertEquals("invoices through of_subquery", column(catalog, c, "of_subquery", 1));
            assertEquals("invoices through of_join", column(catalog, c, "of_join", 1));
            assertEquals("lines through of_join", column(catalog, c, "of_join", 2));
            for (int i = 1; i <= 3; i++) {
                assertNull(column(catalog, c, "in_words", i));
            }
            assertNull(column(catalog, c, "of_union", 1), "which of the two tables a row is of is not known");
            assertEquals("invoices through copied", column(catalog, c, "copied", 1));
            assertEquals("parted", column(catalog, c, "parted", 1));

            assertTrue(catalog.mayHaveRows(catalog.table("public.filled")));
            assertTrue(catalog.mayHaveRows(catalog.table("public.parted")), "one partition has");
            assertFalse(catalog.mayHaveRows(catalog.table("public.parted_1")));
            assertFalse(catalog.mayHaveRows(catalog.table("public.empty_table")));
            assertTrue(catalog.mayHaveRows(catalog.table("public.unknown_table")), "nothing is known of it");
        }
    }

    @Test
    void onlyTheViewsOwnTargetList() {
        String inner = "{TARGETENTRY :expr {VAR :varno 1} :resno 2 :resname x :ressortgroupref 0 :resorigtbl 70"
                + " :resorigcol 7 :resjunk false}";
        String tree = "({QUERY :rtable ({RANGETBLENTRY :subquery {QUERY :targetList (" + inner + ")}}) :targetList ("
                + "{TARGETENTRY :expr {SUBLINK :subselect {QUERY :targetList (" + inner
                + ")}} :resno 1 :resname a\\{b\\:resno"
                + " :ressortgroupref 0 :resorigtbl 0 :resorigcol 0 :resjunk false}"
                + " {TARGETENTRY :expr {VAR :varno 1} :resno 2 :resname c :ressortgroupref 0 :resorigtbl 16385"
                + " :resorigcol 3 :resjunk false}) :returningList <>})";

        assertEquals(Map.of(1, TenantFields.key(0, 0), 2, TenantFields.key(16385, 3)), ViewColumns.targets(tree));
    }
}
