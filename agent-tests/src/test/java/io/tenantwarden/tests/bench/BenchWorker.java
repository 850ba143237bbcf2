package io.tenantwarden.tests.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.CountingSocketFactory;
import io.tenantwarden.tests.scenarios.TenantContext;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;

/**
 * One variant in its own JVM: an application with a pool, which works when it is told to on standard input and answers with
 * lines that begin with {@link #ANSWER}. Knows nothing of the agent.
 */
public final class BenchWorker {

    static final String ANSWER = "bench: ";

    /** How the application itself sets the tenant. */
    enum Hand {
        /** not at all: the agent does it, or it was set for ever when the connection was opened */
        NOTHING,
        /** SET when the connection was borrowed, RESET before it is given back */
        SESSION,
        /** {@code set_config(..., true)} as the first statement of a transaction */
        TRANSACTION
    }

    private static final String SELECT = "select note from invoices where id = ?";
    private static final int WARM_UP_OF_COUNT = 30;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final Hand hand;
    private final String url;
    private final DataSource direct;
    private final DataSource delayed;
    private final ExecutorService executor = Executors.newFixedThreadPool(Cell.MAX_THREADS);
    private final Map<String, Long> rows = new HashMap<>();

    private BenchWorker(Hand hand, String url, String delayedUrl) throws ReflectiveOperationException {
        this.hand = hand;
        this.url = url;
        this.direct = pool(url, Cell.MAX_THREADS);
        this.delayed = pool(delayedUrl, Cell.MAX_THREADS);
    }

    /** A row of each tenant; of the one that can be seen where the variant cannot change it. */
    private void findRows() throws SQLException {
        for (String tenant : List.of("a", "b")) {
            TenantContext.set(tenant);
            try (Connection c = direct.getConnection()) {
                c.setAutoCommit(hand != Hand.TRANSACTION);
                enter(c, tenant);
                try (Statement s = c.createStatement();
                        ResultSet rs =
                                s.executeQuery("select min(id) from invoices where tenant_id = '" + tenant + "'")) {
                    rs.next();
                    long id = rs.getLong(1);
                    rows.put(tenant, id == 0 ? rows.get("a") : (Long) id);
                }
                if (hand == Hand.TRANSACTION) {
                    c.commit();
                    c.setAutoCommit(true);
                }
                leave(c);
            }
        }
    }

    private void enter(Connection c, String tenant) throws SQLException {
        if (hand == Hand.SESSION) {
            execute(c, "SET app.tenant_id = '" + tenant + "'");
        } else if (hand == Hand.TRANSACTION) {
            setLocal(c, tenant);
        }
    }

    private void leave(Connection c) throws SQLException {
        if (hand == Hand.SESSION) {
            execute(c, "RESET app.tenant_id");
        }
    }

    /** @param arguments a {@link Hand}, the URL on loopback, the URL with latency */
    public static void main(String[] arguments) throws Exception {
        PrintStream out = System.out;
        BenchWorker worker = new BenchWorker(Hand.valueOf(arguments[0]), arguments[1], arguments[2]);
        worker.findRows();
        answer(out, "ready");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "run" -> answer(out, worker.run(Cell.parse(words), Long.parseLong(words[4])));
                case "count" -> worker.count(Cell.parse(words), Integer.parseInt(words[4]), in, out);
                default -> throw new IllegalArgumentException(line);
            }
        }
        System.exit(0);
    }

    private static void answer(PrintStream out, String text) {
        out.println(ANSWER + text);
        out.flush();
    }

    @SuppressWarnings("unchecked")
    private static DataSource pool(String url, int size) throws ReflectiveOperationException {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername("warden_app");
        config.setPassword("secret");
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(size);
        DataSource pool = new HikariDataSource(config);
        String wrapper = System.getProperty("bench.wrapper");
        return wrapper == null
                ? pool
                : ((UnaryOperator<DataSource>)
                                Class.forName(wrapper).getDeclaredConstructor().newInstance())
                        .apply(pool);
    }

    // ---- measuring

    /**
     * Operations a second over all threads; of one operation the bytes that it allocates, and the microseconds of processor time of this JVM and of
     * the server's processes.
     */
    private String run(Cell cell, long millis) throws Exception {
        DataSource pool = cell.latency() ? delayed : direct;
        List<Long> server = ServerCpu.processes(pool, Cell.MAX_THREADS);
        double serverBefore = ServerCpu.nanos(server);
        double clientBefore = SYSTEM.getProcessCpuTime();
        List<Future<double[]>> futures = new ArrayList<>();
        for (int i = 0; i < cell.threads(); i++) {
            futures.add(executor.submit(() -> work(pool, cell.kind(), millis)));
        }
        double perSecond = 0;
        double operations = 0;
        double bytes = 0;
        for (Future<double[]> future : futures) {
            double[] one = future.get();
            perSecond += one[0] * 1e9 / one[1];
            operations += one[0];
            bytes += one[2];
        }
        double client = (SYSTEM.getProcessCpuTime() - clientBefore) / 1e3 / operations;
        double servers = (ServerCpu.nanos(server) - serverBefore) / 1e3 / operations;
        return perSecond + " " + bytes / operations + " " + client + " " + servers;
    }

    /** Operations, nanoseconds until the last of them ended, bytes allocated. */
    private double[] work(DataSource pool, Cell.Work work, long millis) throws SQLException {
        long operations = 0;
        long allocated = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
        long begin = System.nanoTime();
        long limit = millis * 1_000_000;
        long elapsed;
        do {
            operation(pool, work, operations);
            operations++;
            elapsed = System.nanoTime() - begin;
        } while (elapsed < limit);
        allocated = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - allocated;
        return new double[] {operations, elapsed, allocated};
    }

    /** Works on a fresh connection, so that it can be counted: waits and writes of the client for each operation. */
    private void count(Cell cell, int operations, BufferedReader in, PrintStream out) throws Exception {
        DataSource pool = pool(url + "&socketFactory=" + CountingSocketFactory.class.getName(), 1);
        for (int i = 0; i < WARM_UP_OF_COUNT; i++) {
            operation(pool, cell.kind(), i);
        }
        answer(out, "warm");
        in.readLine();
        long waits = CountingSocketFactory.waits();
        long writes = CountingSocketFactory.writes();
        for (int i = 0; i < operations; i++) {
            operation(pool, cell.kind(), i);
        }
        answer(
                out,
                (double) (CountingSocketFactory.waits() - waits) / operations + " "
                        + (double) (CountingSocketFactory.writes() - writes) / operations);
        if (pool instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }

    // ---- the work

    private void operation(DataSource pool, Cell.Work work, long number) throws SQLException {
        String tenant = work == Cell.Work.ALTERNATING && number % 2 == 1 ? "b" : "a";
        TenantContext.set(tenant);
        boolean transaction = work == Cell.Work.TRANSACTION;
        try (Connection c = pool.getConnection()) {
            if (hand != Hand.TRANSACTION) {
                enter(c, tenant);
            }
            if (transaction || hand == Hand.TRANSACTION) {
                c.setAutoCommit(false);
                if (hand == Hand.TRANSACTION) {
                    enter(c, tenant);
                }
                for (int i = 0; i < (transaction ? 10 : 1); i++) {
                    select(c, rows.get(tenant));
                }
                c.commit();
                c.setAutoCommit(true);
            } else {
                select(c, rows.get(tenant));
            }
            leave(c);
        }
    }

    private static void select(Connection c, long id) throws SQLException {
        try (PreparedStatement p = c.prepareStatement(SELECT)) {
            p.setLong(1, id);
            try (ResultSet rs = p.executeQuery()) {
                if (!rs.next()) {
                    throw new IllegalStateException("the row of the tenant is not there");
                }
            }
        }
    }

    private static void execute(Connection c, String sql) throws SQLException {
        try (Statement s = c.createStatement()) {
            s.execute(sql);
        }
    }

    private static void setLocal(Connection c, String tenant) throws SQLException {
        try (PreparedStatement p = c.prepareStatement("select set_config('app.tenant_id', ?, true)")) {
            p.setString(1, tenant);
            p.executeQuery().close();
        }
    }
}
