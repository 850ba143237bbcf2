package io.tenantwarden.rls.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.rls.sql.SqlStatement;
import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a login becomes with another role, asked of real servers. */
class AssumedRoleTest {

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void whatALoginBecomes(int major) throws Exception {
        PostgresServer server = PostgresServer.get(major);
        String database = server.createDatabase("assumed");
        try (Connection c = server.superuser(database);
                Statement s = c.createStatement()) {
            s.execute("""
                    DO $$ BEGIN CREATE ROLE assumed_acting NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                    DO $$ BEGIN CREATE ROLE assumed_below NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                    DO $$ BEGIN CREATE ROLE assumed_member LOGIN NOINHERIT; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                    DO $$ BEGIN CREATE ROLE assumed_outsider LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                    GRANT assumed_below TO assumed_acting;
                    GRANT assumed_acting TO assumed_member;
                    ALTER ROLE assumed_acting SET search_path = own;
                    ALTER ROLE assumed_acting SET work_mem = '5MB';
                    CREATE TABLE t (id int);
                    CREATE VIEW open_view AS SELECT * FROM t;
                    CREATE VIEW over_view AS SELECT * FROM open_view;
                    ALTER VIEW over_view OWNER TO assumed_member;
                    CREATE FUNCTION of_definer() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
                    CREATE FUNCTION in_clause() RETURNS int LANGUAGE sql SET role = 'postgres' AS 'SELECT 1';
                    CREATE FUNCTION in_text() RETURNS void LANGUAGE plpgsql AS 'BEGIN RESET  role; END';
                    CREATE FUNCTION by_call() RETURNS text LANGUAGE sql AS $$ SELECT set_config('role', 'none', true) $$;
                    CREATE FUNCTION harmless() RETURNS text LANGUAGE sql AS $$ SELECT 'the role of a set' $$""");
            if (major >= 15) {
                s.execute("CREATE VIEW shut WITH (security_invoker = true) AS SELECT * FROM t");
            }
        }
        try (Connection c = server.superuser(database)) {
            AssumedRole assumed = AssumedRole.read(c, RoleFacts.read(c), "assumed_acting");
            assertTrue(assumed.isUsable());
            assertFalse(assumed.facts().bypassesRls());
            assertEquals("assumed_acting", assumed.facts().currentUser());
            assertEquals("postgres", assumed.facts().sessionUser());
            assertTrue(assumed.facts().roles().containsAll(Set.of("assumed_acting", "assumed_below")));
            assertFalse(assumed.facts().roles().contains("postgres"));
            assertEquals(List.of("search_path", "work_mem"), assumed.settings());
            assertEquals(Set.of("public.open_view", "public.over_view"), assumed.openViews());
            assertEquals(Map.of("views", 2, "functions", 1), assumed.leftOpen());
            assertEquals(Set.of("in_clause", "in_text", "by_call"), assumed.roleFunctions());
            assertEquals("public.over_view", assumed.openViewIn(SqlStatement.parse("select * from over_view")));
            assertNull(assumed.openViewIn(SqlStatement.parse("select * from t")));
            assertNull(assumed.openViewIn(SqlStatement.parse("select * from other.over_view")));
            for (String sql : List.of(
                    "select in_text()",
                    "select public.IN_TEXT ()",
                    "select \"in_text\"()",
                    "call in_text()",
                    "select * from by_call()")) {
                assertTrue(assumed.roleFunctionIn(SqlStatement.parse(sql)) != null, sql);
            }
            for (String sql : List.of(
                    "select harmless()", "select in_text from t", "select not_in_text()", "select x_in_text()")) {
                assertNull(assumed.roleFunctionIn(SqlStatement.parse(sql)), sql);
            }
            assertFalse(AssumedRole.read(c, RoleFacts.read(c), "assumed_nobody").isUsable());
        }
        try (Connection c = server.connect(database, "assumed_member")) {
            AssumedRole assumed = AssumedRole.read(c, RoleFacts.read(c), "assumed_acting");
            assertTrue(assumed.isUsable(), "a member without INHERIT may set the role");
            assertEquals(Set.of(), assumed.openViews());
            assertEquals(Map.of(), assumed.leftOpen());
        }
        try (Connection c = server.connect(database, "assumed_outsider")) {
            AssumedRole assumed = AssumedRole.read(c, RoleFacts.read(c), "assumed_acting");
            assertFalse(assumed.allowed());
            assertFalse(assumed.isUsable());
            assertEquals("assumed_acting", assumed.facts().currentUser());
        }
    }
}
