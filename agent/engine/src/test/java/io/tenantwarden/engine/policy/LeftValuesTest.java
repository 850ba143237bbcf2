package io.tenantwarden.engine.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.ThreadState;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** A request leaves its tenant on the server's thread. Each test has a thread of its own. */
class LeftValuesTest {

    private static final Scope A = Scope.tenant("a");
    private static final Scope B = Scope.tenant("b");

    private TenantHolder.Parts parts = new TenantHolder.Parts(true, e -> {});

    private interface Step {
        void run() throws Exception;
    }

    private static void onAThread(Step step) throws Exception {
        FutureTask<Void> task = new FutureTask<>((Callable<Void>) () -> {
            step.run();
            return null;
        });
        Thread thread = new Thread(task);
        thread.start();
        task.get();
    }

    private void request(Step inside) throws Exception {
        unit(LeftValues.Unit.REQUEST, false, inside);
    }

    private void unit(LeftValues.Unit unit, boolean continued, Step inside) throws Exception {
        ThreadState thread = ThreadState.current();
        assertTrue(thread.source().enterUnit());
        parts.left.begun(thread, unit, () -> continued);
        try {
            inside.run();
        } finally {
            parts.left.ending(thread);
            thread.source().leaveUnit();
        }
    }

    private Scope now() {
        return parts.scopes.current(ThreadState.current(), Scope::tenant);
    }

    private int told() {
        return parts.violations.size();
    }

    @Test
    void aRequestThatClearsItsTenantLeavesNothing() throws Exception {
        onAThread(() -> {
            for (int i = 0; i < 3; i++) {
                request(() -> {
                    assertNull(now());
                    parts.set("a");
                    assertEquals(A, now());
                    parts.set(null);
                });
            }
        });
        assertEquals(0, told());
    }

    @Test
    void whatWasLeftDoesNotCountUntilItIsSetAnew() throws Exception {
        onAThread(() -> {
            request(() -> parts.set("b"));
            request(() -> {
                assertEquals(Scope.Absence.BEFORE_REQUEST, now().absence());
                parts.set("b");
                assertEquals(B, now(), "the same tenant's next request");
            });
            request(() -> {
                assertEquals(Scope.Absence.BEFORE_REQUEST, now().absence());
                parts.set("a");
                assertEquals(A, now());
                parts.set("b");
                assertEquals(Scope.Absence.BEFORE_REQUEST, now().absence(), "put back, as far as anybody can tell");
            });
            assertEquals(2, told(), "each request that found one");
        });
    }

    /** The usual shape of a helper: it runs something as a tenant and puts back what was there. */
    @Test
    void puttingBackWhatWasLeftIsNoEntering() throws Exception {
        onAThread(() -> {
            request(() -> parts.set("b"));
            request(() -> {
                parts.set("a");
                assertEquals(A, now());
                parts.set("b");
                assertEquals(Scope.Absence.BEFORE_REQUEST, now().absence());
            });
        });
    }

    @Test
    void aHelperForTheTenantThatWasLeftEntersNothingBeyondItsEnd() throws Exception {
        onAThread(() -> {
            request(() -> parts.set("b"));
            request(() -> {
                Object helper = parts.left.helperEntered();
                parts.set("b");
                assertEquals(B, now());
                parts.set("b");
                parts.left.helperLeft(helper);
                assertEquals(Scope.Absence.BEFORE_REQUEST, now().absence());
            });
            parts.set(null);
            request(() -> assertNull(parts.left.helperEntered(), "nothing depends on it"));
        });
    }

    @Test
    void whatBecameBlankIsGone() throws Exception {
        onAThread(() -> {
            request(() -> parts.set("b"));
            request(() -> {
                parts.set(null);
                assertNull(now());
                parts.set("b");
                assertEquals(B, now());
            });
        });
    }

    @Test
    void outsideEnforceItCountsAndIsTold() throws Exception {
        parts = new TenantHolder.Parts(false, e -> {});
        onAThread(() -> {
            request(() -> parts.set("b"));
            request(() -> assertEquals(B, now()));
        });
        assertEquals(1, told());
        assertTrue(parts.violations.get(0).detail().contains("warden.mode=enforce"), () -> parts.violations.toString());
    }

    @Test
    void aMessageIsLikeARequest() throws Exception {
        onAThread(() -> {
            unit(LeftValues.Unit.MESSAGE, false, () -> parts.set("b"));
            unit(LeftValues.Unit.MESSAGE, false, () -> assertEquals(Scope.Absence.BEFORE_TASK, now().absence()));
        });
        assertEquals(1, told());
    }

    @Test
    void theErrorPageBelongsToTheSameRequest() throws Exception {
        onAThread(() -> {
            request(() -> parts.set("b"));
            unit(LeftValues.Unit.REQUEST, true, () -> assertEquals(B, now()));
        });
        assertEquals(0, told());
    }

    /** A valve of the server that sets the tenant before the first filter, for each request. */
    @Test
    void whatWasSetSinceTheLastRequestCounts() throws Exception {
        onAThread(() -> {
            for (int i = 0; i < 2; i++) {
                parts.set("b");
                request(() -> assertEquals(B, now()));
                parts.set(null);
            }
            parts.set("b");
            request(() -> assertEquals(B, now()));
            request(() -> assertEquals(Scope.Absence.BEFORE_REQUEST, now().absence(), "it forgot to clear"));
        });
        assertEquals(1, told());
    }

    @Test
    void whatTheSourceSaysToEverybodyIsNotLeft() throws Exception {
        TenantHolder.everybody("a");
        try {
            onAThread(() -> {
                request(() -> assertEquals(A, now()));
                request(() -> {
                    parts.set("b");
                    assertEquals(B, now());
                    parts.set(null);
                });
                request(() -> assertEquals(A, now()));
            });
        } finally {
            TenantHolder.everybody(null);
        }
        assertEquals(0, told());
    }

    /** A public ThreadLocal that a filter sets itself. */
    @Test
    void whereNoSettingIsSeenItIsToldAndCounts() throws Exception {
        onAThread(() -> {
            request(() -> TenantHolder.set("b"));
            request(() -> assertEquals(B, now()));
            request(() -> {
                TenantHolder.set("a");
                assertEquals(A, now());
            });
            request(() -> assertEquals(A, now()));
        });
        assertEquals(3, told());
    }

    /** Some of it is seen: that one which is set anew cannot be told from one that was left is known after the first. */
    @Test
    void whereSomeSettingsAreNotSeenNothingIsRefused() throws Exception {
        onAThread(() -> {
            request(() -> {
                parts.set("b");
                parts.set(null);
                TenantHolder.set("b");
                assertEquals(B, now());
            });
            request(() -> {
                TenantHolder.set("b");
                assertEquals(B, now());
                TenantHolder.set(null);
            });
            request(() -> {
                TenantHolder.set("b");
                assertEquals(B, now());
            });
            request(() -> assertEquals(B, now()));
        });
    }

    /** What the source derives from the request itself, as the server has set it before the first filter. */
    @Test
    void whatComesWithTheRequestIsNotLeft() throws Exception {
        onAThread(() -> {
            for (String tenant : List.of("a", "a", "b")) {
                TenantHolder.set(tenant);
                request(() -> assertEquals(Scope.tenant(tenant), now()));
                TenantHolder.set(null);
            }
        });
        assertEquals(0, told());
    }

    /** A class that keeps the user beside the tenant. */
    @Test
    void aPlaceThatSetsSomethingElseDoesNotMatter() throws Exception {
        int user = parts.places.add("com.acme.TenantContext", SettingPlaces.Kind.HOLDER);
        onAThread(() -> {
            request(() -> parts.set("b"));
            request(() -> {
                parts.left.setting(user, null);
                parts.left.set(user);
                assertEquals(Scope.Absence.BEFORE_REQUEST, now().absence());
            });
        });
    }

    @Test
    void anotherKeyOfTheDiagnosticContextDoesNotMatter() throws Exception {
        int mdc = parts.places.add("org.slf4j.MDC", SettingPlaces.Kind.LIBRARY);
        onAThread(() -> {
            request(() -> {
                parts.left.setting(mdc, "tenantId");
                TenantHolder.set("b");
                parts.left.set(mdc);
            });
            request(() -> {
                parts.left.setting(mdc, "requestId");
                parts.left.set(mdc);
                assertEquals(Scope.Absence.BEFORE_REQUEST, now().absence());
                parts.left.setting(mdc, "tenantId");
                TenantHolder.set("b");
                parts.left.set(mdc);
                assertEquals(B, now());
            });
        });
    }
}
