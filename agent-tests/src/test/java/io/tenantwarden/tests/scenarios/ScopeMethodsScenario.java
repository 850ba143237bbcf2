package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

/** Methods that configuration gives a scope, named by class, interface, superclass and wildcard; and bypasses. */
class ScopeMethodsScenario {

    interface Handler<T> {
        String handle(T order);

        default String handleAll(List<T> orders) {
            StringBuilder all = new StringBuilder();
            orders.forEach(order -> all.append(handle(order)));
            return all.append(Invoices.tenants()).toString();
        }
    }

    record Order(String tenantId) {}

    static final class OrderHandler implements Handler<Order> {
        @Override
        public String handle(Order order) {
            return Invoices.tenants();
        }
    }

    static final class NestedHandler implements Handler<Order> {
        @Override
        public String handle(Order order) {
            String before = Invoices.tenants();
            String inside = new OrderHandler().handle(new Order("b"));
            return before + inside + Invoices.tenants();
        }
    }

    static final class FailingHandler implements Handler<Order> {
        @Override
        public String handle(Order order) {
            throw new IllegalStateException(Invoices.tenants());
        }
    }

    abstract static class Job {
        abstract String runFor(String tenant);

        String runFor() {
            return "-" + Invoices.tenants() + "-" + runFor("b");
        }
    }

    abstract static class MiddleJob extends Job {}

    static final class DeepJob extends MiddleJob {
        @Override
        String runFor(String tenant) {
            return Invoices.tenants();
        }
    }

    /** Has a method of that name and nothing to do with jobs. */
    static final class Stranger implements Callable<String> {
        String runFor(String tenant) {
            return Invoices.tenants();
        }

        @Override
        public String call() {
            return runFor("a");
        }
    }

    static final class ReportWorker {
        static String work(int number, String tenant) {
            return number + Invoices.tenants();
        }
    }

    @Test
    void anInterfaceMeansItsImplementations() {
        assertEquals("a", new OrderHandler().handle(new Order("a")));
        assertEquals("", Invoices.tenants());
        Handler<Order> byInterface = new OrderHandler();
        assertEquals("b", byInterface.handle(new Order("b")));
        assertEquals("ab", byInterface.handleAll(List.of(new Order("a"), new Order("b"))), "nothing is left behind");
    }

    @Test
    void nestedScopesAreRestored() {
        assertEquals("aba", new NestedHandler().handle(new Order("a")));
        assertEquals("", Invoices.tenants());
    }

    @Test
    void anExceptionEndsTheScope() {
        Exception e = assertThrows(IllegalStateException.class, () -> new FailingHandler().handle(new Order("b")));
        assertEquals("b", e.getMessage());
        assertEquals("", Invoices.tenants());
    }

    @Test
    void aSuperclassMeansItsSubclasses() {
        assertEquals("a", new DeepJob().runFor("a"));
        assertEquals("--b", new DeepJob().runFor(), "an overload without the argument is not meant");
        assertEquals("", new Stranger().call());
    }

    @Test
    void wildcards() {
        assertEquals("1b", ReportWorker.work(1, "b"));
    }

    // ---- a scheduler that loops over tenants

    @Configuration
    @EnableScheduling
    static class Application {
        @Bean
        NightlyJob nightlyJob() {
            return new NightlyJob();
        }
    }

    static class NightlyJob {
        final CompletableFuture<List<String>> seen = new CompletableFuture<>();

        @Scheduled(fixedDelay = 60_000)
        void run() {
            List<String> all = new ArrayList<>();
            for (String tenant : List.of("a", "b")) {
                all.add(runFor(tenant));
            }
            all.add(Invoices.tenants());
            seen.complete(all);
        }

        String runFor(String tenant) {
            return Invoices.tenants();
        }
    }

    @Test
    void aScheduledMethodThatLoops() throws Exception {
        try (var application = new AnnotationConfigApplicationContext(Application.class)) {
            NightlyJob job = application.getBean(NightlyJob.class);
            assertEquals(List.of("a", "b", ""), job.seen.get(30, TimeUnit.SECONDS));
        }
    }

    // ---- bypasses

    static String platform() throws Exception {
        try (Connection c = Db.driverManager("warden_bypass")) {
            return Db.column(c, "select current_setting('app.is_platform', true) from invoices limit 1")
                    .get(0);
        }
    }

    @Test
    void aBypassHasItsSetting() throws Exception {
        assertEquals("on", platform());
    }

    static String countAll() throws Exception {
        try (Connection c = Db.driverManager("warden_bypass")) {
            String count = "";
            for (int i = 0; i < 150; i++) {
                count = Db.column(c, "select count(*) from invoices").get(0);
            }
            return count;
        }
    }

    static String countAllTooLate() throws Exception {
        try (Connection c = Db.driverManager("warden_bypass")) {
            return Db.column(c, "select count(*) from customers").get(0);
        }
    }

    @Test
    void aBypassIsCountedExactly() throws Exception {
        assertEquals("40", countAll());
    }

    static class Finder {
        String find() {
            return getClass().getSimpleName();
        }
    }

    /** Named by warden.bypass.inherited.at; the method is the superclass's. */
    static final class InvoiceFinder extends Finder {}

    /** What is told of it stands in the test that runs this. */
    @Test
    void aMethodThatIsOnlyInheritedIsToldWithItsClass() {
        assertEquals("InvoiceFinder", new InvoiceFinder().find());
    }

    @Test
    void anExpiredBypassIsNone() throws Exception {
        countAllTooLate();
    }
}
