package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.tenant.TenantReader;
import io.tenantwarden.engine.tenant.TenantSourceException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What the current thread runs as: the scope pushed innermost, unless the tenant source has a new value since; else what
 * the tenant source says now. Thread-safe.
 */
public final class ScopeResolver {

    /** Stands for the source's answer at a push when it was no tenant id; no tenant id contains NUL. */
    private static final String INVALID = "\0invalid";

    private final TenantReader reader;
    private final Consumer<TenantSourceException> failures;

    /**
     * @param reader the configured tenant sources
     * @param failures told when a source threw or gave an invalid value
     */
    public ScopeResolver(TenantReader reader, Consumer<TenantSourceException> failures) {
        this.reader = reader;
        this.failures = failures;
    }

    /**
     * The scope of the thread.
     *
     * @param tenantScope makes a scope of a tenant id; may return one made before
     * @return null when nothing was pushed and no source has an answer: then what was captured at checkout counts; none, with
     *     the reason, when a source failed, which ends the search
     */
    public Scope current(ThreadState thread, Function<String, Scope> tenantScope) {
        ThreadState.Pushed pushed = thread.top();
        String now;
        try {
            now = reader.read();
        } catch (TenantSourceException e) {
            failures.accept(e);
            return pushed == null || isInvalidSince(pushed, e) ? Scope.none(absence(e)) : pushed.scope();
        }
        if (pushed == null) {
            return now == null ? null : tenantScope.apply(now);
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
        if (isThenKnown && !now.equals(then)) {
            return tenantScope.apply(now);
        }
        Scope scope = pushed.scope();
        return scope == Scope.NONE ? Scope.none(Scope.Absence.BEFORE_TASK) : scope;
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
            return reader.read();
        } catch (TenantSourceException e) {
            failures.accept(e);
            return e.kind() == TenantSourceException.Kind.INVALID_TENANT ? INVALID : ThreadState.UNKNOWN;
        }
    }
}
