package io.tenantwarden.engine.inject;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What is known of the role: nothing is believed that may have been lost, and a bypass keeps what it sets itself. */
class LiveRoleTest {

    private final LiveRole role = new LiveRole();

    @Test
    void holdsFromBeingSetUntilTheTransactionEnds() {
        assertFalse(role.holds("acting"));
        assertTrue(role.isLogin());
        role.injected("acting");
        assertTrue(role.holds("acting"));
        assertFalse(role.holds("other"));
        assertFalse(role.isLogin());
        role.reset();
        assertFalse(role.holds("acting"));
        assertTrue(role.isLogin());
        assertFalse(role.isTouched());
    }

    @Test
    void unknownIsNeitherTheRoleNorTheLogin() {
        role.injected("acting");
        role.forget();
        assertFalse(role.holds("acting"));
        assertFalse(role.isLogin());
        role.injected("acting");
        assertTrue(role.holds("acting"));
    }

    /** Nothing of a scope was set: whatever it is, it is the session's own. */
    @Test
    void unknownWithoutAScopeIsTheLogin() {
        role.forget();
        assertTrue(role.isLogin());
        assertFalse(role.holds("acting"));
    }

    @Test
    void aBypassGetsTheLoginAndKeepsWhatItSets() {
        role.injected("acting");
        role.injected(LiveRole.LOGIN);
        assertTrue(role.isLogin());
        assertTrue(role.isTouched());
        role.setInBypass();
        assertTrue(role.isLogin());
        assertFalse(role.holds("acting"));
        role.forget(); // back to a savepoint, where a scope's role may hold
        assertFalse(role.isLogin());
    }
}
