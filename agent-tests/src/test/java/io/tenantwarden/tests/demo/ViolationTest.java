package io.tenantwarden.tests.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ViolationTest {

    private static final String LINE = "2026-11-20T23:43:55.072Z  WARN 1 --- [billing] [scheduling-1] t.violations :"
            + " [warden] VIOLATION unscoped-query tables=public.customers,public.invoices"
            + " site=com.acme.jobs.NightlyJob.run(NightlyJob.java:42) thread=scheduling-# op=SELECT count=1 id=7f3a9c1e"
            + " sql=\"select * from \\\"invoices\\\" where a=$1 and site=$2\"";

    @Test
    void readsTheLineAsTheContractWritesIt() {
        assertEquals(
                List.of(new Violation(
                        "unscoped-query",
                        "7f3a9c1e",
                        Set.of("public.customers", "public.invoices"),
                        "com.acme.jobs.NightlyJob.run(NightlyJob.java:42)",
                        "NightlyJob.java:42",
                        "SELECT",
                        "select * from \"invoices\" where a=$1 and site=$2")),
                Violation.in(List.of("an ordinary line", LINE)));
    }

    @Test
    void countsTheSameViolationOnce() {
        assertEquals(
                1,
                Violation.in(List.of(LINE, LINE.replace("count=1", "count=10"))).size());
    }

    @Test
    void keepsTwoPlacesWithTheSameStatementApart() {
        assertEquals(2, Violation.in(List.of(LINE, LINE.replace(":42", ":43"))).size());
    }
}
