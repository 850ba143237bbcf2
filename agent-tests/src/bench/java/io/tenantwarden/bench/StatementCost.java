package io.tenantwarden.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.slf4j.MDC;

/**
 * What one statement costs on the client: {@code executeQuery}, one row, {@code close}, with the real driver and a network
 * that costs nothing. Run with and without the agent, the difference is the agent's.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 4, time = 1)
public class StatementCost {

    private static final int STATEMENTS = 200;

    /** In which situation the statement is executed. */
    public enum Situation {
        /** in a transaction, on a protected table; the tenant holds already */
        INJECTED,
        /** in autocommit, on a protected table: the tenant goes along with each */
        FIRST,
        /** in autocommit, without tenant, on a table that is not protected */
        UNPROTECTED
    }

    /** Where the application keeps its tenant; the agent is told. */
    public static final class Tenant {
        static final ThreadLocal<String> CURRENT = new ThreadLocal<>();

        private Tenant() {}

        public static String current() {
            return CURRENT.get();
        }
    }

    /** Processor time of the thread, and statements, in the iterations that count. */
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class Cpu {
        public long cpuNanos;
        public long statements;
        private long before;

        /** Begins an iteration. */
        @Setup(Level.Iteration)
        public void begin() {
            cpuNanos = 0;
            statements = 0;
            before = THREADS.getCurrentThreadCpuTime();
        }

        /** Ends it. */
        @TearDown(Level.Iteration)
        public void end() {
            cpuNanos = THREADS.getCurrentThreadCpuTime() - before;
        }
    }

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    @Param({"INJECTED", "FIRST", "UNPROTECTED"})
    public Situation situation;

    private boolean pushes;
    private PreparedStatement statement;

    @Setup(Level.Trial)
    public void open() throws SQLException {
        // without agent the policy has a tenant all the same
        boolean preset = Boolean.getBoolean("bench.preset");
        pushes = Boolean.getBoolean("bench.pushes");
        Connection c = DriverManager.getConnection(
                System.getProperty("bench.url") + "?socketFactory=" + ReplaySocketFactory.class.getName()
                        + (preset ? "&options=-c%20app.tenant_id=a" : ""),
                "warden_app",
                "secret");
        enterTenant();
        c.setAutoCommit(situation != Situation.INJECTED);
        statement = c.prepareStatement(
                situation == Situation.UNPROTECTED
                        ? "select code from countries where code = ?"
                        : "select note from invoices where note = ? limit 1");
        statement.setString(1, situation == Situation.UNPROTECTED ? "de" : "a-1");
        for (int i = 0; i < 20; i++) { // the driver prepares it at the fifth execution
            one();
        }
        ReplaySocketFactory.record();
        one();
        ReplaySocketFactory.replay();
    }

    /** As an application does at the beginning of its work; for the agent, each iteration is a task of its own. */
    @Setup(Level.Iteration)
    public void enterTenant() {
        if (situation != Situation.UNPROTECTED) {
            Tenant.CURRENT.set("a");
            MDC.put("tenant", "a");
        }
    }

    /** What a task leaves behind on its thread is no scope for the next. */
    @TearDown(Level.Iteration)
    public void leaveTenant() {
        Tenant.CURRENT.remove();
        MDC.remove("tenant");
    }

    /** One statement; in its own scope method when that is what is measured. */
    private void one() throws SQLException {
        if (pushes && situation != Situation.UNPROTECTED) {
            inScope("a", 1);
        } else {
            run(1);
        }
    }

    @Benchmark
    @OperationsPerInvocation(STATEMENTS)
    public int statement(Cpu cpu) throws SQLException {
        cpu.statements += STATEMENTS;
        return pushes && situation != Situation.UNPROTECTED ? inScope("a", STATEMENTS) : run(STATEMENTS);
    }

    /** A scope method: {@code warden.scope.bench=...StatementCost#inScope(0)}. */
    public int inScope(String tenant, int times) throws SQLException {
        return run(times);
    }

    private int run(int times) throws SQLException {
        int length = 0;
        for (int i = 0; i < times; i++) {
            try (ResultSet rs = statement.executeQuery()) {
                if (!rs.next()) {
                    throw new IllegalStateException("the row of the tenant is not there");
                }
                length += rs.getString(1).length();
            }
        }
        return length;
    }
}
