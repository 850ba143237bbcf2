package io.tenantwarden.rls.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SearchPathTest {

    @Test
    void readsWhatTheSettingSays() {
        assertEquals(List.of("pg_catalog", "me", "public"), SearchPath.of("\"$user\", public", "me"));
        assertEquals(List.of("pg_catalog"), SearchPath.of("", "me"));
        assertEquals(List.of("app", "pg_catalog"), SearchPath.of("App , pg_catalog", "me"));
        assertEquals(List.of("pg_catalog", "A,\"b", ""), SearchPath.of("\"A,\"\"b\", \"\"", "me"));
    }

    /** All of these schemas exist, so that the server's own list is the same. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void asTheServerReadsIt(int major) throws Exception {
        PostgresServer server = PostgresServer.get(major);
        try (Connection c = server.superuser(server.createDatabase("paths"));
                Statement s = c.createStatement()) {
            s.execute(
                    "create schema app; create schema \"Odd, \"\"One\"; create schema postgres; create schema \"Ärger\"");
            for (String path : List.of(
                    "app, public",
                    "APP,\"public\"",
                    "\"Odd, \"\"One\" , app",
                    "\"$user\", public",
                    "public, pg_catalog",
                    "\"Ärger\", app")) {
                s.execute("set search_path to " + path);
                List<String> expected = new ArrayList<>();
                try (ResultSet rs = s.executeQuery("select unnest(current_schemas(true))")) {
                    while (rs.next()) {
                        expected.add(rs.getString(1));
                    }
                }
                assertEquals(expected, Identity.read(c).searchPath(), path);
                assertEquals(expected, RoleFacts.read(c).searchPath(), path);
            }
            s.execute("select set_config('search_path', '  aPP,\t\"Odd, \"\"One\"', false)");
            assertEquals(
                    List.of("pg_catalog", "app", "Odd, \"One"), Identity.read(c).searchPath());
        }
    }
}
