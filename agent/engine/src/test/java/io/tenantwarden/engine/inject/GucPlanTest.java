package io.tenantwarden.engine.inject;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.rls.sql.SqlStatement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class GucPlanTest {

    private static final Scope A = Scope.tenant("a");

    private static GucPlan.Value value(boolean fixed, UnaryOperator<String> of) {
        return new GucPlan.Value() {
            @Override
            public String of(String tenant) {
                return of.apply(tenant);
            }

            @Override
            public boolean isFixed() {
                return fixed;
            }

            @Override
            public boolean holdsTenant() {
                return !of.apply("one").equals(of.apply("another"));
            }
        };
    }

    private static final GucPlan.Value TENANT = value(true, tenant -> tenant);

    private static GucPlan.Value constant(String text) {
        return value(true, tenant -> text);
    }

    private static GucPlan several() {
        Map<String, GucPlan.Value> tenant = new LinkedHashMap<>();
        tenant.put("app.tenant_id", TENANT);
        tenant.put("app.region", constant("eu"));
        return GucPlan.of(
                tenant, Map.of("app.is_platform", constant("on")), Map.of("app.is_platform", constant("off")));
    }

    @Test
    void theApplicationNameIsSentAndNotGuarded() {
        Map<String, GucPlan.Value> tenant = new LinkedHashMap<>();
        tenant.put("Application_Name", constant("billing"));
        tenant.put("app.tenant_id", TENANT);
        GucPlan plan = GucPlan.of(tenant, Map.of("application_name", constant("batch")), Map.of());
        assertEquals(List.of("billing", "a"), plan.parameters(plan.assignment(A, null)));
        assertEquals(List.of("", ""), plan.parameters(plan.none()));
        assertTrue(plan.sql().contains("set_config('application_name', "), plan.sql());
        assertEquals(List.of("app.tenant_id"), plan.policyNames());
        assertEquals(List.of("app.tenant_id"), plan.lowerCaseNames());
        assertEquals(List.of("app.tenant_id", ""), plan.tenantSettings());
        assertFalse(plan.mayBeSetBy(SqlStatement.parse("set application_name = 'mine'")));
        assertTrue(plan.mayBeSetBy(SqlStatement.parse("set app.tenant_id = 'mine'")));
        assertFalse(plan.isOpenedByBypass(), "no policy reads it");
    }

    @Test
    void everyScopeSetsEveryName() {
        GucPlan plan = several();
        assertEquals(List.of("app.tenant_id", "app.region", "app.is_platform"), plan.names());
        assertArrayEquals(
                new String[] {"a", "eu", "off"}, plan.assignment(A, null).values());
        assertArrayEquals(
                new String[] {"", "", "on"},
                plan.assignment(Scope.bypass("x"), null).values());
        assertArrayEquals(
                new String[] {"", "", "off"}, plan.assignment(Scope.NONE, null).values());
        assertSame(plan.none(), plan.assignment(Scope.NONE, null));
        assertTrue(plan.isSentForNone());
        assertTrue(plan.isOpenedByBypass());
        GucPlan simple = GucPlan.of(Map.of("app.tenant_id", TENANT), Map.of(), Map.of());
        assertFalse(simple.isSentForNone());
        assertFalse(simple.isOpenedByBypass());
    }

    /** PostgreSQL ignores the case: of two calls for one name the later would win. */
    @Test
    void namesThatDifferInCaseAreOne() {
        GucPlan plan = GucPlan.of(
                Map.of("app.tenant_id", TENANT),
                Map.of("App.Tenant_Id", constant("all")),
                Map.of("APP.TENANT_ID", constant("nobody")));
        assertEquals(List.of("app.tenant_id"), plan.names());
        assertArrayEquals(new String[] {"a"}, plan.assignment(A, null).values());
        assertArrayEquals(
                new String[] {"all"}, plan.assignment(Scope.bypass("x"), null).values());
        assertArrayEquals(new String[] {"nobody"}, plan.none().values());
    }

    @Test
    void nothingIsAllocatedForTheSameScope() {
        GucPlan plan = several();
        Assignment first = plan.assignment(A, null);
        assertSame(first, plan.assignment(Scope.tenant("a"), first));
        assertNotSame(first, plan.assignment(Scope.tenant("b"), first));
        assertArrayEquals(
                new String[] {"b", "eu", "off"},
                plan.assignment(Scope.tenant("b"), first).values());
    }

    @Test
    void aBypassNamedLikeATenantIsNotThatTenant() {
        GucPlan plan = several();
        Assignment tenant = plan.assignment(Scope.tenant("x"), null);
        Assignment bypass = plan.assignment(Scope.bypass("x"), tenant);
        assertNotSame(tenant, bypass);
        assertFalse(tenant.sameValues(bypass));
    }

    @Test
    void valuesThatChangeAreReadEachTimeAndNoValueIsTheNoneValue() {
        String[] user = {"u1"};
        GucPlan plan = GucPlan.of(
                Map.of("app.user", value(false, tenant -> user[0])), Map.of(), Map.of("app.user", constant("nobody")));
        Assignment first = plan.assignment(A, null);
        assertSame(first, plan.assignment(A, first));
        user[0] = "u2";
        Assignment second = plan.assignment(A, first);
        assertArrayEquals(new String[] {"u2"}, second.values());
        user[0] = null;
        assertArrayEquals(new String[] {"nobody"}, plan.assignment(A, second).values());
    }

    @Test
    void theApplicationsAssignmentIsLikeNoOther() {
        GucPlan plan = several();
        assertFalse(plan.application().sameValues(plan.none()));
        assertFalse(plan.none().sameValues(plan.application()));
        assertTrue(plan.application().sameValues(plan.application()));
        assertFalse(plan.none().sameValues(null));
    }

    /** AND would stop at the first call: set_config never returns null. */
    @Test
    void oneStatementSetsAllOfThem() {
        String sql = several().sql();
        assertTrue(sql.startsWith("/* tenant-warden */ select where "), sql);
        assertEquals(3, sql.split("pg_catalog.set_config\\(", -1).length - 1, sql);
        assertFalse(sql.contains(" and "), sql);
        assertEquals(3, sql.chars().filter(c -> c == '?').count(), sql);
    }

    @Test
    void knowsWhichStatementsMaySetAName() {
        GucPlan plan = several();
        for (String sql : List.of(
                "set APP.tenant_id = 'b'",
                "select set_config('app.is_platform', 'on', true)",
                "select set_config($1, 'on', true)",
                "reset all",
                "discard all")) {
            assertTrue(plan.mayBeSetBy(SqlStatement.parse(sql)), sql);
        }
        for (String sql : List.of("set work_mem = '1MB'", "select 1", "select set_config('app.other', 'x', true)")) {
            assertFalse(plan.mayBeSetBy(SqlStatement.parse(sql)), sql);
        }
    }
}
