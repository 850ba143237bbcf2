package io.tenantwarden.engine.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.rls.sql.SqlStatement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatementEffectsTest {

    private final WireParts parts = new WireParts(null);
    private final Assignment a = parts.tenant("a");

    private void inTransactionOfA() {
        parts.driver.state = FakeDriver.State.OPEN;
        parts.wire.injected(a);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 1",
                "insert into t values (1)",
                "savepoint s",
                "release savepoint s",
                "set search_path = other",
                "reset work_mem",
                "discard plans"
            })
    void whatLeavesTheValuesAlone(String sql) throws Throwable {
        inTransactionOfA();
        parts.note(sql, a);
        assertTrue(parts.wire.holds(a));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rollback to savepoint s",
                "commit",
                "commit and chain",
                "rollback",
                "select 1; commit; select 2",
                "set local app.tenant_id = 'b'",
                "select set_config('app.tenant_id', 'b', true)",
                "reset app.tenant_id",
                "reset all",
                "discard all"
            })
    void whatMakesThemUnknown(String sql) throws Throwable {
        inTransactionOfA();
        parts.note(sql, a);
        assertFalse(parts.wire.holds(a));
    }

    @Test
    void theTransportIsToldWhereTransactionsBeginAndEnd() throws Throwable {
        parts.note("begin", null);
        parts.driver.state = FakeDriver.State.OPEN;
        parts.note("begin", null);
        parts.note("savepoint s", null);
        parts.note("rollback to savepoint s", null);
        parts.note("rollback", null);
        assertEquals(List.of("begins", "may end"), parts.told);
    }

    @Test
    void insideAScopeNoValueIsTheApplicationsOwn() throws Throwable {
        inTransactionOfA();
        parts.note("set local app.tenant_id = 'b'", a);
        assertTrue(parts.wire.isOurs());
        parts.note("set local app.tenant_id = 'b'", parts.plan.none());
        assertFalse(parts.wire.isOurs());
        assertTrue(parts.wire.isSetByName());
    }

    @Test
    void aValueOfNobodyThatWasOverwrittenIsDistrusted() throws Throwable {
        parts.session.written(parts.plan.none());
        parts.note("set app.tenant_id = 'b'", parts.plan.none());
        assertTrue(parts.session.isDistrusted());
    }

    @Test
    void aTenantsValueThatWasOverwrittenStillHasToBeTakenBack() throws Throwable {
        parts.session.certain(a);
        parts.note("set app.tenant_id = 'b'", a);
        assertFalse(parts.session.isDistrusted());
        assertFalse(parts.session.hold(a));
        assertEquals(a, parts.session.set());
    }

    @Test
    void cursorsThatAreClosedCountUntilTheServerHasAnswered() throws Throwable {
        inTransactionOfA();
        parts.wire.opensSqlCursor(a, "c", false);
        parts.note("close c", a);
        assertEquals(1, parts.wire.sqlCursors());
        parts.wire.succeeded();
        assertEquals(0, parts.wire.sqlCursors());
    }

    @Test
    void aSettingForTheSessionReplacesOnlyWhatIsHeld() {
        SqlStatement set = SqlStatement.parse("set app.tenant_id = 'b'");
        parts.session.certain(a);
        assertFalse(parts.effects.isReplacing(set));
        parts.held.allow(() -> false);
        assertTrue(parts.effects.isReplacing(set));
        parts.held.gone(true);
        assertFalse(parts.effects.isReplacing(set));
    }

    @Test
    void theRoleIsForgottenWhereAFunctionMayHaveSetOne() throws Throwable {
        WireParts withRole = new WireParts("app_user");
        Assignment tenant = withRole.tenant("a");
        withRole.role.distrust(false);
        withRole.driver.state = FakeDriver.State.OPEN;
        withRole.wire.role().injected("app_user");
        withRole.note("select 1", tenant);
        assertFalse(withRole.role.isMissing(tenant));
        withRole.note("select f()", tenant);
        assertTrue(withRole.role.isMissing(tenant));
    }
}
