package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.TenantLoop;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.report.TenantHash;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * One call of a method that runs once for each tenant. A tenant's failure does not stop the others; an interruption does, and
 * what the JVM itself cannot go on after. Used by one thread.
 */
final class LoopRun implements TenantLoop {

    /** More are counted, but neither named nor kept. */
    private static final int MAX_KEPT = 100;

    private static final int MAX_NAMED = 20;

    private final String key;
    private final List<String> tenants;
    private final ThreadState thread;
    private final Supplier<String> sourceNow;
    private final ThreadLocal<Boolean> running;
    private final Reporter reporter;
    private final List<Throwable> failures = new ArrayList<>();
    private final List<String> named = new ArrayList<>();
    private ThreadState.Pushed before;
    private int next;
    private int failed;
    private boolean on;
    private boolean interrupted;
    private VirtualMachineError fatal;

    /**
     * @param key {@code warden.foreach.<name>}
     * @param tenants valid ids, each once
     * @param thread the current one
     * @param sourceNow what the tenant source says, for a scope that is entered
     * @param running set as long as this runs
     */
    LoopRun(
            String key,
            List<String> tenants,
            ThreadState thread,
            Supplier<String> sourceNow,
            ThreadLocal<Boolean> running,
            Reporter reporter) {
        this.key = key;
        this.tenants = tenants;
        this.thread = thread;
        this.sourceNow = sourceNow;
        this.running = running;
        this.reporter = reporter;
    }

    @Override
    public boolean begins() {
        if (tenants.isEmpty()) {
            return false;
        }
        running.set(Boolean.TRUE);
        enterNext();
        return true;
    }

    private void enterNext() {
        before = thread.push(Scope.tenant(tenants.get(next++)), sourceNow.get());
    }

    @Override
    public boolean goesOn(Throwable thrown) {
        on = false;
        on = isToRunAgain(thrown);
        return on;
    }

    @Override
    public boolean isOn() {
        return on;
    }

    private boolean isToRunAgain(Throwable thrown) {
        if (next == 0) {
            return false; // never began
        }
        thread.restore(before);
        if (thrown != null) {
            note(thrown);
        }
        interrupted =
                thrown instanceof InterruptedException || Thread.currentThread().isInterrupted();
        if (next < tenants.size() && !interrupted && fatal == null) {
            enterNext();
            return true;
        }
        running.remove();
        return false;
    }

    private void note(Throwable thrown) {
        failed++;
        if (thrown instanceof VirtualMachineError error) {
            fatal = error;
        }
        if (failures.size() < MAX_KEPT) {
            failures.add(thrown);
        }
        if (named.size() < MAX_NAMED) {
            named.add(TenantHash.of(tenants.get(next - 1)) + " ("
                    + thrown.getClass().getName() + at(thrown) + ")");
        }
    }

    private static String at(Throwable thrown) {
        StackTraceElement[] stack = thrown.getStackTrace();
        return stack.length == 0 ? "" : " at " + stack[0];
    }

    @Override
    public Throwable outcome() {
        int left = tenants.size() - next;
        if (failed == 0 && !(interrupted && left > 0)) {
            return null;
        }
        String text = key + ": " + failed + " of " + tenants.size() + " tenants failed"
                + (named.isEmpty() ? "" : ": " + String.join(", ", named))
                + (failed > named.size() ? " and " + (failed - named.size()) + " more" : "")
                + (left == 0 ? "" : "; " + left + " did not run, because " + why());
        reporter.error(
                failed == 0 ? text : text + ". The exception that the method threw has theirs as suppressed ones");
        if (fatal != null) {
            return fatal;
        }
        IllegalStateException together = new IllegalStateException("[warden] " + text);
        failures.forEach(together::addSuppressed);
        return together;
    }

    private String why() {
        return fatal != null ? "the JVM cannot go on" : "the thread was interrupted";
    }
}
