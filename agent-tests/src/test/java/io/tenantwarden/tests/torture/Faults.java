package io.tenantwarden.tests.torture;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;

/** The thread that terminates server processes, cancels statements and cuts connections, at moments of its own. */
final class Faults implements Runnable {

    private static final String OTHERS =
            " from pg_stat_activity where usename = '" + Fixture.ROLE + "' and datname = current_database()";

    private final String adminUrl;
    private final CuttingProxy proxy;
    private final Random random;
    private final Tally tally;

    Faults(String adminUrl, CuttingProxy proxy, long seed, Tally tally) {
        this.adminUrl = adminUrl;
        this.proxy = proxy;
        this.random = new Random(seed);
        this.tally = tally;
    }

    @Override
    public void run() {
        try (Connection c = DriverManager.getConnection(adminUrl);
                Statement s = c.createStatement()) {
            while (!Thread.currentThread().isInterrupted()) {
                Thread.sleep(40 + random.nextInt(200));
                switch (random.nextInt(5)) {
                    case 0 -> signal(s, "terminated", "pg_terminate_backend(pid)", "");
                    case 1, 2, 3 -> signal(s, "cancelled", "pg_cancel_backend(pid)", " and state = 'active'");
                    default -> {
                        if (proxy.cutOne(random)) {
                            tally.fault("cut");
                        }
                    }
                }
            }
        } catch (InterruptedException e) {
            // the run is over
        } catch (SQLException e) {
            throw new IllegalStateException("the fault thread cannot go on", e);
        }
    }

    private void signal(Statement s, String name, String function, String which) throws SQLException {
        try (var rows = s.executeQuery("select " + function + " from (select pid" + OTHERS + which
                + " order by random() limit 1) as chosen")) {
            while (rows.next()) {
                tally.fault(name);
            }
        }
    }
}
