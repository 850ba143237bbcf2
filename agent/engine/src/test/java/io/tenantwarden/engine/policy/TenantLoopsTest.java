package io.tenantwarden.engine.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.TenantLoop;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.config.LoopMethod;
import io.tenantwarden.engine.config.MethodPattern;
import io.tenantwarden.engine.config.Mode;
import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.report.JvmEnd;
import io.tenantwarden.engine.report.LogMode;
import io.tenantwarden.engine.report.LoggerFactories;
import io.tenantwarden.engine.report.ReportSettings;
import io.tenantwarden.engine.report.Reporter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TenantLoopsTest {

    private static final Object[] NONE = {};

    @TempDir
    Path folder;

    private final ThreadState thread = ThreadState.current();
    private Reporter reporter;

    @AfterEach
    void clear() {
        thread.restore(null);
        TenantHolder.set(null);
    }

    private TenantLoops loops(Mode mode, TenantLoops.Tenants tenants) {
        reporter = new Reporter(
                new ReportSettings("inject", "0", LogMode.NONE, List.of(report().toString()), null),
                new LoggerFactories(),
                UnaryOperator.identity(),
                JvmEnd.NONE);
        reporter.start();
        MethodPattern run = new MethodPattern("com.acme.Job", "run", -1, List.of(), "com.acme.Job#run");
        return new TenantLoops(
                List.of(new LoopMethod("nightly", run)),
                new ModeSwitch(mode),
                tenants,
                TenantHolder.resolver(e -> {}),
                TenantHolder.format(),
                reporter);
    }

    private Path report() {
        return folder.resolve("warden.json");
    }

    private List<String> findings() throws Exception {
        reporter.close();
        List<String> rules = new ArrayList<>();
        for (Object finding :
                JsonParser.object().from(Files.readString(report())).getArray("findings")) {
            rules.add(((JsonObject) finding).getString("rule"));
        }
        return rules;
    }

    private Scope current() {
        return thread.top() == null ? null : thread.top().scope();
    }

    @Test
    void eachTenantOnceInOrder() throws Exception {
        List<String> rows = new ArrayList<>(List.of("b", "a", " ", "b"));
        rows.add(null);
        TenantLoops loops = loops(Mode.INJECT, () -> rows);
        TenantLoop loop = loops.enter(0, NONE);
        assertTrue(loop.begins());
        assertEquals(Scope.tenant("b"), current());
        assertNull(loops.enter(0, NONE), "a nested call");
        assertTrue(loop.goesOn(null));
        assertEquals(Scope.tenant("a"), current());
        assertFalse(loop.goesOn(null));
        assertNull(loop.outcome());
        assertNull(current());
        assertTrue(loops.enter(0, NONE).begins(), "the next call is a loop of its own");
    }

    @Test
    void aTenantInForceRunsOnce() throws Exception {
        TenantLoops loops = loops(Mode.ENFORCE, () -> List.of("a"));
        TenantHolder.set("b");
        assertNull(loops.enter(0, NONE));
        TenantHolder.set(null);
        thread.push(Scope.bypass("all"), null);
        assertTrue(loops.enter(0, NONE).begins(), "a bypass is no tenant");
    }

    @Test
    void auditChangesNothing() throws Exception {
        TenantLoops loops = loops(Mode.AUDIT, () -> {
            throw new AssertionError("read");
        });
        assertNull(loops.enter(0, NONE));
        assertEquals(List.of("foreach-not-in-audit"), findings());
    }

    @Test
    void noTenantsNoRun() throws Exception {
        TenantLoop loop = loops(Mode.INJECT, List::of).enter(0, NONE);
        assertFalse(loop.begins());
        assertFalse(loop.goesOn(null));
        assertNull(loop.outcome());
        assertEquals(List.of("foreach-no-tenants"), findings());
    }

    @Test
    void whatCannotBeReadIsRefused() throws Exception {
        SQLException cause = new SQLException("permission denied for table tenants", "42501");
        TenantLoops.Tenants tenants = () -> {
            throw cause;
        };
        TenantLoop loop = loops(Mode.INJECT, tenants).enter(0, NONE);
        assertFalse(loop.begins());
        SQLException refusal = (SQLException) loop.outcome();
        assertSame(cause, refusal.getCause());
        assertTrue(refusal.getMessage().startsWith("[warden] refused: "), refusal.getMessage());
        assertEquals(List.of("foreach-tenants-unreadable"), findings());
    }

    @Test
    void argumentsAreRefused() throws Exception {
        TenantLoop loop = loops(Mode.INJECT, () -> List.of("a")).enter(0, new Object[] {"x"});
        assertFalse(loop.begins());
        assertTrue(loop.outcome().getMessage().contains("warden.scope.nightly=com.acme.Job#run(0)"));
        assertEquals(List.of("foreach-arguments"), findings());
    }

    @Test
    void manyFailuresAreCountedAndSomeAreKept() throws Exception {
        List<String> rows = IntStream.range(0, 250).mapToObj(i -> "t" + i).toList();
        TenantLoop loop = loops(Mode.INJECT, () -> rows).enter(0, NONE);
        assertTrue(loop.begins());
        int runs = 1;
        while (loop.goesOn(new IllegalStateException())) {
            runs++;
        }
        assertEquals(250, runs);
        Throwable together = loop.outcome();
        assertEquals(100, together.getSuppressed().length);
        assertTrue(together.getMessage().contains("250 of 250 tenants failed"), together.getMessage());
        assertTrue(together.getMessage().contains(" and 230 more"), together.getMessage());
    }

    @Test
    void anErrorOfTheJvmEndsTheLoop() throws Exception {
        TenantLoop loop = loops(Mode.INJECT, () -> List.of("a", "b")).enter(0, NONE);
        assertTrue(loop.begins());
        OutOfMemoryError error = new OutOfMemoryError("test");
        assertFalse(loop.goesOn(error));
        assertSame(error, loop.outcome());
        assertNull(current());
    }
}
