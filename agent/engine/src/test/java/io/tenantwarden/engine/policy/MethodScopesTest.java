package io.tenantwarden.engine.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.config.BypassMethod;
import io.tenantwarden.engine.config.MethodPattern;
import io.tenantwarden.engine.config.ScopeMethod;
import io.tenantwarden.engine.report.JvmEnd;
import io.tenantwarden.engine.report.LogMode;
import io.tenantwarden.engine.report.LoggerFactories;
import io.tenantwarden.engine.report.ReportSettings;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.rls.audit.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MethodScopesTest {

    /** An argument as applications have it. */
    public record Job(Object tenantId) {}

    private static final MethodPattern AT =
            new MethodPattern("com.acme.Jobs", "all", -1, List.of(), "com.acme.Jobs#all");
    private static final MethodPattern RUN =
            new MethodPattern("com.acme.Jobs", "run", 1, List.of("tenantId"), "com.acme.Jobs#run(1.tenantId)");

    @TempDir
    Path folder;

    private final ThreadState thread = ThreadState.current();
    private Reporter reporter;

    @AfterEach
    void clear() {
        thread.restore(null);
        TenantHolder.set(null);
    }

    private MethodScopes scopes(LocalDate until) {
        reporter = new Reporter(
                new ReportSettings("inject", "0", LogMode.NONE, List.of(report().toString()), null),
                new LoggerFactories(),
                UnaryOperator.identity(),
                JvmEnd.NONE);
        reporter.start();
        return new MethodScopes(
                List.of(new ScopeMethod("jobs", RUN)),
                List.of(new BypassMethod("all", List.of(AT), "on purpose", until)),
                TenantHolder.resolver(e -> {}),
                TenantHolder.format(),
                reporter);
    }

    private Path report() {
        return folder.resolve("warden.json");
    }

    private List<String> kinds() throws Exception {
        reporter.close();
        List<String> kinds = new ArrayList<>();
        for (Object violation :
                JsonParser.object().from(Files.readString(report())).getArray("violations")) {
            kinds.add(((JsonObject) violation).getString("kind"));
        }
        return kinds;
    }

    private Scope current() {
        return thread.top() == null ? null : thread.top().scope();
    }

    private static Object[] run(Object job) {
        return new Object[] {"first", job};
    }

    @Test
    void theRulesAreNumberedAsTheirPatterns() {
        assertEquals(List.of(RUN, AT), scopes(null).patterns());
    }

    @Test
    void scopesNestAndEnd() throws Exception {
        MethodScopes scopes = scopes(null);
        Object a = scopes.enter(0, run(new Job("a")));
        assertEquals(Scope.tenant("a"), current());
        Object bypass = scopes.enter(1, new Object[0]);
        assertEquals(Scope.bypass("all"), current());
        Object b = scopes.enter(0, run(new Job(7L)));
        assertEquals(Scope.tenant("7"), current());
        scopes.leave(b);
        assertEquals(Scope.bypass("all"), current());
        scopes.leave(bypass);
        assertEquals(Scope.tenant("a"), current());
        scopes.leave(a);
        assertNull(current());
        assertEquals(List.of(), kinds());
    }

    @Test
    void anInnerScopeThatWasNotLeftEndsWithTheOuterOne() {
        MethodScopes scopes = scopes(null);
        Object outer = scopes.enter(0, run(new Job("a")));
        scopes.enter(1, new Object[0]);
        scopes.leave(outer);
        assertNull(current());
    }

    /** An argument that names no tenant must not leave the scope around it in force. */
    @Test
    void aMissingOrInvalidArgumentMeansNobody() throws Exception {
        MethodScopes scopes = scopes(null);
        Object outer = scopes.enter(0, run(new Job("a")));
        for (Object[] arguments : List.<Object[]>of(
                run(null),
                run(new Job(null)),
                run(new Job(" ")),
                run(new Job("a\nb")),
                run(new Object()),
                new Object[] {"only one"})) {
            Object token = scopes.enter(0, arguments);
            assertEquals(Scope.NONE, current());
            scopes.leave(token);
            assertEquals(Scope.tenant("a"), current());
        }
        scopes.leave(outer);
        List<String> kinds = kinds();
        assertTrue(kinds.contains("invalid-tenant"), kinds::toString);
    }

    @Test
    void aBypassEndsAfterItsLastDay() throws Exception {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        MethodScopes until = scopes(today.plusDays(1));
        Object token = until.enter(1, new Object[0]);
        assertEquals(Scope.bypass("all"), current());
        until.leave(token);
        reporter.close();
        MethodScopes ended = scopes(today.minusDays(1));
        assertNull(ended.enter(1, new Object[0]));
        assertNull(current());
        assertEquals(List.of("bypass-expired"), kinds());
    }

    @Test
    void aBypassThatEndsSoonIsTold() {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        assertEquals(List.of(), scopes(null).expiring());
        assertEquals(List.of(), scopes(today.plusDays(15)).expiring());
        assertEquals(
                "bypass-expiring", scopes(today.plusDays(14)).expiring().get(0).rule());
        assertEquals("bypass-expiring", scopes(today).expiring().get(0).rule());
        assertEquals(
                "bypass-expired", scopes(today.minusDays(1)).expiring().get(0).rule());
    }

    @Test
    void patternsWithoutAMethodAreTold() {
        MethodScopes scopes = scopes(null);
        scopes.seen().matched(0);
        assertEquals(
                List.of("warden.bypass.all.at=com.acme.Jobs#all"),
                scopes.seen().unmatched().stream().map(Finding::object).toList());
        scopes.seen().matched(1);
        assertEquals(List.of(), scopes.seen().unmatched());
    }

    @Test
    void nothingIsEnteredInWardensOwnWork() {
        MethodScopes scopes = scopes(null);
        thread.enterInternal();
        try {
            assertNull(scopes.enter(1, new Object[0]));
        } finally {
            thread.leaveInternal();
        }
        assertFalse(thread.isInternal());
        assertNull(current());
    }

    @Test
    void theSourcesAnswerAtEntryIsRemembered() {
        TenantHolder.set("b");
        MethodScopes scopes = scopes(null);
        Object token = scopes.enter(0, run(new Job("a")));
        assertEquals("b", thread.top().sourceThen());
        scopes.leave(token);
    }
}
