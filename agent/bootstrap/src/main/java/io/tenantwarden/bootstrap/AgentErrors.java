package io.tenantwarden.bootstrap;

import java.util.concurrent.atomic.AtomicLong;

/** Counts the bugs of the agent itself that were kept away from the application. Zero in a healthy JVM. Thread-safe. */
public final class AgentErrors {

    private static final AtomicLong COUNT = new AtomicLong();

    private AgentErrors() {}

    /** How many there were since the JVM started. */
    public static long count() {
        return COUNT.get();
    }

    /**
     * Counts one.
     *
     * @return the number including this one
     */
    public static long increment() {
        return COUNT.incrementAndGet();
    }
}
