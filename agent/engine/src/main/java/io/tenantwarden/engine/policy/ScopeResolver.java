package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.engine.tenant.FreshThread;
import io.tenantwarden.engine.tenant.TenantReader;
import io.tenantwarden.engine.tenant.TenantSourceException;
import io.tenantwarden.engine.tenant.ValueSources;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What the current thread runs as: the scope pushed innermost, unless the tenant source has a new value since; else what
 * the tenant source says now, unless an earlier request left that behind. Thread-safe.
 */
public final class ScopeResolver {

    /** Stands for the source's answer at a push when it was no tenant id; no tenant id contains NUL. */
    private static final String INVALID = "\0invalid";

    /** One that the thread had before is given again; not a lambda that captures it, because this is asked at every checkout. */
    private static final Function<String, Scope> OF_THREAD =
            id -> ThreadState.current().tenantScope(id);

    private final SourceAnswers answers;
    private final FreshThread fresh;
    private final LeftValues left;
    private final Consumer<TenantSourceException> failures;

    /**
     * @param reader the configured tenant sources
     * @param values the sources in braces in {@code warden.guc}
     * @param fresh what they say to everybody
     * @param left knows what was there before a request or message began
     * @param failures told when a source threw or gave an invalid value
     */
    public ScopeResolver(
            TenantReader reader,
            ValueSources values,
            FreshThread fresh,
            LeftValues left,
            Consumer<TenantSourceException> failures) {
        this.answers = new SourceAnswers(reader, values);
        this.fresh = fresh;
        this.left = left;
        this.failures = failures;
    }

    /**
     * The scope of the thread, for a statement on this connection.
     *
     * @return null when nothing was pushed and no source has an answer: then what was captured at checkout counts; none, with
     *     the reason, when a source failed, which ends the search, and when its answer does not count
     */
    public Scope current(ThreadState thread, Session session) {
        String now;
        try {
            now = answers.read(thread, session);
        } catch (TenantSourceException e) {
            return failed(thread, e);
        }
        return scope(thread, now, session.tenantScopes());
    }

    /**
     * As {@link #current(ThreadState, Session)}, where there is no statement.
     *
     * @param tenantScope makes a scope of a tenant id; may return one made before
     */
    public Scope current(ThreadState thread, Function<String, Scope> tenantScope) {
        String now;
        try {
            now = answers.read(thread, null);
        } catch (TenantSourceException e) {
            return failed(thread, e);
        }
        return scope(thread, now, tenantScope);
    }

    /** What the thread runs as when it begins to borrow a connection; never null. */
    public Scope atCheckout(ThreadState thread) {
        String now;
        try {
            now = answers.readForCheckout(thread);
        } catch (TenantSourceException e) {
            return failed(thread, e);
        }
        Scope scope = scope(thread, now, OF_THREAD);
        return scope == null ? Scope.NONE : scope;
    }

    private Scope failed(ThreadState thread, TenantSourceException e) {
        failures.accept(e);
        ThreadState.Pushed pushed = thread.top();
        return pushed == null || isInvalidSince(pushed, e) ? Scope.none(absence(e)) : pushed.scope();
    }

    private Scope scope(ThreadState thread, String now, Function<String, Scope> tenantScope) {
        ThreadState.Pushed pushed = thread.top();
        if (pushed == null) {
            if (now == null) {
                left.blank(thread);
                return null;
            }
            return left.counts(thread, now)
                    ? tenantScope.apply(now)
                    : Scope.none(thread.source().whyLeft());
        }
        String then = pushed.sourceThen();
        boolean isThenKnown = then == null || then.charAt(0) != '\0';
        if (now == null) {
            // a source that is being asked already was not asked again: that is no answer
            if (!isThenKnown && !thread.isReading()) {
                pushed.sourceBecameBlank();
            }
            return pushed.scope();
        }
        // what a thread of a pool kept of an earlier task must not pass for a tenant that was entered inside
        if (isThenKnown && !now.equals(then) || isSetAnew(thread, pushed, now)) {
            return tenantScope.apply(now);
        }
        Scope scope = pushed.scope();
        if (scope != Scope.NONE) {
            return scope;
        }
        if (fresh.says(now)) {
            return tenantScope.apply(now);
        }
        left.tellDiscarded(thread, pushed, now);
        return Scope.none(Scope.Absence.BEFORE_TASK);
    }

    /** The task itself has set the tenant that an earlier one had left there. */
    private static boolean isSetAnew(ThreadState thread, ThreadState.Pushed pushed, String now) {
        return pushed.isOfUnit() && thread.source().isSetAnewSince(pushed.anewThen(), now);
    }

    private static Scope.Absence absence(TenantSourceException e) {
        return e.kind() == TenantSourceException.Kind.INVALID_TENANT
                ? Scope.Absence.INVALID_TENANT
                : Scope.Absence.SOURCE_FAILED;
    }

    /**
     * Somebody entered a tenant inside the pushed scope, with an id that is none: that is not the pushed one. A source that
     * throws has said nothing, as one that became blank.
     */
    private static boolean isInvalidSince(ThreadState.Pushed pushed, TenantSourceException e) {
        return e.kind() == TenantSourceException.Kind.INVALID_TENANT && !INVALID.equals(pushed.sourceThen());
    }

    /** What the source says now, for {@link ThreadState#push}; null when it has no answer, a marker when it failed. */
    public String sourceNow() {
        try {
            return answers.read(ThreadState.current(), null);
        } catch (TenantSourceException e) {
            failures.accept(e);
            return e.kind() == TenantSourceException.Kind.INVALID_TENANT ? INVALID : ThreadState.UNKNOWN;
        }
    }
}
