package io.tenantwarden.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.Connection;
import java.sql.ResultSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresServerTest {

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void startsTheVersionThatWasAskedFor(int major) throws Exception {
        PostgresServer server = PostgresServer.get(major);
        try (Connection c = server.superuser("postgres");
                ResultSet rs = c.createStatement().executeQuery("show server_version_num")) {
            rs.next();
            assertEquals(major, rs.getInt(1) / 10000);
        }
    }
}
