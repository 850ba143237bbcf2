package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

/** Methods that run once for each tenant; the tenants are those of the table countries. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TenantLoopsScenario {

    /** A pool of one that opens nothing before it is used: what the list of tenants is read with must not be its only connection. */
    private static final HikariDataSource POOL = lazy();

    private static HikariDataSource lazy() {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(Db.url());
        pool.setUsername("warden_app");
        pool.setPassword("secret");
        pool.setMaximumPoolSize(1);
        pool.setMinimumIdle(0);
        return pool;
    }

    private static List<String> rows(Connection c) throws SQLException {
        return Db.column(c, "select distinct tenant_id from invoices order by 1");
    }

    private static String tenants() throws SQLException {
        try (Connection c = POOL.getConnection()) {
            return String.join(",", rows(c));
        }
    }

    private static void countries(String... codes) throws SQLException {
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            s.execute("delete from countries");
            for (String code : codes) {
                s.execute("insert into countries values ('" + code + "')");
            }
        }
    }

    @BeforeEach
    @AfterEach
    void clear() {
        TenantContext.clear();
    }

    static class NightlyJob {
        final List<String> seen = new ArrayList<>();

        Object run() throws SQLException {
            seen.add(tenants());
            return seen.size();
        }

        void run(String overload) throws SQLException {
            seen.add(overload + tenants());
        }
    }

    /** Nothing has opened a connection yet: the data source is asked for the first one. */
    @Test
    @Order(1)
    void beforeTheFirstConnectionTheDataSourceIsAsked() throws Exception {
        NightlyJob job = new NightlyJob();
        try (var scheduler = new ClosingScheduler()) {
            scheduler.run(job::run);
        }
        assertEquals(List.of("a", "b"), job.seen);
    }

    @Test
    @Order(2)
    void theLastReturnValueCounts() throws Exception {
        countries("a", "b");
        NightlyJob job = new NightlyJob();
        assertEquals(2, job.run());
        SQLException e = assertThrows(SQLException.class, () -> job.run("an overload is not meant"));
        assertTrue(e.getMessage().contains("[warden] refused: unscoped"), e.getMessage());
    }

    static final class HoldingJob {
        final List<String> seen = new ArrayList<>();
        private Connection held;

        void outer() throws SQLException {
            try (Connection c = POOL.getConnection()) {
                held = c;
                work();
            }
        }

        private void work() throws SQLException {
            seen.add(String.join(",", rows(held)));
        }
    }

    @Test
    void theListNeedsNoConnectionOfThePool() throws Exception {
        countries("a", "b");
        HoldingJob job = new HoldingJob();
        job.outer();
        assertEquals(List.of("a", "b"), job.seen);
    }

    static class Failing {
        final List<String> seen = new ArrayList<>();

        private synchronized void work() throws Exception {
            String tenants = tenants();
            try {
                for (int i = 0; i < 3; i++) {
                    switch (tenants) {
                        case "a" -> throw new java.io.IOException("first " + i);
                        case "b" -> seen.add(tenants + i);
                        default -> throw new IllegalStateException("nothing");
                    }
                }
            } finally {
                seen.add("end of " + tenants);
            }
        }
    }

    @Test
    void oneTenantsFailureDoesNotStopTheOthers() throws Exception {
        countries("a", "b", "empty");
        Failing job = new Failing();
        IllegalStateException e = assertThrows(IllegalStateException.class, job::work);
        assertEquals(List.of("end of a", "b0", "b1", "b2", "end of b", "end of "), job.seen);
        assertEquals(
                List.of("java.io.IOException: first 0", "java.lang.IllegalStateException: nothing"),
                Arrays.stream(e.getSuppressed()).map(Throwable::toString).toList());
        assertTrue(e.getMessage().contains("warden.foreach.failing: 2 of 3 tenants failed"), e.getMessage());
        assertTrue(e.getMessage().contains("java.io.IOException at " + Failing.class.getName()), e.getMessage());
        assertFalse(e.getMessage().contains("empty"), "a tenant id in " + e.getMessage());
        assertTrue(
                assertThrows(SQLException.class, () -> unscoped()).getMessage().contains("[warden] refused"));
    }

    private static void unscoped() throws SQLException {
        tenants();
    }

    @Test
    void aTenantInForceAndNestedCallsRunOnce() throws Exception {
        countries("a", "b");
        Nested nested = new Nested();
        TenantContext.as("b", nested::loop);
        assertEquals(List.of("b", "b"), nested.seen, "loop() and what it calls");
        nested.seen.clear();
        nested.loop();
        assertEquals(List.of("a", "a", "b", "b"), nested.seen);
    }

    static class Base {
        final List<String> seen = new ArrayList<>();

        String loop() throws SQLException {
            seen.add(tenants());
            return null;
        }
    }

    /** The subclass's method and the superclass's are both meant; the pattern names the superclass. */
    static final class Nested extends Base {
        @Override
        String loop() throws SQLException {
            seen.add(tenants());
            return super.loop();
        }
    }

    static final class Arguments {
        void run(String tenant) {
            throw new AssertionError("runs");
        }
    }

    @Test
    void aMethodWithArgumentsIsRefused() {
        SQLException e = assertThrows(SQLException.class, () -> runArguments());
        assertEquals("42501", e.getSQLState());
        assertTrue(e.getMessage().contains("warden.scope.arguments="), e.getMessage());
    }

    private static void runArguments() throws SQLException {
        new Arguments().run("a");
    }

    @Test
    void idsThatAreNoneAreSkippedAndAnEmptyListRunsNothing() throws Exception {
        countries("a", "not!valid", "b");
        NightlyJob job = new NightlyJob();
        job.run();
        assertEquals(List.of("a", "b"), job.seen);
        countries();
        job.seen.clear();
        assertEquals(null, job.run());
        assertEquals(List.of(), job.seen);
    }

    static final class Interrupted {
        int runs;

        void run() {
            runs++;
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anInterruptedThreadBeginsNoFurtherTenant() throws Exception {
        countries("a", "b", "c");
        Interrupted job = new Interrupted();
        IllegalStateException e = assertThrows(IllegalStateException.class, job::run);
        assertTrue(Thread.interrupted());
        assertEquals(1, job.runs);
        assertTrue(e.getMessage().contains("2 did not run"), e.getMessage());
    }

    // ---- Spring

    public interface Job {
        void nightly() throws SQLException;
    }

    @Configuration
    @EnableScheduling
    static class Application {
        @Bean
        SpringJob job() {
            return new SpringJob();
        }
    }

    public static class SpringJob implements Job {
        static final CompletableFuture<List<String>> SEEN = new CompletableFuture<>();
        final List<String> seen = new ArrayList<>();

        @Override
        @Scheduled(fixedDelay = 60_000)
        public void nightly() throws SQLException {
            seen.add(tenants());
            if (seen.size() == 2) {
                SEEN.complete(List.copyOf(seen));
            }
        }
    }

    @Test
    void springsSchedulerCallsIt() throws Exception {
        countries("a", "b");
        try (var application = new AnnotationConfigApplicationContext(Application.class)) {
            assertEquals(List.of("a", "b"), SpringJob.SEEN.get(30, TimeUnit.SECONDS));
        }
    }

    /** A transaction that a proxy begins must be one for each tenant, not one for all. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatAProxyDoesAroundTheMethodIsDoneForEachTenant(boolean subclass) throws Exception {
        countries("a", "b");
        List<String> around = new ArrayList<>();
        SpringJob target = new SpringJob();
        ProxyFactory factory = new ProxyFactory(target);
        factory.setProxyTargetClass(subclass);
        factory.addAdvice((MethodInterceptor) invocation -> {
            around.add(tenants());
            return invocation.proceed();
        });
        ((Job) factory.getProxy()).nightly();
        assertEquals(List.of("a", "b"), around);
        assertEquals(List.of("a", "b"), target.seen);
    }

    /** A scheduler of the JDK, ended with the test. */
    private static final class ClosingScheduler implements AutoCloseable {
        private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

        void run(java.util.concurrent.Callable<?> job) throws ExecutionException, InterruptedException {
            scheduler.schedule(job, 0, TimeUnit.MILLISECONDS).get();
        }

        @Override
        public void close() throws InterruptedException {
            scheduler.shutdownNow();
            scheduler.awaitTermination(30, TimeUnit.SECONDS);
        }
    }
}
