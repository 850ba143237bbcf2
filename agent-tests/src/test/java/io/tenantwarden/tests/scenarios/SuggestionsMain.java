package io.tenantwarden.tests.scenarios;

import io.tenantwarden.tests.jvm.Db;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.authentication.dao.DaoAuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.provisioning.JdbcUserDetailsManager;

/**
 * An application that reads without a tenant in many ways, and says of each whether it read rows or what it was told. Each case has a
 * neighbour, which runs through the same code for somebody else.
 */
public final class SuggestionsMain {

    /** Begins a line of the result: name, and in base64 {@code rows: N} or the message. */
    public static final String CASE = "##case ";

    private static final String COUNT = "select count(*) from invoices";

    private SuggestionsMain() {}

    public static void main(String[] arguments) {
        Map<String, Callable<Object>> cases = new LinkedHashMap<>();
        cases.put("dao", Webhook::findCustomer);
        cases.put("dao-neighbour", Webhook::listAll);
        cases.put("helper", Reports::daily);
        cases.put("helper-neighbour", Reports::weekly);
        cases.put("callback", Ledger::close);
        cases.put("callback-neighbour", Ledger::open);
        cases.put("constructor", Caches::load);
        cases.put("constructor-neighbour", Caches::reload);
        cases.put("initializer", Caches::eager);
        cases.put("inherited", Shop::invoices);
        cases.put("inherited-neighbour", Shop::customers);
        cases.put("proxy", Shop::throughAProxy);
        cases.put("proxy-neighbour", Shop::throughAProxyToo);
        cases.put("template", Repository::count);
        cases.put("template-neighbour", Repository::list);
        cases.put("job", () -> onAThread(new NightlyJob()));
        cases.put("job-neighbour", () -> onAThread(new HourlyJob()));
        cases.put("filter", () -> new Filter().doFilter(() -> new Controller().get()));
        cases.put("filter-neighbour", () -> new Filter().doFilter(() -> new Controller().list()));
        cases.put("login", SuggestionsMain::login);
        cases.put("framework-only", SuggestionsMain::frameworkOnly);
        cases.put("lambda-only", SuggestionsMain::lambdaOnly);
        for (Callable<Object> caller : List.<Callable<Object>>of(
                Learned::first, Learned::second, Learned::third, Learned::fourth, Learned::fifth)) {
            result(caller); // told later which of its callers may be named
        }
        cases.put("learned", Learned::fifth);
        cases.put("learned-neighbour", Learned::fourth);
        cases.forEach((name, body) -> System.out.println(CASE + name + " "
                + Base64.getEncoder().encodeToString(result(body).getBytes(StandardCharsets.UTF_8))));
    }

    private static String result(Callable<Object> body) {
        try {
            return "rows: " + body.call();
        } catch (Exception e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof SQLException) {
                    return cause.getMessage();
                }
            }
            return e.toString();
        }
    }

    // ---- the application's own

    static final class Webhook {
        static Object findCustomer() throws SQLException {
            try (Connection c = Db.plain().getConnection();
                    Statement s = c.createStatement();
                    ResultSet rows = s.executeQuery(COUNT)) {
                rows.next();
                return rows.getInt(1);
            }
        }

        static Object listAll() throws SQLException {
            try (Connection c = Db.plain().getConnection();
                    Statement s = c.createStatement();
                    ResultSet rows = s.executeQuery(COUNT)) {
                rows.next();
                return rows.getInt(1);
            }
        }
    }

    static final class Sql {
        static Object one(String sql, Object... parameters) throws SQLException {
            try (Connection c = Db.plain().getConnection()) {
                return Db.column(c, sql, parameters).get(0);
            }
        }
    }

    static final class Reports {
        static Object daily() throws SQLException {
            return Sql.one(COUNT);
        }

        static Object weekly() throws SQLException {
            return Sql.one(COUNT);
        }
    }

    static final class Tx {
        static Object within(Callable<Object> work) throws Exception {
            return work.call();
        }
    }

    static final class Ledger {
        static Object close() throws Exception {
            return Tx.within(() -> Sql.one(COUNT));
        }

        static Object open() throws Exception {
            return Tx.within(() -> Sql.one(COUNT));
        }
    }

    static final class Cache {
        final Object size;

        Cache() throws SQLException {
            size = Sql.one(COUNT);
        }
    }

    static final class Eager {
        static final Object SIZE;

        static {
            Object size;
            try {
                size = Sql.one(COUNT);
            } catch (SQLException e) {
                size = e;
            }
            SIZE = size;
        }
    }

    static final class Caches {
        static Object load() throws SQLException {
            return new Cache().size;
        }

        static Object reload() throws SQLException {
            return new Cache().size;
        }

        static Object eager() throws Exception {
            if (Eager.SIZE instanceof Exception e) {
                throw e;
            }
            return Eager.SIZE;
        }
    }

    abstract static class Store {
        abstract String table();

        Object size() throws SQLException {
            try (Connection c = Db.plain().getConnection()) {
                return Db.column(c, "select count(*) from " + table()).get(0);
            }
        }
    }

    static final class InvoiceStore extends Store {
        @Override
        String table() {
            return "invoices";
        }
    }

    static final class CustomerStore extends Store {
        @Override
        String table() {
            return "customers";
        }
    }

    static final class Shop {
        static Object invoices() throws SQLException {
            return new InvoiceStore().size();
        }

        static Object customers() throws SQLException {
            return new CustomerStore().size();
        }

        static Object throughAProxy() {
            return proxy().get();
        }

        static Object throughAProxyToo() {
            return proxy().get();
        }

        private static Supplier<?> proxy() {
            return (Supplier<?>) Proxy.newProxyInstance(
                    Shop.class.getClassLoader(),
                    new Class<?>[] {Supplier.class},
                    (self, method, args) -> Sql.one(COUNT));
        }
    }

    static final class Repository {
        private static final JdbcTemplate TEMPLATE = new JdbcTemplate(Db.plain());

        static Object count() {
            return TEMPLATE.queryForObject(COUNT, Integer.class);
        }

        static Object list() {
            return TEMPLATE.queryForObject(COUNT, Integer.class);
        }
    }

    static final class NightlyJob implements Callable<Object> {
        @Override
        public Object call() throws SQLException {
            return Sql.one(COUNT);
        }
    }

    static final class HourlyJob implements Callable<Object> {
        @Override
        public Object call() throws SQLException {
            return Sql.one(COUNT);
        }
    }

    private static Object onAThread(Callable<Object> job) throws Exception {
        FutureTask<Object> task = new FutureTask<>(job);
        Thread thread = new Thread(task);
        thread.start();
        thread.join();
        return task.get();
    }

    static final class Filter {
        Object doFilter(Callable<Object> chain) throws Exception {
            return chain.call();
        }
    }

    static final class Controller {
        Object get() throws SQLException {
            return Sql.one(COUNT);
        }

        Object list() throws SQLException {
            return Sql.one(COUNT);
        }
    }

    static final class Learned {
        static Object find() throws SQLException {
            return Sql.one(COUNT);
        }

        static Object first() throws SQLException {
            return find();
        }

        static Object second() throws SQLException {
            return find();
        }

        static Object third() throws SQLException {
            return find();
        }

        static Object fourth() throws SQLException {
            return find();
        }

        static Object fifth() throws SQLException {
            return find();
        }
    }

    // ---- without a frame of the application

    private static Object login() throws Exception {
        DaoAuthenticationProvider provider = new DaoAuthenticationProvider(new JdbcUserDetailsManager(Db.plain()));
        Authentication login = new UsernamePasswordAuthenticationToken("ann", "secret");
        return join(CompletableFuture.completedFuture(login).thenApplyAsync(provider::authenticate))
                        .isAuthenticated()
                ? 1
                : 0;
    }

    private static Object frameworkOnly() throws Exception {
        JdbcTemplate template = new JdbcTemplate(Db.plain());
        return join(CompletableFuture.completedFuture(COUNT).thenApplyAsync(template::queryForList))
                .size();
    }

    private static Object lambdaOnly() throws Exception {
        return join(CompletableFuture.supplyAsync(() -> {
            try (Connection c = Db.plain().getConnection()) {
                return Db.column(c, COUNT).get(0);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }));
    }

    private static <T> T join(CompletableFuture<T> future) throws Exception {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
