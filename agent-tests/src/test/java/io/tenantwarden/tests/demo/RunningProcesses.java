package io.tenantwarden.tests.demo;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Stops what still runs when the JVM is told to end, by Ctrl-C for instance. */
final class RunningProcesses {

    private static final Set<BillingProcess> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(BillingProcess::stop), "billing-stop"));
    }

    private RunningProcesses() {}

    static void add(BillingProcess process) {
        RUNNING.add(process);
    }

    static void remove(BillingProcess process) {
        RUNNING.remove(process);
    }
}
