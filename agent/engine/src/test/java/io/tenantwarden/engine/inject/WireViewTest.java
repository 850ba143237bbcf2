package io.tenantwarden.engine.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.rls.sql.SqlStatement;
import org.junit.jupiter.api.Test;

class WireViewTest {

    private static final SqlStatement COMMIT = SqlStatement.parse("commit");
    private static final SqlStatement SET = SqlStatement.parse("set local app.tenant_id = 'x'");

    private final WireParts parts = new WireParts(null);
    private final Assignment a = parts.tenant("a");
    private final Assignment b = parts.tenant("b");
    private final Assignment none = parts.plan.none();
    private final Assignment applications = parts.plan.application();

    private void open() {
        parts.driver.state = FakeDriver.State.OPEN;
    }

    @Test
    void valuesOfAScopeAreAlwaysWanted() {
        assertTrue(parts.view.of(a).isWanted());
        assertFalse(parts.view.of(null).isWanted());
        assertFalse(parts.view.of(applications).isWanted());
    }

    @Test
    void thoseOfNobodyOnlyWhereOthersMayShow() {
        assertFalse(parts.view.of(none).isWanted());
        assertTrue(parts.view.isInForce(none));
        parts.session.distrust();
        assertTrue(parts.view.of(none).isWanted());
        assertFalse(parts.view.isInForce(none));
    }

    @Test
    void whatStandsForTheSessionMayShow() {
        parts.session.certain(a);
        assertTrue(parts.view.of(none).isWanted());
        assertFalse(parts.view.isInForce(none));
        assertTrue(parts.view.isTouched());
        assertTrue(parts.view.of(a).holdsForSession());
        assertFalse(parts.view.of(b).holdsForSession());
    }

    @Test
    void valuesAreInForceFromTheirInjectionUntilTheyAreForgotten() {
        open();
        assertFalse(parts.view.isInForce(a));
        parts.wire.injected(a);
        assertTrue(parts.view.isInForce(a));
        assertFalse(parts.view.isInForce(b));
        assertFalse(parts.view.isInForce(none), "a scope that has ended leaves its values");
        parts.wire.forget();
        assertFalse(parts.view.isInForce(a));
    }

    @Test
    void theApplicationsOwnValueIsHiddenByOurs() throws Throwable {
        open();
        assertTrue(parts.view.isInForce(applications));
        parts.wire.injected(a);
        assertFalse(parts.view.isInForce(applications));
        assertSame(none, parts.view.onWire(applications));
        assertSame(a, parts.view.onWire(a));
        parts.note("set local app.tenant_id = 'x'", applications);
        assertTrue(parts.view.isInForce(applications));
    }

    @Test
    void theApplicationTakesOverWhereValuesOfAScopeAreLive() {
        open();
        assertFalse(parts.view.takesOver(SET, none));
        parts.wire.injected(a);
        assertTrue(parts.view.takesOver(SET, none));
        assertFalse(parts.view.takesOver(SET, a));
        assertFalse(parts.view.takesOver(SqlStatement.parse("select 1"), none));
        parts.wire.injected(none);
        assertFalse(parts.view.takesOver(SET, none));
    }

    @Test
    void portalsBelongToTheValuesThatTheyWereOpenedWith() throws Throwable {
        open();
        parts.wire.injected(a);
        parts.wire.opensPortal(a);
        assertFalse(parts.view.of(b).hasPortalOfAnother());
        parts.openPortal = true;
        assertTrue(parts.view.of(b).hasPortalOfAnother());
        assertFalse(parts.view.of(a).hasPortalOfAnother());
    }

    @Test
    void deferredTriggersRunAsTheLastTenant() throws Throwable {
        open();
        parts.sent("select 1", a);
        assertNull(parts.view.atCommit(COMMIT, a), "it holds");
        parts.sent("select 1", parts.bypass());
        assertTrue(parts.view.atCommit(COMMIT, parts.bypass()).sameValues(a));
        assertNull(parts.view.atCommit(SqlStatement.parse("select 1"), parts.bypass()));
    }

    @Test
    void withoutATenantTheyRunAsNobody() throws Throwable {
        open();
        parts.sent("select 1", parts.bypass());
        parts.wire.forget();
        assertSame(none, parts.view.atCommit(COMMIT, parts.bypass()));
        assertSame(none, parts.view.atCommit(SqlStatement.parse("prepare transaction 'x'"), none));
    }

    @Test
    void aFailedTransactionIsRolledBackWithoutThem() throws Throwable {
        open();
        parts.sent("select 1", parts.bypass());
        parts.driver.state = FakeDriver.State.FAILED;
        assertNull(parts.view.atCommit(COMMIT, parts.bypass()));
    }

    @Test
    void whatTheApplicationSetByNameStays() throws Throwable {
        open();
        parts.sent("select 1", a);
        parts.note("set local app.tenant_id = 'x'", applications);
        assertNull(parts.view.atCommit(COMMIT, applications));
    }

    @Test
    void aCursorWithHoldKeepsItsScope() throws Throwable {
        open();
        parts.sent("select 1", parts.bypass());
        parts.wire.opensSqlCursor(parts.bypass(), "c", true);
        assertNull(parts.view.atCommit(COMMIT, parts.bypass()));
        assertNull(parts.view.roleAtCommit(COMMIT, parts.bypass()));
    }

    @Test
    void theRoleComesBackBeforeCommitWhereABypassTookIt() throws Throwable {
        WireParts withRole = new WireParts("app_user");
        withRole.driver.state = FakeDriver.State.OPEN;
        Assignment tenant = withRole.tenant("a");
        assertTrue(withRole.view.of(tenant).wantsRole());
        assertTrue(withRole.view.of(tenant).lacksRole());
        withRole.wire.injected(tenant);
        withRole.wire.role().injected("app_user");
        assertFalse(withRole.view.of(tenant).lacksRole());
        assertNull(withRole.view.roleAtCommit(COMMIT, tenant));
        withRole.wire.role().injected(LiveRole.LOGIN);
        assertEquals("app_user", withRole.view.roleAtCommit(COMMIT, tenant));
    }

    @Test
    void aPoolerStaysOne() {
        assertFalse(parts.view.isPooled());
        parts.view.behindPooler();
        assertTrue(parts.view.of(a).isPooled());
    }
}
