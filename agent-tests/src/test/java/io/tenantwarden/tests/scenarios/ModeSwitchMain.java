package io.tenantwarden.tests.scenarios;

import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.management.Attribute;
import javax.management.MBeanException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
import org.postgresql.PGConnection;

/**
 * Four threads read and write as two tenants and as nobody, on fewer connections than threads, while the mode goes from audit to inject to enforce and
 * back. Ends with exit code 1 at the first row of another tenant, at a value that was left on a connection, and at a refusal while no part of the
 * statement ran in enforce. With {@code warden.role} the login is a superuser, who sees every row, and the mode does not change to audit.
 */
public final class ModeSwitchMain {

    private static final String[] MODES = {"inject", "enforce", "inject", "audit", "enforce", "audit"};
    private static final String[] MODES_OF_ROLE = {"enforce", "inject"};
    private static final int THREADS = 4;
    private static final String ROLE = System.getProperty("warden.role");

    private final HikariDataSource pool = ROLE == null ? Db.hikari(3) : Db.hikari(3, "postgres");
    private final AtomicReference<Throwable> wrong = new AtomicReference<>();
    private final AtomicLong statements = new AtomicLong();
    private final AtomicLong full = new AtomicLong();
    private final AtomicLong empty = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong acrossSwitch = new AtomicLong();

    /** A mode, and from when on it may hold. */
    private record Phase(String mode, long number) {}

    // what holds, and what is about to hold; the same where nothing changes
    private volatile Phase now;
    private volatile Phase next;
    private volatile boolean stop;
    private int changes;
    // of the last phase in enforce
    private volatile long lastEnforce = -1;

    private ModeSwitchMain(String mode) {
        now = new Phase(mode, 0);
        next = now;
    }

    /** @param arguments the mode at the start, seconds in all, milliseconds between two changes */
    public static void main(String[] arguments) throws Exception {
        new ModeSwitchMain(arguments[0]).run(Integer.parseInt(arguments[1]), Long.parseLong(arguments[2]));
    }

    private void run(int seconds, long pause) throws Exception {
        TenantContext.as("a", () -> pooled(c -> Db.column(c, "select id from invoices")));
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = new ObjectName("io.tenantwarden:type=Warden");
        for (int i = 0; i < 600 && !server.isRegistered(name); i++) {
            Thread.sleep(50);
        }
        TenantContext.as("a", () -> {
            if (ROLE == null) {
                inTheMiddle(server, name);
            } else {
                inTheMiddleAsRole(server, name);
            }
            return null;
        });
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Random random = new Random(i);
            Thread thread = new Thread(() -> work(random), "worker-" + i);
            threads.add(thread);
            thread.start();
        }
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        int before = changes;
        String[] modes = ROLE == null ? MODES : MODES_OF_ROLE;
        while (System.nanoTime() < end && wrong.get() == null) {
            Thread.sleep(pause);
            change(server, name, modes[(changes - before) % modes.length]);
        }
        stop = true;
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println("##statements " + statements + " full " + full + " empty " + empty + " refused " + refused
                + " transactions across a switch " + acrossSwitch);
        System.out.println("##changes " + changes);
        if (wrong.get() != null) {
            wrong.get().printStackTrace();
            System.exit(1);
        }
        boolean shown =
                full.get() > 0 && (empty.get() > 0 || ROLE != null) && refused.get() > 0 && acrossSwitch.get() > 0;
        System.exit(shown ? 0 : 2);
    }

    /** From inject to inject: the role stays, and there is no way to audit, which would give it up. */
    private void inTheMiddleAsRole(MBeanServer server, ObjectName name) throws Exception {
        try (Connection c = pool.getConnection()) {
            c.setAutoCommit(false);
            rows(c, TestDatabase.ROWS, "begun in inject");
            change(server, name, "enforce");
            rows(c, TestDatabase.ROWS, "goes on in enforce");
            c.commit();
            copied(c);
            change(server, name, "inject");
            List<String> user = Db.column(c, "select current_user || ' ' || count(*) from invoices");
            if (!user.equals(List.of(ROLE + " " + TestDatabase.ROWS))) {
                throw new AssertionError("ran as " + user);
            }
            c.rollback();
        }
        try {
            server.setAttribute(name, new Attribute("Mode", "audit"));
            throw new AssertionError("in audit everything would run as the login");
        } catch (MBeanException e) {
            if (!String.valueOf(e.getCause()).contains("warden.role")) {
                throw e;
            }
        } catch (RuntimeMBeanException e) {
            if (!String.valueOf(e.getCause()).contains("warden.role")) {
                throw e;
            }
        }
    }

    /** What a change does to what is open: from audit to audit. */
    private void inTheMiddle(MBeanServer server, ObjectName name) throws Exception {
        try (Connection c = pool.getConnection()) {
            c.setAutoCommit(false);
            rows(c, 0, "begun in audit");
            change(server, name, "inject");
            rows(c, TestDatabase.ROWS, "a transaction that nothing was sent for gets its tenant");
            change(server, name, "audit");
            rows(c, TestDatabase.ROWS, "what has a tenant keeps it to the end");
            c.commit();
            rows(c, 0, "the next transaction");
            execute(c, "DECLARE old CURSOR FOR SELECT tenant_id FROM invoices");
            change(server, name, "inject");
            rows(c, 0, "a cursor of nobody's is open");
            c.commit();
            rows(c, TestDatabase.ROWS, "after it");
            c.commit();
            change(server, name, "audit");
            execute(c, "DECLARE old CURSOR FOR SELECT tenant_id FROM invoices");
            change(server, name, "enforce");
            try {
                rows(c, -1, "a cursor of nobody's is open in enforce");
            } catch (SQLException e) {
                if (!e.getMessage().startsWith("[warden] refused")) {
                    throw e;
                }
            }
            c.rollback();
            c.setAutoCommit(true);
            copied(c); // its values are set for the session
            rows(c, TestDatabase.ROWS, "beside them");
            change(server, name, "audit");
            TenantContext.as(null, () -> {
                List<String> left = Db.column(c, "select coalesce(current_setting('app.tenant_id', true), '')");
                if (!left.equals(List.of(""))) {
                    throw new AssertionError("left for the session: " + left);
                }
                return null;
            });
            rows(c, 0, "nothing is sent in audit");
        }
    }

    private static void execute(Connection c, String sql) throws SQLException {
        try (Statement s = c.createStatement()) {
            s.execute(sql);
        }
    }

    private static void rows(Connection c, int expected, String when) throws SQLException {
        int rows = Db.column(c, "select tenant_id from invoices").size();
        if (rows != expected) {
            throw new AssertionError(when + ": " + rows + " rows");
        }
    }

    private void change(MBeanServer server, ObjectName name, String mode) throws Exception {
        changes++;
        Phase begun = new Phase(mode, now.number() + 1);
        next = begun;
        if (mode.equals("enforce")) {
            lastEnforce = Long.MAX_VALUE;
        }
        server.setAttribute(name, new Attribute("Mode", mode));
        boolean was = now.mode().equals("enforce");
        now = begun;
        if (was && !mode.equals("enforce")) {
            lastEnforce = begun.number() - 1;
        }
        if (!server.getAttribute(name, "Mode").equals(mode)) {
            throw new IllegalStateException("still " + server.getAttribute(name, "Mode"));
        }
    }

    private void work(Random random) {
        try {
            while (!stop && wrong.get() == null) {
                String tenant = new String[] {"a", "b", null}[random.nextInt(3)];
                TenantContext.as(tenant, () -> {
                    step(random, tenant);
                    return null;
                });
            }
        } catch (Throwable e) {
            wrong.compareAndSet(null, e);
        }
    }

    private interface Work {
        List<String> run(Connection c) throws Exception;
    }

    private List<String> pooled(Work work) throws Exception {
        try (Connection c = pool.getConnection()) {
            return work.run(c);
        }
    }

    private void step(Random random, String tenant) throws Exception {
        switch (random.nextInt(6)) {
            case 0 -> checked(tenant, false, () -> pooled(c -> Db.column(c, "select tenant_id from invoices")));
            case 1 -> checked(tenant, false, () -> pooled(ModeSwitchMain::copied));
            case 2 ->
                checked(
                        tenant,
                        false,
                        () -> pooled(
                                c -> Db.column(c, "update customers set amount = amount + 1 returning tenant_id")));
            case 3 -> transaction(tenant, random, c -> Db.columnPlain(c, "select tenant_id from invoices"));
            case 4 -> transaction(tenant, random, ModeSwitchMain::inPortions);
            default -> nothingIsLeft();
        }
    }

    /** In autocommit nothing can go along with COPY: the values are set for the session. */
    private static List<String> copied(Connection c) throws Exception {
        ByteArrayOutputStream rows = new ByteArrayOutputStream();
        c.unwrap(PGConnection.class).getCopyAPI().copyOut("COPY (SELECT tenant_id FROM invoices) TO STDOUT", rows);
        return rows.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static List<String> inPortions(Connection c) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement s = c.createStatement()) {
            s.setFetchSize(7);
            try (ResultSet rs = s.executeQuery("select tenant_id from invoices")) {
                while (rs.next()) {
                    rows.add(rs.getString(1));
                }
            }
        }
        return rows;
    }

    private void transaction(String tenant, Random random, Work read) throws Exception {
        try (Connection c = pool.getConnection()) {
            Phase begun = now;
            c.setAutoCommit(false);
            int times = 2 + random.nextInt(4);
            boolean gave = false;
            for (int i = 0; i < times; i++) {
                List<String> rows = checked(tenant, i > 0, () -> read.run(c));
                if (rows == null) {
                    break; // refused, and nothing was sent
                }
                if (gave && rows.isEmpty()) {
                    throw new AssertionError("the transaction of " + tenant + " lost its tenant");
                }
                gave = !rows.isEmpty();
                Thread.sleep(random.nextInt(40));
            }
            if (now != begun) {
                acrossSwitch.incrementAndGet();
            }
            c.rollback();
            c.setAutoCommit(true);
        }
    }

    private void nothingIsLeft() throws Exception {
        List<String> value = TenantContext.as(
                null, () -> pooled(c -> Db.column(c, "select coalesce(current_setting('app.tenant_id', true), '')")));
        if (!value.equals(List.of(""))) {
            throw new AssertionError("left on the connection: " + value);
        }
    }

    /**
     * @param inTransaction whether it began before this statement, perhaps in another mode
     * @return null when it was refused
     */
    private List<String> checked(String tenant, boolean inTransaction, Callable<List<String>> work) throws Exception {
        Phase before = now;
        long enforced = lastEnforce;
        List<String> rows;
        try {
            rows = work.call();
        } catch (SQLException e) {
            boolean enforce = enforced >= before.number() || lastEnforce >= before.number();
            if (e.getMessage().startsWith("[warden] refused") && enforce) {
                refused.incrementAndGet();
                return null;
            }
            throw new AssertionError("in " + before + " then " + next + " as " + tenant + ": " + e.getMessage(), e);
        }
        statements.incrementAndGet();
        if (!rows.stream().allMatch(row -> row.equals(tenant))) {
            throw new AssertionError("foreign rows as " + tenant + ": " + rows);
        }
        boolean steady = before == next;
        if (tenant != null && steady && !inTransaction) {
            boolean audit = before.mode().equals("audit");
            if (rows.size() != (audit ? 0 : TestDatabase.ROWS)) {
                throw new AssertionError(rows.size() + " rows in " + before);
            }
            (audit ? empty : full).incrementAndGet();
        } else if (tenant == null && steady && before.mode().equals("enforce")) {
            throw new AssertionError("not refused in enforce");
        }
        return rows;
    }
}
