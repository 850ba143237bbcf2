package io.tenantwarden.engine.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.testing.PostgresServer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is asked, of a server that nothing stands before, and what is left behind: nothing. */
class ValueProbeTest {

    private static final GucPlan PLAN = GucPlan.of(Map.of("app.tenant_id", new TenantValue()), Map.of(), Map.of());

    private final List<String> asked = new ArrayList<>();
    private final ValueLoss known = new ValueLoss();

    private void look(String parameters, boolean alongside, boolean shared, boolean again) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                PostgresServer.get(18).url("postgres") + parameters, "postgres", "postgres")) {
            new ValueProbe(listened(connection), PLAN, new OwnStatement(PLAN)).look(known, alongside, shared, again);
            try (Statement s = connection.createStatement();
                    ResultSet row = s.executeQuery("select current_setting('app.tenant_id', true)")) {
                row.next();
                assertTrue(row.getString(1) == null || row.getString(1).isEmpty(), row.getString(1));
            }
        }
    }

    private Connection listened(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("prepareStatement")) {
                        asked.add((String) arguments[0]);
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private boolean wasSetForSession() {
        return asked.contains(PLAN.sessionSql());
    }

    @ParameterizedTest
    @CsvSource({"'', true", "'', false", "?preferQueryMode=simple, false", "?preferQueryMode=extendedForPrepared, true"
    })
    void nothingIsLostOnAServer(String parameters, boolean alongside) throws Exception {
        look(parameters, alongside, false, false);
        assertFalse(known.isAny());
        assertEquals(!alongside, wasSetForSession(), asked::toString);
    }

    /** The value would stand in a session that another client gets. */
    @ParameterizedTest
    @CsvSource({"'', true", "'', false", "?preferQueryMode=simple, false", "?preferQueryMode=simple, true"})
    void nothingIsSetForASessionThatIsShared(String parameters, boolean alongside) throws Exception {
        look(parameters, alongside, true, false);
        assertFalse(asked.isEmpty());
        assertFalse(wasSetForSession(), asked::toString);
    }

    /** In simple query mode the driver sends the statements of one text one by one. */
    @Test
    void whatDoesNotGoInAGroupIsLostThere() throws Exception {
        look("?preferQueryMode=simple", true, false, false);
        assertTrue(known.isInGroup());
        assertFalse(known.isForSession() || known.isInTransaction());
        assertTrue(wasSetForSession(), asked::toString);
    }

    /** A connection that shares its session has seen nothing of what this one needs. */
    @Test
    void theSessionIsAskedByTheFirstThatNeedsIt() throws Exception {
        look("", false, true, false);
        assertFalse(wasSetForSession(), asked::toString);
        look("", false, false, false);
        assertTrue(wasSetForSession(), asked::toString);
    }

    @Test
    void whatIsKnownIsAskedOnce() throws Exception {
        look("", false, false, false);
        asked.clear();
        look("", false, false, false);
        assertEquals(List.of(), asked);
        look("", true, false, false); // in a group of messages nobody has asked yet
        assertEquals(1, asked.size(), asked::toString);
        look("", true, false, false);
        assertEquals(1, asked.size(), asked::toString);
        look("", true, false, true);
        assertEquals(2, asked.size(), asked::toString);
    }
}
