package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.security.Policy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * In {@code enforce} under a security manager: one that was there at the start and grants the agent, or one that the application sets
 * later and whose policy says nothing of the agent.
 */
@SuppressWarnings("removal")
class SecurityManagerScenario {

    private static final String ROWS = "select tenant_id from invoices";

    @BeforeAll
    static void theManagerIsSet() {
        if (System.getSecurityManager() == null) {
            System.setProperty("java.security.policy", System.getProperty("later.policy"));
            Policy.getPolicy().refresh();
            System.setSecurityManager(new SecurityManager());
        }
    }

    /** The application may less than the agent: it is the policy that counts, not a manager that allows everything. */
    @Test
    void theManagerRefusesTheApplication() {
        assertNotNull(System.getSecurityManager());
        assertThrows(SecurityException.class, () -> System.setProperty("acme", "x"));
    }

    @Test
    void tenantsAreIsolated() throws Exception {
        try (HikariDataSource pool = Db.hikari(1)) {
            try (Connection c = pool.getConnection()) {
                SQLException refusal = assertThrows(SQLException.class, () -> Db.column(c, ROWS));
                assertTrue(refusal.getMessage().startsWith("[warden] refused: unscoped"), refusal::toString);
            }
            ExecutorService executor = Executors.newSingleThreadExecutor();
            try {
                for (String tenant : List.of("a", "b")) {
                    List<String> rows = TenantContext.as(tenant, () -> {
                        try (Connection c = pool.getConnection()) {
                            return Db.column(c, ROWS);
                        }
                    });
                    assertEquals(Set.of(tenant), Set.copyOf(rows));
                    assertEquals(TestDatabase.ROWS, rows.size());
                    Set<String> onAnotherThread = Set.copyOf(TenantContext.as(
                            tenant,
                            () -> executor.submit(() -> {
                                        try (Connection c = pool.getConnection()) {
                                            return Db.column(c, ROWS);
                                        }
                                    })
                                    .get()));
                    assertEquals(Set.of(tenant), onAnotherThread);
                }
            } finally {
                executor.shutdown();
            }
        }
    }
}
