package io.tenantwarden.engine.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.testing.PostgresServer;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postgresql.core.CachedQuery;
import org.postgresql.core.QueryExecutor;
import org.postgresql.jdbc.PgConnection;

class StatementNamesTest {

    @Test
    void theOrderIsThatOfTheNumbers() {
        List<String> names = List.of("S_1", "S_2", "S_9", "S_10", "S_99", "S_100", "S_2147483648");
        for (int i = 0; i < names.size(); i++) {
            for (int j = 0; j < names.size(); j++) {
                assertEquals(i < j, StatementNames.isBefore(names.get(i), names.get(j)), names.get(i) + names.get(j));
            }
        }
    }

    /** On the driver's own queries: no name before it prepares one, then a later one for each. */
    @Test
    void theDriverGivesNamesInTheOrderInWhichItPrepares() throws Throwable {
        String url = PostgresServer.get(18).url("postgres") + "?prepareThreshold=1";
        try (Connection c = DriverManager.getConnection(url, "postgres", "postgres")) {
            QueryExecutor executor = c.unwrap(PgConnection.class).getQueryExecutor();
            StatementNames names =
                    StatementNames.of(MethodHandles.privateLookupIn(executor.getClass(), MethodHandles.lookup()));
            assertNotNull(names);
            assertNull(names.of(executor.createSimpleQuery("select 1")));
            List<String> given = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                try (PreparedStatement statement = c.prepareStatement("select " + i)) {
                    statement.executeQuery().close();
                    given.add(names.of(query(statement)));
                }
            }
            for (int i = 1; i < given.size(); i++) {
                assertTrue(StatementNames.isBefore(given.get(i - 1), given.get(i)), given::toString);
                assertFalse(StatementNames.isBefore(given.get(i), given.get(i - 1)), given::toString);
            }
        }
    }

    private static Object query(PreparedStatement statement) throws ReflectiveOperationException {
        Field field = statement.getClass().getDeclaredField("preparedQuery");
        field.setAccessible(true);
        return ((CachedQuery) field.get(statement)).query;
    }
}
