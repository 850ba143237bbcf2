package io.tenantwarden.tests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Processor time of the server processes behind a pool, as Linux counts it; the server runs on this machine. */
final class ServerCpu {

    private ServerCpu() {}

    /** The processes behind all connections of a pool. */
    static List<Long> processes(DataSource pool, int connections) throws SQLException {
        List<Connection> borrowed = new ArrayList<>();
        List<Long> pids = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                Connection c = pool.getConnection();
                borrowed.add(c);
                try (Statement s = c.createStatement();
                        ResultSet rs = s.executeQuery("select pg_catalog.pg_backend_pid()")) {
                    rs.next();
                    pids.add(rs.getLong(1));
                }
            }
        } finally {
            for (Connection c : borrowed) {
                c.close();
            }
        }
        return pids;
    }

    /** Nanoseconds that they have run so far; not a number where the system does not say. */
    static double nanos(List<Long> pids) {
        double sum = 0;
        for (long pid : pids) {
            try {
                // sched-stats.rst of the kernel: time spent on the cpu, in nanoseconds
                sum += Double.parseDouble(
                        Files.readString(Path.of("/proc/" + pid + "/schedstat")).split(" ")[0]);
            } catch (IOException | NumberFormatException e) {
                return Double.NaN;
            }
        }
        return sum;
    }
}
