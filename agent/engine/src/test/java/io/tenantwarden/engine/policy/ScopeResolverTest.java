package io.tenantwarden.engine.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.tenant.TenantSourceException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScopeResolverTest {

    private static final Scope A = Scope.tenant("a");
    private static final Scope BYPASS = Scope.bypass("webhook");

    private final List<TenantSourceException.Kind> failures = new ArrayList<>();
    private final ScopeResolver scopes = TenantHolder.resolver(e -> failures.add(e.kind()));
    private final ThreadState thread = ThreadState.current();

    @AfterEach
    void clear() {
        thread.restore(null);
        TenantHolder.set(null);
    }

    private Scope now() {
        return scopes.current(thread, Scope::tenant);
    }

    private void push(Scope scope) {
        thread.push(scope, scopes.sourceNow());
    }

    @Test
    void withoutAnAnswerTheCheckoutDecides() {
        assertNull(now());
        TenantHolder.set("  ");
        assertNull(now());
        TenantHolder.set("a");
        assertEquals(A, now());
    }

    @Test
    void thePushedScopeWinsOverAnOlderAnswerOfTheSource() {
        TenantHolder.set("b");
        push(A);
        assertEquals(A, now());
        TenantHolder.set(null);
        assertEquals(A, now(), "a source that became blank leaves the pushed scope in force");
        TenantHolder.set("b");
        assertEquals(A, now(), "the value of the push is not new");
        TenantHolder.set("c");
        assertEquals(Scope.tenant("c"), now(), "entered inside");
    }

    @Test
    void aTenantEnteredInsideABypassWins() {
        push(BYPASS);
        assertEquals(BYPASS, now());
        TenantHolder.set("a");
        assertEquals(A, now());
        push(BYPASS);
        assertEquals(BYPASS, now());
    }

    /** Pitfall 39: the search ends, the next source is not asked, the checkout does not count. */
    @Test
    void aSourceThatFailsMeansNobody() {
        TenantHolder.set(new IllegalStateException("no request"));
        assertEquals(Scope.NONE, now());
        TenantHolder.set("a\u0000b");
        assertEquals(Scope.NONE, now());
        assertEquals(
                List.of(TenantSourceException.Kind.SOURCE_FAILED, TenantSourceException.Kind.INVALID_TENANT), failures);
    }

    @Test
    void aSourceThatThrowsInsideAPushedScopeHasSaidNothing() {
        push(BYPASS);
        TenantHolder.set(new IllegalStateException("no request"));
        assertEquals(BYPASS, now());
    }

    /** Whoever enters an id that is none inside the scope of another tenant must not get that tenant's rows. */
    @Test
    void anInvalidTenantEnteredInsideAPushedScopeMeansNobody() {
        push(A);
        TenantHolder.set("x'; drop table invoices; --\n");
        assertEquals(Scope.NONE, now());
        TenantHolder.set(null);
        assertEquals(A, now());
    }

    @Test
    void aTenantThatWasInvalidAtThePushAlreadyDoesNotEndIt() {
        TenantHolder.set("a\nb");
        push(BYPASS);
        assertEquals(BYPASS, now());
        TenantHolder.set("\u202e");
        assertEquals(BYPASS, now());
        TenantHolder.set("a");
        assertEquals(BYPASS, now(), "the value may be older than the push");
        TenantHolder.set(null);
        assertEquals(BYPASS, now());
        TenantHolder.set("a");
        assertEquals(A, now());
        TenantHolder.set("\u202e");
        assertEquals(Scope.NONE, now(), "not there at the push any more");
    }

    /** The thread of a pool kept {@code b} of an earlier task; the source throws once while the next one begins. */
    @Test
    void aSourceThatThrewAtThePushDoesNotBringBackWhatTheThreadKept() {
        for (Scope handedOver : List.of(A, Scope.NONE)) {
            TenantHolder.set(new IllegalStateException("once"));
            push(handedOver);
            TenantHolder.set("b");
            assertEquals(handedOver, now());
            TenantHolder.set("c");
            assertEquals(handedOver, now());
            TenantHolder.set(null);
            assertEquals(handedOver, now());
            TenantHolder.set("b");
            assertEquals(Scope.tenant("b"), now(), "entered inside: the source was blank before");
        }
    }
}
