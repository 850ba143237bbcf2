package io.tenantwarden.engine.coverage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.engine.config.Mode;
import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.report.HealthState;
import io.tenantwarden.engine.report.JvmEnd;
import io.tenantwarden.engine.report.LogMode;
import io.tenantwarden.engine.report.LoggerFactories;
import io.tenantwarden.engine.report.ReportSettings;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.report.SiteFinder;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CoverageTest {

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final PrintStream before = System.err;
    private final Reporter reporter = new Reporter(
            new ReportSettings("enforce", "0", LogMode.STDERR, List.of(), null),
            new LoggerFactories(),
            work -> work,
            JvmEnd.NONE);

    CoverageTest() {
        System.setErr(new PrintStream(log, true));
    }

    @AfterEach
    void end() {
        System.setErr(before);
        reporter.close();
    }

    private Coverage coverage(Mode mode) {
        return new Coverage(new ModeSwitch(mode), List.of(), new SiteFinder(List.of()), reporter);
    }

    @Test
    void healthFollowsWhatIsCovered() {
        Coverage coverage = coverage(Mode.ENFORCE);
        assertEquals(HealthState.IDLE, coverage.health(HealthState.PROTECTING));
        coverage.connectionCovered();
        assertEquals(HealthState.PROTECTING, coverage.health(HealthState.PROTECTING));
        coverage.degrade();
        assertEquals(HealthState.DEGRADED, coverage.health(HealthState.PROTECTING));
        for (HealthState other : List.of(HealthState.AUDIT, HealthState.OFF, HealthState.DEGRADED)) {
            assertEquals(other, coverage.health(other));
        }
    }

    @Test
    void aClientThatIsNotCoveredIsRefusedInEnforceOnly() {
        Driver driver = new Driver();
        Connection connection = (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> null);
        for (Mode mode : List.of(Mode.AUDIT, Mode.INJECT, Mode.ENFORCE)) {
            Coverage coverage = coverage(mode);
            UncoveredClients clients = new UncoveredClients(coverage, c -> false);
            UncoveredClients.Refused refused =
                    clients.connected(driver, "jdbc:acme:postgresql://h/d", new Properties(), connection, false);
            assertEquals(mode == Mode.ENFORCE, refused != null, mode::toString);
            assertEquals(HealthState.DEGRADED, coverage.health(HealthState.PROTECTING));
            assertNull(clients.connected(driver, "jdbc:mysql://h/d", null, connection, false));
            assertNull(clients.connected(driver, "jdbc:acme:postgresql://h/d", null, null, false));
            // once it led to a connection that is covered, it wraps such connections
            assertNull(clients.connected(driver, "jdbc:acme:postgresql://h/d", null, connection, true));
            assertNull(clients.connected(driver, "jdbc:acme:postgresql://h/d", null, connection, false));
        }
    }

    /** Only its class matters. */
    private static final class Driver {}

    @Test
    void oneLineSaysThatNothingIsCovered() {
        Coverage coverage = coverage(Mode.ENFORCE);
        coverage.tellIfIdle();
        coverage.connectionCovered();
        coverage.tellIfIdle();
        reporter.close();
        List<String> lines = log.toString().lines().toList();
        assertEquals(
                1,
                lines.stream()
                        .filter(line -> line.contains("no connection is covered"))
                        .count(),
                lines::toString);
        assertTrue(log.toString().contains("health is idle"), log::toString);
    }

    /** A line of the table names a class and a method that are there: those of the clients on the class path of agent-tests. */
    @Test
    void everyClientHasAProductASchemeAndAPlace() {
        for (Client client : Client.ALL) {
            assertNotNull(client.product());
            assertTrue(client.scheme().endsWith(":"), client::toString);
            assertTrue(client.className().contains("."), client::toString);
            assertTrue(client.begins(client.method()), client::toString);
        }
    }
}
