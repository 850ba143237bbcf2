package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.Submission;
import io.tenantwarden.bootstrap.TaskBridge;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.report.SiteFinder;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * What work that is handed to another thread runs as, and where it was handed over when its scope stays behind.
 * Thread-safe. While scopes travel nothing is looked up on the stack; where one stays behind, at the first hundred
 * hand-overs of each class of work and at one in a hundred after that.
 */
public final class TaskScopes implements TaskBridge {

    private static final int ALWAYS = 100;
    private static final int ONE_IN = 100;

    /** Not a lambda that captures the thread: this is asked for every task. */
    private static final Function<String, Scope> TENANT =
            id -> ThreadState.current().tenantScope(id);

    private final ScopeResolver scopes;
    private final SiteFinder sites;
    private final boolean propagates;
    private final BiConsumer<String, Throwable> failures;

    /** Per class of work: how often it left a scope behind, and where lately. Holds names only. */
    private static final class HandOvers {
        private static final int KINDS = Scope.Kind.values().length;
        private final AtomicInteger count = new AtomicInteger();
        private final AtomicReferenceArray<Submission> last =
                new AtomicReferenceArray<>(Submission.How.values().length * KINDS);
    }

    private final ClassValue<HandOvers> handOvers = new ClassValue<>() {
        @Override
        protected HandOvers computeValue(Class<?> type) {
            return new HandOvers();
        }
    };

    /**
     * @param propagates {@code warden.propagate}
     * @param failures told of bugs of our own: where, and what
     */
    public TaskScopes(
            ScopeResolver scopes, SiteFinder sites, boolean propagates, BiConsumer<String, Throwable> failures) {
        this.scopes = scopes;
        this.sites = sites;
        this.propagates = propagates;
        this.failures = failures;
    }

    @Override
    public Object capture(Class<?> work) {
        Scope scope = scopes.current(ThreadState.current(), TENANT);
        if (scope == null || (propagates && scope.isTenant())) {
            return scope;
        }
        if (scope.isNone()) {
            return Scope.NONE; // the reason is this thread's
        }
        return submission(Submission.How.TASK, scope.kind(), work);
    }

    @Override
    public Submission lost(Submission.How how, Class<?> work) {
        Scope scope = scopes.current(ThreadState.current(), TENANT);
        return scope == null || scope.isNone() ? null : submission(how, scope.kind(), work);
    }

    private Submission submission(Submission.How how, Scope.Kind lost, Class<?> work) {
        if (how == Submission.How.THREAD) {
            // most threads are of one class, and starting one costs far more than looking
            return new Submission(how, lost, sites.site());
        }
        HandOvers known = handOvers.get(work);
        int index = how.ordinal() * HandOvers.KINDS + lost.ordinal();
        Submission last = known.last.get(index);
        int count = known.count.getAndIncrement() & Integer.MAX_VALUE;
        if (last == null || count < ALWAYS || count % ONE_IN == 0) {
            last = new Submission(how, lost, sites.site());
            known.last.set(index, last);
        }
        return last;
    }

    @Override
    public String sourceNow() {
        return ThreadState.current().isReading() ? null : scopes.sourceNow();
    }

    @Override
    public boolean isShared(Class<?> work) {
        return SharedTasks.isShared(work.getName());
    }

    @Override
    public void failed(String where, Throwable bug) {
        failures.accept(where, bug);
    }
}
