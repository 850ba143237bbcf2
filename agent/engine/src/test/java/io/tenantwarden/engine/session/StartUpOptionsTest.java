package io.tenantwarden.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StartUpOptionsTest {

    @Test
    void withoutThePropertyThereIsNothing() {
        assertEquals(Map.of(), StartUpOptions.settings(null));
        assertEquals(Map.of(), StartUpOptions.settings(" -c "));
        assertEquals(Map.of("work_mem", "4MB"), StartUpOptions.settings("-d 1 -c work_mem=4MB"));
    }

    /** As the server reads them, whatever the spelling. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-c app.tenant_id=t1",
                "-capp.tenant_id=t1",
                "--app.tenant_id=t1",
                "--app.tenant-id=t1",
                "-c APP.Tenant_Id=t1",
                "  -c\tapp.tenant_id=t1  -c work_mem=4MB",
                "-c app.tenant_id=t2 -c app.tenant_id=t1",
                "-c app.tenant_id=a\\ b\\\\c",
                "-c app.tenant_id=a=b",
                "-c app.tenant_id=",
                "-c search_path=app.tenant_id",
            })
    void settingsAreThoseOfTheServer(String options) throws SQLException {
        String ours = StartUpOptions.settings(options).getOrDefault("app.tenant_id", "");
        Properties properties = new Properties();
        properties.setProperty("user", "postgres");
        properties.setProperty("options", options);
        try (Connection connection =
                        DriverManager.getConnection(PostgresServer.get(18).url("postgres"), properties);
                ResultSet rows = connection
                        .createStatement()
                        .executeQuery("select coalesce(current_setting('app.tenant_id', true), '')")) {
            rows.next();
            assertEquals(rows.getString(1), ours);
        }
    }
}
