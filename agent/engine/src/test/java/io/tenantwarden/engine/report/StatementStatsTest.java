package io.tenantwarden.engine.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StatementStatsTest {

    private static final Site A = new Site("com.acme.A", "run", "A.java", 1);
    private static final Site B = new Site("com.acme.B", "run", "B.java", 1);

    private final SiteInventory inventory = new SiteInventory();
    private final StatementStats stats = inventory.stats("abc", List.of("public.invoices"), "app");

    private void execute(Site site, Outcome outcome) {
        int weight = stats.count(outcome);
        if (weight > 0) {
            stats.at(site, outcome, weight);
        }
    }

    @Test
    void unscopedStatementsAreWalkedAHundredTimesThenOnceInAHundred() {
        int walks = 0;
        for (int i = 0; i < 10_100; i++) {
            int weight = stats.count(Outcome.UNSCOPED);
            walks += weight > 0 ? 1 : 0;
            assertTrue(i >= 100 || weight == 1);
        }

        assertEquals(200, walks);
        assertEquals(10_100, stats.executions(Outcome.UNSCOPED));
    }

    @Test
    void scopedStatementsAreWalkedOnceThenOnceInAThousand() {
        int walks = 0;
        for (int i = 0; i < 100_001; i++) {
            int weight = stats.count(Outcome.SCOPED);
            walks += weight > 0 ? 1 : 0;
            assertTrue(i > 0 || weight == 1);
        }

        assertEquals(101, walks);
    }

    @Test
    void countsOfOneSiteAreExactUntilSamplingStarts() {
        for (int i = 0; i < 100; i++) {
            execute(i % 4 == 0 ? A : B, Outcome.UNSCOPED);
        }

        List<SiteInventory.Row> rows = inventory.rows();
        assertEquals(25, rows.get(0).count(Outcome.UNSCOPED));
        assertEquals(75, rows.get(1).count(Outcome.UNSCOPED));
        assertFalse(rows.get(0).entry().estimated());
        assertEquals(List.of("public.invoices"), rows.get(0).entry().tables());
    }

    @Test
    void sitesThatTakeTurnsAreBothSeenAndTheSumStaysExact() {
        for (int i = 0; i < 200_000; i++) {
            execute(i % 2 == 0 ? A : B, Outcome.SCOPED);
        }

        List<SiteInventory.Row> rows = inventory.rows();
        assertEquals(2, rows.size());
        long a = rows.get(0).count(Outcome.SCOPED);
        long b = rows.get(1).count(Outcome.SCOPED);
        assertEquals(200_000, a + b, 1);
        assertTrue(a > 60_000 && b > 60_000, a + " and " + b + ": the samples must not fall in step with the loop");
        assertTrue(rows.get(0).entry().estimated());
    }

    @Test
    void countsAreExactUnderConcurrency() throws InterruptedException {
        AtomicLong walks = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Thread thread = new Thread(() -> {
                for (int n = 0; n < 50_000; n++) {
                    if (stats.count(Outcome.BYPASSED) > 0) {
                        walks.incrementAndGet();
                    }
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertEquals(400_000, stats.executions(Outcome.BYPASSED));
        assertEquals(100 + 3_999, walks.get(), "one in each full block of 100 after the first 100");
    }

    @Test
    void oneSiteOfSeveralStatementsIsOneRow() {
        execute(A, Outcome.SCOPED);
        StatementStats other = inventory.stats("def", List.of("public.customers"), "app");
        other.at(A, Outcome.CAPTURED, other.count(Outcome.CAPTURED));

        List<SiteInventory.Row> rows = inventory.rows();
        assertEquals(1, rows.size());
        assertEquals(
                List.of("public.customers", "public.invoices"),
                rows.get(0).entry().tables());
        assertEquals(1, rows.get(0).count(Outcome.SCOPED));
        assertEquals(1, rows.get(0).count(Outcome.CAPTURED));
        assertEquals(4, inventory.changes(), "two executions, two sites");
    }

    @Test
    void theInventoryIsBounded() {
        assertSame(stats, inventory.stats("abc", List.of("public.invoices"), "app"));
        for (int i = 0; i < 10_000; i++) {
            inventory.stats("f" + i, List.of(), "app");
        }

        StatementStats beyond = inventory.stats("beyond", List.of(), "app");
        assertSame(beyond, inventory.stats("further", List.of(), "app"));
        assertSame(stats, inventory.stats("abc", List.of("public.invoices"), "app"));
    }
}
