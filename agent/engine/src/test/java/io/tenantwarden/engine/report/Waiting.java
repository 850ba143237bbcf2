package io.tenantwarden.engine.report;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.Callable;

/** Waits for what another thread or process will do; the limit is far beyond what it takes. */
final class Waiting {

    private Waiting() {}

    static void until(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                fail("did not happen: " + what);
            }
            Thread.sleep(10);
        }
    }
}
