package io.tenantwarden.engine.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

class CostTest {

    @Test
    void nothingWasMeasured() {
        assertEquals(Map.of("p50", 0L, "p90", 0L, "p99", 0L, "max", 0L, "samples", 0L), new Cost().summary());
    }

    @Test
    void percentilesAreAtMostAnEighthTooHigh() {
        Cost cost = new Cost();
        for (int i = 1; i <= 1_000; i++) {
            cost.add(i * 1_000L);
        }
        Map<String, Long> summary = cost.summary();
        assertEquals(1_000L, summary.get("samples"));
        assertEquals(1_000_000L, summary.get("max"));
        near(500_000, summary.get("p50"));
        near(900_000, summary.get("p90"));
        near(990_000, summary.get("p99"));
    }

    private static void near(long exact, long told) {
        assertTrue(told >= exact && told <= exact * 9 / 8, () -> exact + " was told as " + told);
    }

    @Test
    void anyTimeIsCounted() {
        Cost cost = new Cost();
        for (long time : new long[] {-1, 0, 1, 7, 8, 9, 15, 16, 1L << 40, Long.MAX_VALUE}) {
            cost.add(time);
        }
        assertEquals(10L, cost.summary().get("samples"));
        assertEquals(Long.MAX_VALUE, cost.summary().get("p99"));
    }

    @Test
    void oneInManyIsMeasured() {
        Cost cost = new Cost();
        int measured = 0;
        for (int i = 0; i < 64_000; i++) {
            long begin = cost.begin();
            cost.end(begin);
            measured += begin == 0 ? 0 : 1;
        }
        assertEquals(measured, cost.summary().get("samples"));
        assertTrue(measured > 500 && measured < 2_000, "measured " + measured);
    }
}
