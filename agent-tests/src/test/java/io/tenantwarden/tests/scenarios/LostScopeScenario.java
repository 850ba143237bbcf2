package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionSynchronizationUtils;

/** Work that runs without the scope that it was handed over in. What the log says of it is looked at from outside. */
class LostScopeScenario {

    @Test
    void aTask() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(1);
        String seen = TenantContext.as("a", () -> pool.submit(LostScopeScenario::inTask))
                .get();
        assertEquals(Boolean.getBoolean("scenario.propagates") ? "a" : "", seen);
        pool.shutdown();
    }

    @Test
    void aThread() throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        TenantContext.as("a", () -> {
            new Thread(() -> seen.complete(inThread())).start();
            return null;
        });
        assertEquals("", seen.get(30, TimeUnit.SECONDS));
    }

    @Test
    void aThreadOfAClassOfItsOwn() throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        TenantContext.as("a", () -> {
            new Thread() {
                @Override
                public void run() {
                    seen.complete(inSubclass());
                }
            }.start();
            return null;
        });
        assertEquals("", seen.get(30, TimeUnit.SECONDS));
    }

    @Test
    void anAfterCommitCallback() throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        TransactionSynchronizationManager.initSynchronization();
        TenantContext.as("a", () -> {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    seen.complete(inCallback());
                }
            });
            return null;
        });
        TransactionSynchronizationUtils.triggerAfterCommit();
        TransactionSynchronizationManager.clearSynchronization();
        assertEquals("", seen.get(30, TimeUnit.SECONDS));
        assertEquals("", afterCallback());
    }

    /** The filter clears the tenant, and then somebody above it commits. */
    @Test
    void anAfterCommitOfARealTransaction() throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        try (HikariDataSource pool = Db.hikari(2)) {
            DataSourceTransactionManager transactions = new DataSourceTransactionManager(pool);
            TransactionStatus transaction = TenantContext.as("a", () -> {
                TransactionStatus begun = transactions.getTransaction(new DefaultTransactionDefinition());
                assertEquals(
                        1, new JdbcTemplate(pool).update("update invoices set amount = amount where note = 'a-1'"));
                TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                    @Override
                    public void afterCommit() {
                        seen.complete(inRealCallback());
                    }
                });
                return begun;
            });
            transactions.commit(transaction);
        }
        assertEquals("", seen.get(30, TimeUnit.SECONDS));
    }

    @Test
    void aBypass() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(1);
        assertEquals(
                "", inBypassOf(() -> pool.submit(LostScopeScenario::inBypass)).get());
        assertEquals("", pool.submit(LostScopeScenario::afterBypass).get());
        pool.shutdown();
    }

    /** Named by warden.bypass.all.at. */
    static <T> T inBypassOf(Supplier<T> work) {
        return work.get();
    }

    // A method of its own for each: that is how the log tells them apart.

    private static String inTask() {
        return Rows.seen();
    }

    private static String inThread() {
        return Rows.seen();
    }

    private static String inSubclass() {
        return Rows.seen();
    }

    private static String inCallback() {
        return Rows.seen();
    }

    private static String inRealCallback() {
        return Rows.seen();
    }

    private static String afterCallback() {
        return Rows.seen();
    }

    private static String inBypass() {
        return Rows.seen();
    }

    private static String afterBypass() {
        return Rows.seen();
    }
}
