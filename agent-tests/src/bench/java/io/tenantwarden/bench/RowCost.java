package io.tenantwarden.bench;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a result of the tenant's own rows costs on the client: {@code executeQuery} and {@code close}, with the real driver and a network that costs
 * nothing. The difference between the values of {@code warden.rows.check}, divided by the rows, is what looking at one row costs.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
public class RowCost {

    /** Where the application keeps its tenant; the agent is told. */
    public static final class Tenant {
        private static volatile String current;

        private Tenant() {}

        public static String current() {
            return current;
        }
    }

    @Param({"1", "1000"})
    public int rows;

    @Param({"text", "bigint", "uuid"})
    public String type;

    private PreparedStatement statement;

    @Setup(Level.Trial)
    public void open() throws SQLException {
        Tenant.current = RowBench.tenant(type);
        Connection c = DriverManager.getConnection(
                System.getProperty("bench.url") + "?socketFactory=" + ReplaySocketFactory.class.getName(),
                "warden_app",
                "secret");
        c.setAutoCommit(false);
        statement = c.prepareStatement("select tenant_id, note from rows_" + type + " limit ?");
        statement.setInt(1, rows);
        for (int i = 0; i < 20; i++) { // the driver prepares it at the fifth execution
            result();
        }
        ReplaySocketFactory.record();
        result();
        ReplaySocketFactory.replay();
    }

    @Benchmark
    public boolean result() throws SQLException {
        try (ResultSet rs = statement.executeQuery()) {
            if (!rs.next()) {
                throw new IllegalStateException("the rows of the tenant are not there");
            }
            return rs.next();
        }
    }
}
