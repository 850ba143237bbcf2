package io.tenantwarden.tests.bench;

import com.sun.management.ThreadMXBean;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.scenarios.TenantContext;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Throughput of variants run alternately in one JVM, as ratios to "no tenant": a connection whose tenant was set once, when
 * it was opened. Connections of the role {@code warden_plain} are excluded from the agent; those of {@code warden_app} are not.
 * Prints one JSON line for each figure.
 */
public final class ThroughputBench {

    private interface Work {
        void run(Connection c) throws SQLException;
    }

    private record Variant(String name, HikariDataSource pool, Work select, Work transaction) {}

    private static final String SELECT = "select note from invoices where id = ?";
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private ThroughputBench() {}

    /** @param arguments label of the agent's mode, rounds, milliseconds of each measurement */
    public static void main(String[] arguments) throws Exception {
        String label = arguments[0];
        int rounds = Integer.parseInt(arguments[1]);
        int millis = Integer.parseInt(arguments[2]);
        URI direct = URI.create(System.getProperty("db.url").substring("jdbc:".length()));
        try (DelayProxy proxy = new DelayProxy(direct.getPort(), 500_000)) {
            for (boolean latency : new boolean[] {false, true}) {
                String url =
                        "jdbc:postgresql://127.0.0.1:" + (latency ? proxy.port() : direct.getPort()) + direct.getPath();
                for (int threads : new int[] {1, 4}) {
                    List<Variant> variants = variants(url, label, threads);
                    measure(variants, latency ? "1 ms" : "loopback", threads, rounds, millis);
                    variants.forEach(variant -> variant.pool.close());
                }
            }
        }
    }

    private static List<Variant> variants(String url, String label, int threads) {
        List<Variant> variants = new ArrayList<>();
        variants.add(new Variant(
                "no tenant",
                pool(url, "warden_plain", threads, "-c app.tenant_id=a"),
                ThroughputBench::select,
                ThroughputBench::transaction));
        if (label.equals("pipelined")) {
            variants.add(new Variant(
                    "SET + query + RESET",
                    pool(url, "warden_plain", threads, null),
                    c -> around(c, ThroughputBench::select),
                    c -> around(c, ThroughputBench::transaction)));
            variants.add(new Variant(
                    "set_config by JDBC in the transaction",
                    pool(url, "warden_plain", threads, null),
                    ThroughputBench::localSelect,
                    ThroughputBench::localTransaction));
        }
        variants.add(new Variant(
                "Warden " + label,
                pool(url, "warden_app", threads, label.equals("pipelined") ? null : "-c app.tenant_id=a"),
                ThroughputBench::select,
                ThroughputBench::transaction));
        return variants;
    }

    private static HikariDataSource pool(String url, String role, int size, String options) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(role);
        config.setPassword("secret");
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(size);
        if (options != null) {
            config.addDataSourceProperty("options", options);
        }
        return new HikariDataSource(config);
    }

    // ---- the work

    private static void select(Connection c) throws SQLException {
        try (PreparedStatement p = c.prepareStatement(SELECT)) {
            p.setLong(1, 7);
            try (ResultSet rs = p.executeQuery()) {
                if (!rs.next()) {
                    throw new IllegalStateException("the row of the tenant is not there");
                }
            }
        }
    }

    private static void transaction(Connection c) throws SQLException {
        c.setAutoCommit(false);
        for (int i = 0; i < 10; i++) {
            select(c);
        }
        c.commit();
        c.setAutoCommit(true);
    }

    private static void around(Connection c, Work work) throws SQLException {
        try (Statement s = c.createStatement()) {
            s.execute("SET app.tenant_id = 'a'");
            work.run(c);
            s.execute("RESET app.tenant_id");
        }
    }

    private static void localSelect(Connection c) throws SQLException {
        c.setAutoCommit(false);
        setLocal(c);
        select(c);
        c.commit();
        c.setAutoCommit(true);
    }

    private static void localTransaction(Connection c) throws SQLException {
        c.setAutoCommit(false);
        setLocal(c);
        for (int i = 0; i < 10; i++) {
            select(c);
        }
        c.commit();
        c.setAutoCommit(true);
    }

    private static void setLocal(Connection c) throws SQLException {
        try (PreparedStatement p = c.prepareStatement("select set_config('app.tenant_id', ?, true)")) {
            p.setString(1, "a");
            p.executeQuery().close();
        }
    }

    // ---- measuring

    private static void measure(List<Variant> variants, String network, int threads, int rounds, int millis)
            throws Exception {
        for (boolean transaction : new boolean[] {false, true}) {
            Map<String, double[]> ratios = new LinkedHashMap<>();
            Map<String, long[]> bytes = new LinkedHashMap<>();
            for (int round = -2; round < rounds; round++) {
                double plain = 0;
                for (Variant variant : variants) {
                    long[] result = run(variant, transaction, threads, millis);
                    double perSecond = result[0] * 1e9 / result[1];
                    if (variant == variants.get(0)) {
                        plain = perSecond;
                    }
                    if (round >= 0) {
                        ratios.computeIfAbsent(variant.name, n -> new double[rounds])[round] = perSecond / plain;
                        bytes.computeIfAbsent(variant.name, n -> new long[rounds])[round] = result[2] / result[0];
                    }
                }
            }
            ratios.forEach((name, values) -> {
                Arrays.sort(values);
                long[] allocated = bytes.get(name);
                Arrays.sort(allocated);
                System.out.printf(
                        Locale.ROOT,
                        "{\"work\":\"%s\",\"network\":\"%s\",\"threads\":%d,\"variant\":\"%s\",\"min\":%.3f,"
                                + "\"median\":%.3f,\"max\":%.3f,\"rounds\":%d,\"bytesPerOperation\":%d}%n",
                        transaction ? "10-statement transaction" : "point select",
                        network,
                        threads,
                        name,
                        values[0],
                        values[values.length / 2],
                        values[values.length - 1],
                        rounds,
                        allocated[allocated.length / 2]);
            });
        }
    }

    /** Operations, nanoseconds, bytes allocated by the working threads. */
    private static long[] run(Variant variant, boolean transaction, int threads, int millis) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<long[]>> futures = new ArrayList<>();
            long begin = System.nanoTime();
            long end = begin + millis * 1_000_000L;
            Callable<long[]> worker = () -> {
                TenantContext.set("a");
                long operations = 0;
                long before =
                        THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
                while (System.nanoTime() < end) {
                    try (Connection c = variant.pool.getConnection()) {
                        (transaction ? variant.transaction : variant.select).run(c);
                    }
                    operations++;
                }
                return new long[] {
                    operations,
                    THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - before
                };
            };
            for (int i = 0; i < threads; i++) {
                futures.add(executor.submit(worker));
            }
            long operations = 0;
            long allocated = 0;
            for (Future<long[]> future : futures) {
                operations += future.get()[0];
                allocated += future.get()[1];
            }
            return new long[] {operations, System.nanoTime() - begin, allocated};
        } finally {
            executor.shutdown();
        }
    }
}
