package io.tenantwarden.engine.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ViolationsTest {

    private static final Site SITE = new Site("com.acme.A", "run", "A.java", 1);

    private final Queue<LogLine> log = new ConcurrentLinkedQueue<>();
    private final Violations violations =
            new Violations(log::add, Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC));

    private static ViolationEvent.Builder event(String fingerprint) {
        return ViolationEvent.of(ViolationKind.UNSCOPED_QUERY, SITE)
                .statement("select 1", fingerprint, "SELECT")
                .thread("worker-1");
    }

    private List<String> loggedCounts() {
        return log.stream()
                .map(line -> line.text().replaceAll(".* (count=\\d+) .*", "$1"))
                .toList();
    }

    @Test
    void logsTheFirstTheTenthTheHundredth() {
        for (int i = 0; i < 1_500; i++) {
            violations.record(event("a").build());
        }

        assertEquals(List.of("count=1", "count=10", "count=100", "count=1000"), loggedCounts());
    }

    @Test
    void logsWhenSampledEventsPassAMilestone() {
        violations.record(event("a").build());
        violations.record(event("a").times(100).build());
        violations.record(event("a").times(100).build());

        assertEquals(List.of("count=1", "count=101"), loggedCounts());
        assertEquals(201, violations.all().get(0).count());
    }

    @Test
    void manyThreadsAreCountedExactlyAndLoggedOncePerMilestone() throws InterruptedException {
        int threads = 16;
        int each = 5_000;
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            String name = "worker-" + i;
            Thread thread = new Thread(() -> {
                await(start);
                for (int n = 0; n < each; n++) {
                    violations.record(
                            event("same").thread(name).refused(n % 2 == 0).build());
                }
            });
            thread.start();
            running.add(thread);
        }
        start.countDown();
        for (Thread thread : running) {
            thread.join();
        }

        assertEquals(1, violations.all().size());
        Violation violation = violations.all().get(0);
        assertEquals(80_000, violation.count());
        assertEquals(40_000, violation.refused());
        assertEquals(List.of("worker-#"), violation.threads());
        for (String milestone : List.of("count=10", "count=100", "count=1000", "count=10000")) {
            assertEquals(1, loggedCounts().stream().filter(milestone::equals).count(), milestone);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theFirstRefusalIsAlwaysLoggedAsAnError() {
        violations.record(event("a").build());
        violations.record(event("a").build());
        violations.record(event("a").refused(true).build());
        violations.record(event("a").refused(true).build());

        assertEquals(
                List.of(Level.WARN, Level.ERROR),
                log.stream().map(LogLine::level).toList());
        assertEquals(2, violations.all().get(0).refused());
    }

    @Test
    void anEditElsewhereInTheFileIsTheSameViolation() {
        violations.record(event("a").build());
        ViolationEvent moved = ViolationEvent.of(
                        ViolationKind.UNSCOPED_QUERY, new Site("com.acme.A", "run", "A.java", 77))
                .statement("select 1", "a", "SELECT")
                .build();

        assertEquals(violations.all().get(0).id(), violations.record(moved));
        assertEquals(1, violations.all().size());
    }

    @Test
    void theNumberKeptIsBoundedAndTheRestIsToldOnce() {
        for (int i = 0; i < Violations.MAX_DISTINCT + 500; i++) {
            violations.record(event("f" + i).build());
        }

        assertEquals(Violations.MAX_DISTINCT, violations.all().size());
        assertEquals(500, violations.beyondLimit());
        assertEquals(
                1,
                log.stream()
                        .filter(line -> line.text().contains("more distinct violations than are kept apart (10000)"))
                        .count());
        violations.record(event("f0").build());
        assertEquals(500, violations.beyondLimit(), "a known one is still counted as itself");
    }

    @Test
    void theBaselineIsCountedNotLogged() {
        ViolationEvent known = event("known").build();
        violations.use(new Baseline(Set.of(known.id()), List.of(), null));

        violations.record(known);
        violations.record(event("new").build());

        assertTrue(violations.known(ViolationKind.UNSCOPED_QUERY, known.id()));
        assertFalse(violations.known(ViolationKind.GUC_TAMPER, known.id()), "no baseline excuses the other kinds");
        assertEquals(1, log.size());
        assertTrue(log.peek().text().contains(" id=" + event("new").build().id() + " "));
        assertEquals(2, violations.all().size());
    }

    @Test
    void keepsThreadNamesWithoutNumbersAndBounded() {
        for (char first = 'a'; first <= 'z'; first++) {
            violations.record(event("a").thread(first + "-17").build());
        }

        assertEquals(20, violations.all().get(0).threads().size());
        assertEquals("a-#", violations.all().get(0).threads().get(0));
    }
}
