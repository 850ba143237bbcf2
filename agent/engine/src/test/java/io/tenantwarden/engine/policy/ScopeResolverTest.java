package io.tenantwarden.engine.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

    /** The search ends, the next source is not asked, the checkout does not count. */
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

    // ---- what the source says to everybody

    @Test
    void whatTheSourceSaysToEverybodyIsNobodysLeftover() {
        TenantHolder.everybody("a");
        try {
            thread.pushUnit(Scope.NONE, scopes.sourceNow());
            assertEquals(A, now());
            TenantHolder.set("b");
            assertEquals(Scope.tenant("b"), now(), "entered inside");
            thread.pushUnit(Scope.NONE, scopes.sourceNow());
            assertEquals(Scope.Absence.BEFORE_TASK, now().absence(), "b may be an earlier task's");
        } finally {
            TenantHolder.everybody(null);
        }
    }

    /** A thread that inherits is not fresh. */
    @Test
    void whatANewThreadInheritsIsNoAnswer() throws Exception {
        TenantHolder.inherited("a");
        try {
            Scope[] seen = new Scope[1];
            Thread worker = new Thread(() -> {
                ThreadState own = ThreadState.current();
                own.pushUnit(Scope.NONE, scopes.sourceNow());
                seen[0] = scopes.current(own, Scope::tenant);
            });
            worker.start();
            worker.join();
            assertEquals(Scope.Absence.BEFORE_TASK, seen[0].absence());
        } finally {
            TenantHolder.inherited(null);
        }
    }

    @Test
    void aScopeMethodWithoutTenantIsNobodysWhateverEverybodyHears() {
        TenantHolder.everybody("a");
        try {
            push(Scope.none(Scope.Absence.NO_TENANT_IN_ARGUMENT));
            assertEquals(Scope.Absence.NO_TENANT_IN_ARGUMENT, now().absence());
        } finally {
            TenantHolder.everybody(null);
        }
    }

    // ---- set anew

    private final TenantHolder.Parts parts = new TenantHolder.Parts(true, e -> failures.add(e.kind()));

    private Scope seen() {
        return parts.scopes.current(thread, Scope::tenant);
    }

    private void task(Scope handedOver) {
        thread.pushUnit(handedOver, parts.scopes.sourceNow());
    }

    @Test
    void aTaskThatSetsTheTenantWhichWasLeftThereHasIt() {
        for (Scope handedOver : List.of(A, Scope.NONE)) {
            parts.set("b");
            task(handedOver);
            assertEquals(handedOver, seen());
            parts.set("b");
            assertEquals(Scope.tenant("b"), seen());
            thread.restore(null);
            parts.set(null);
        }
    }

    /** What an earlier task left, and this one only puts back after another had its turn, is not entered by that. */
    @Test
    void puttingBackWhatWasLeftIsNoEntering() {
        for (Scope handedOver : List.of(A, Scope.NONE)) {
            parts.set("b");
            task(handedOver);
            parts.set("c");
            assertEquals(Scope.tenant("c"), seen());
            parts.set("b");
            assertEquals(handedOver, seen());
            parts.set(null);
            parts.set("b");
            assertEquals(Scope.tenant("b"), seen(), "cleared and entered");
            thread.restore(null);
            parts.set(null);
        }
    }

    @Test
    void theSameTenantSetInsideAScopeMethodIsItsCallersStill() {
        parts.set("b");
        thread.push(A, parts.scopes.sourceNow());
        parts.set("b");
        assertEquals(A, seen());
    }

    @Test
    void whatATaskDiscardsIsToldOnceWithTheSite() {
        parts.set("b");
        ThreadState.Pushed none = thread.pushUnit(Scope.NONE, parts.scopes.sourceNow());
        seen();
        assertEquals(List.of(), parts.violations, "set by whoever runs the task here, not left");
        thread.restore(none);
        thread.source().enterUnit();
        thread.source().leaveUnit();
        task(Scope.NONE);
        seen();
        seen();
        assertEquals(1, parts.violations.size());
        assertEquals("stale-source", parts.violations.get(0).kind().wireName());
    }

    @Test
    void whereNothingIsWrongNothingIsAllocated() {
        TenantHolder.set("a");
        java.util.function.Function<String, Scope> tenantScopes = thread::tenantScope;
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        long bytes = Long.MAX_VALUE;
        int reads = 20_000;
        for (int round = 0; round < 10; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < reads; i++) {
                scopes.current(thread, tenantScopes);
            }
            bytes = Math.min(bytes, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(bytes < reads, bytes + " bytes for " + reads + " statements");
    }
}
