package io.tenantwarden.rls.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogOptions;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tables hold a tenant's rows, what policies show of them, and in which order they can be emptied. */
class TenantTablesTest {

    private static final String MINE = "nullif(current_setting('app.tenant_id', true), '')::int";

    private final PostgresServer server = PostgresServer.get(18);
    private String database;
    private Connection owner;
    private final List<String> include = new ArrayList<>();
    private final List<String> exclude = new ArrayList<>();
    private String tenants;

    @BeforeEach
    void create() throws SQLException {
        database = server.createDatabase("tables");
        owner = server.superuser(database);
        sql("CREATE ROLE " + role() + " LOGIN");
        sql(
                "CREATE TABLE tenants (id int PRIMARY KEY); CREATE TABLE orders (tenant_id int NOT NULL, id int PRIMARY KEY)");
        protect("orders", "tenant_id = " + MINE);
    }

    @AfterEach
    void close() throws SQLException {
        owner.close();
    }

    private String role() {
        return database + "_app";
    }

    private void sql(String sql) throws SQLException {
        try (Statement s = owner.createStatement()) {
            s.execute(sql);
        }
    }

    private void protect(String table, String using) throws SQLException {
        sql("ALTER TABLE " + table + " ENABLE ROW LEVEL SECURITY; ALTER TABLE " + table + " FORCE ROW LEVEL SECURITY;"
                + " CREATE POLICY p ON " + table + " USING (" + using + "); GRANT ALL ON " + table + " TO " + role());
    }

    private TenantTablesOptions options() {
        return new TenantTablesOptions(
                "test.tenant",
                List.of("app.tenant_id"),
                List.of("app.tenant_id"),
                include,
                exclude,
                Map.of(),
                Map.of(),
                Map.of(),
                tenants,
                false);
    }

    private TenantTables read() throws SQLException {
        try (Connection c = server.connect(database, role());
                Statement s = c.createStatement()) {
            s.execute("SELECT set_config('test.tenant', '1', false), set_config('app.tenant_id', '1', false)");
            return TenantTables.read(c, RoleFacts.read(c), Catalog.read(c, CatalogOptions.DEFAULT), options());
        }
    }

    private DeletionPlan plan(boolean batches) throws SQLException {
        try (Connection c = server.connect(database, role())) {
            RoleFacts role = RoleFacts.read(c);
            return DeletionPlan.of(read(), role, options(), new DeletionPlan.Wishes(Map.of(), Map.of(), batches));
        }
    }

    private static List<String> problems(TenantTables tables) {
        return tables.problems().stream().map(f -> f.rule() + " " + f.object()).toList();
    }

    private static List<String> names(List<TenantTable> tables) {
        return tables.stream().map(t -> t.table().name()).toList();
    }

    /** What a policy of a table with a tenant column certainly shows. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            tenant_id = current_setting('app.tenant_id')::int                                     | true
            tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int)           | true
            tenant_id::text = current_setting('app.tenant_id', true)                               | true
            tenant_id = mine()                                                                     | true
            tenant_id = MINE OR current_setting('app.admin', true) = 'on'                          | true
            tenant_id = MINE AND id > 0                                                            | false
            tenant_id = MINE AND current_setting('app.user', true) = 'u'                           | false
            tenant_id = current_setting('app.other')::int                                          | false
            tenant_id = other()                                                                    | false
            tenant_id >= MINE                                                                      | false
            tenant_id = least(id, MINE)                                                            | false
            NOT tenant_id <> MINE                                                                  | false
            """)
    void whatPoliciesShowInFull(String using, boolean full) throws SQLException {
        sql(
                "CREATE FUNCTION mine() RETURNS int LANGUAGE sql STABLE AS $$ SELECT current_setting('app.tenant_id')::int $$;"
                        + " CREATE FUNCTION other() RETURNS int LANGUAGE sql STABLE AS $$ SELECT"
                        + " current_setting('app.other')::int $$");
        sql("ALTER POLICY p ON orders USING (" + using.replace("MINE", MINE) + ")");
        List<String> problems = problems(read());
        assertEquals(full, problems.isEmpty(), problems::toString);
    }

    /** Where policies show nobody else's rows either, the export adds no condition of its own to joins. */
    @Test
    void whatPoliciesShowExactly() throws SQLException {
        sql("CREATE TABLE items (order_id int NOT NULL REFERENCES orders, line int)");
        protect("items", "EXISTS (SELECT FROM orders o WHERE o.id = order_id)");
        assertEquals(Set.of("public.orders", "public.items"), read().exact());
        sql("CREATE POLICY more ON items USING (line = 7 AND order_id IN (SELECT id FROM orders))");
        assertEquals(Set.of("public.orders"), read().exact());
        sql("DROP POLICY more ON items; ALTER POLICY p ON orders USING (tenant_id = " + MINE
                + " OR tenant_id IS NULL)");
        assertEquals(Set.of(), read().exact());
        sql("ALTER POLICY p ON orders USING (tenant_id = " + MINE + " OR current_setting('app.admin', true) = 'on')");
        assertEquals(Set.of(), read().exact());
        sql("ALTER POLICY p ON orders USING (tenant_id = " + MINE + "); ALTER TABLE orders DISABLE ROW LEVEL SECURITY");
        assertEquals(Set.of(), read().exact());
    }

    /** What a policy of a table without one certainly shows: the rows of its parent's rows. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            EXISTS (SELECT 1 FROM orders o WHERE o.id = items.order_id)                            | true
            EXISTS (SELECT FROM orders WHERE items.order_id = orders.id AND tenant_id = MINE)      | true
            EXISTS (SELECT 1 FROM orders o WHERE o.tenant_id = MINE AND o.id = order_id)           | true
            order_id IN (SELECT id FROM orders)                                                    | true
            order_id IN (SELECT o.id FROM orders o WHERE o.tenant_id = MINE)                       | true
            order_id = ANY (SELECT id FROM orders)                                                 | true
            EXISTS (SELECT 1 FROM orders o WHERE o.id = items.order_id AND o.id > 3)               | false
            EXISTS (SELECT 1 FROM orders o WHERE o.id = items.order_id AND items.line > 3)         | false
            EXISTS (SELECT 1 FROM orders o WHERE o.id = items.line)                                | false
            EXISTS (SELECT 1 FROM orders o WHERE o.id = items.order_id OR false)                   | false
            order_id IN (SELECT id FROM orders WHERE id < 5)                                       | false
            order_id IN (SELECT id FROM orders LIMIT 5)                                            | false
            EXISTS (SELECT 1 FROM orders o WHERE o.id = items.order_id) AND line > 1               | false
            EXISTS (SELECT 1 FROM orders o WHERE o.id = items.order_id LIMIT 0)                    | false
            EXISTS (SELECT 1 FROM orders o, tenants t WHERE o.id = items.order_id)                 | false
            EXISTS (SELECT FROM tenants WHERE (EXISTS (SELECT FROM orders o WHERE o.id = order_id))) | false
            """)
    void whatPoliciesOfChildrenShowInFull(String using, boolean full) throws SQLException {
        sql("CREATE TABLE items (order_id int NOT NULL REFERENCES orders, line int)");
        protect("items", using.replace("MINE", MINE));
        assertEquals(full ? List.of() : List.of("tenant-not-visible public.items"), problems(read()));
    }

    /** Keys of type varchar are compared as text; a grandchild asks for its parent's parent; one key of two is enough if it must be there. */
    @Test
    void policiesThatFollowSeveralForeignKeys() throws SQLException {
        sql(
                "CREATE TABLE carts (tenant_id int NOT NULL, id varchar(36) PRIMARY KEY); CREATE TABLE lines (id varchar(36)"
                        + " PRIMARY KEY, cart varchar(36) NOT NULL REFERENCES carts, last int REFERENCES orders); CREATE TABLE"
                        + " notes (line varchar(36) NOT NULL REFERENCES lines)");
        protect("carts", "tenant_id = " + MINE);
        protect("lines", "EXISTS (SELECT FROM carts c WHERE c.id = lines.cart)");
        protect(
                "notes",
                "EXISTS (SELECT FROM lines l WHERE l.id = line AND EXISTS (SELECT FROM carts c WHERE c.id = l.cart AND"
                        + " c.tenant_id = " + MINE + "))");
        assertEquals(List.of(), problems(read()));
        sql("ALTER TABLE lines ALTER cart DROP NOT NULL");
        include.add("lines");
        assertEquals(List.of("tenant-not-visible public.notes", "tenant-not-visible public.lines"), problems(read()));
        sql("ALTER POLICY p ON lines USING (cart IN (SELECT id FROM carts) OR last IN (SELECT id FROM orders));"
                + " ALTER POLICY p ON notes USING (EXISTS (SELECT FROM lines l WHERE l.id = line))");
        assertEquals(List.of(), problems(read()));
        sql("ALTER POLICY p ON lines USING (cart IN (SELECT id FROM carts) AND last IN (SELECT id FROM orders))");
        assertEquals(List.of("tenant-not-visible public.lines"), problems(read()));
    }

    /** What the application writes and nobody says whose it is has to be told apart by whoever knows. */
    @Test
    void sharedTablesThatTheApplicationWritesAreUndecided() throws SQLException {
        sql("CREATE TABLE addresses (id int PRIMARY KEY, street text); ALTER TABLE orders ADD address int REFERENCES"
                + " addresses; INSERT INTO addresses VALUES (1, 'x'); GRANT SELECT ON addresses TO " + role());
        assertEquals(List.of(), problems(read()));
        sql("GRANT INSERT (id) ON addresses TO " + role());
        assertEquals(List.of("tenant-ambiguous public.addresses"), problems(read()));
        exclude.add("public.addresses");
        assertEquals(List.of(), problems(read()));
        exclude.add("public.adresses");
        include.add("orders");
        assertEquals(List.of("tenant-name public.adresses"), problems(read()));
        exclude.remove("public.adresses");
        exclude.add("orders");
        assertEquals(List.of("tenant-name orders"), problems(read()));
    }

    @Test
    void whatATableIs() throws SQLException {
        sql("CREATE TABLE countries (code text PRIMARY KEY); CREATE TABLE names (code text REFERENCES countries);"
                + " ALTER TABLE orders ADD country text REFERENCES countries; INSERT INTO names VALUES (NULL);"
                + " CREATE TABLE users (id int, last_order int REFERENCES orders); CREATE TABLE empty (x int);"
                + " CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM (SELECT * FROM orders) o");
        protect("users", "last_order IN (SELECT id FROM orders)");
        TenantTables tables = read();
        assertEquals(List.of("tenant-ambiguous public.users", "tenant-unclassified public.names"), problems(tables));
        assertEquals(List.of("public.totals"), tables.copies());
        assertEquals("countries", tables.shared().get(0).name());
        include.add("public.users");
        exclude.add("nam*");
        tables = read();
        assertEquals(List.of(), problems(tables));
        assertEquals(List.of("users", "orders"), names(tables.tables()));
        assertEquals(List.of("public.names"), tables.excluded());
        exclude.add("ord*");
        assertEquals(List.of("users", "orders"), names(read().tables()));
        sql("INSERT INTO tenants VALUES (1)");
        assertEquals(List.of("tenant-unclassified public.tenants"), problems(read()));
        tenants = "public.tenants.id";
        assertEquals(List.of("tenant-privilege public.tenants"), problems(read()));
        protect("tenants", "id = " + MINE);
        assertEquals(List.of(), problems(read()));
        assertEquals(TenantTable.Kind.ROOT, read().table("public.tenants").kind());
        tenants = "public.tenants.nothing";
        assertTrue(problems(read()).contains("tenant-table public.tenants.nothing"));
    }

    @Test
    void aRowOfTwoTenantsAndLargeObjectsStopIt() throws SQLException {
        sql(
                "CREATE TABLE carts (tenant_id int, id int PRIMARY KEY); CREATE TABLE links (order_id int NOT NULL REFERENCES"
                        + " orders, cart_id int NOT NULL REFERENCES carts); INSERT INTO orders VALUES (1, 1), (2, 2); INSERT INTO"
                        + " carts VALUES (1, 1), (2, 2); INSERT INTO links VALUES (1, 1), (2, 2)");
        protect("carts", "tenant_id = " + MINE);
        protect(
                "links",
                "EXISTS (SELECT FROM orders o WHERE o.id = order_id) OR EXISTS (SELECT FROM carts c WHERE c.id = cart_id)");
        assertEquals(List.of(), problems(read()));
        sql("INSERT INTO links VALUES (1, 2)");
        assertEquals(List.of("tenant-reference public.links"), problems(read()));
        sql("DROP TABLE links; ALTER TABLE orders ADD scan oid; SELECT lo_create(77); UPDATE orders SET scan = 78");
        assertEquals(List.of(), problems(read()));
        sql("UPDATE orders SET scan = 77 WHERE id = 1");
        assertEquals(List.of("tenant-large-object public.orders.scan"), problems(read()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void circlesAreTakenApart(boolean batches) throws SQLException {
        sql(
                "CREATE TABLE a (tenant_id int, id int PRIMARY KEY, b int); CREATE TABLE b (tenant_id int, id int PRIMARY KEY,"
                        + " c int NOT NULL); CREATE TABLE c (tenant_id int, id int PRIMARY KEY, a int NOT NULL REFERENCES a);"
                        + " ALTER TABLE a ADD CONSTRAINT a_b FOREIGN KEY (b) REFERENCES b;"
                        + " ALTER TABLE b ADD CONSTRAINT b_c FOREIGN KEY (c) REFERENCES c DEFERRABLE");
        for (String t : List.of("a", "b", "c")) {
            protect(t, "tenant_id = " + MINE);
        }
        DeletionPlan plan = plan(batches);
        assertEquals(List.of(), plan.problems());
        DeletionPlan.Step step = plan.steps().stream()
                .filter(s -> s.tables().size() == 3)
                .findFirst()
                .orElseThrow();
        assertEquals(!batches, step.whole());
        assertEquals(batches ? List.of("b", "c", "a") : List.of("c", "a", "b"), names(step.tables()));
        assertEquals(batches ? 1 : 0, step.unlinks().size());
        sql("ALTER TABLE b ALTER CONSTRAINT b_c NOT DEFERRABLE; REVOKE UPDATE ON a FROM " + role());
        assertEquals(
                "GRANT UPDATE (b) ON public.a TO " + role() + ";",
                plan(batches).problems().get(0).fix());
        sql("ALTER TABLE a ALTER b SET NOT NULL");
        assertEquals("erase-cycle", plan(batches).problems().get(0).rule());
        sql("ALTER TABLE b DROP CONSTRAINT b_c; ALTER TABLE b ADD CONSTRAINT b_c FOREIGN KEY (c) REFERENCES c ON DELETE"
                + " CASCADE");
        plan = plan(batches);
        assertEquals(List.of(), plan.problems());
        assertEquals(List.of("c", "a", "b"), names(plan.steps().get(0).tables()));
        assertTrue(plan.steps().get(0).whole());
    }
}
