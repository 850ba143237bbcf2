package io.tenantwarden.tests.jvm;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** Waits for something that happens on another thread or in another process. */
public final class Await {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Await() {}

    /** Returns as soon as the condition holds; fails when it does not within a minute. */
    public static void until(Callable<Boolean> condition, Supplier<String> message) throws Exception {
        long start = System.nanoTime();
        while (!condition.call()) {
            if (System.nanoTime() - start > LIMIT.toNanos()) {
                throw new AssertionError("did not happen within " + LIMIT + ": " + message.get());
            }
            Thread.sleep(20);
        }
    }
}
