package io.tenantwarden.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.engine.inject.WireParts;
import io.tenantwarden.rls.catalog.AssumedRole;
import io.tenantwarden.rls.catalog.Identity;
import io.tenantwarden.rls.catalog.RoleFacts;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionRoleTest {

    private static final Scope A = Scope.tenant("a");
    private static final Scope BYPASS = Scope.bypass("support");

    private final Execution execution = new Execution();
    private final RelationNames names = new RelationNames();
    private final Database database = new Database("db", "db1:5432", 1_000_000_000);
    private final SessionRole role = new SessionRole(execution, names);

    private void open(String configured) {
        role.injected(new WireParts(configured).role);
        role.open(database, "login");
    }

    private void begin(Scope scope) {
        execution.begin(scope, false, false, true, false);
        role.follow(scope);
    }

    private static RoleFacts facts(String current) {
        return new RoleFacts(current, "login", false, false, "db", 1, List.of(), 180_000, Set.of(current));
    }

    private void identified(String current, String path) {
        role.identified(facts(current), new Identity(current, "login", 1, List.of("public"), path));
    }

    @Test
    void itIsTheLoginUntilTheServerHasSaidMore() {
        open(null);
        assertEquals("login", role.name());
        assertNull(role.facts());
        assertFalse(role.isKnown());
        identified("lesser", "public");
        assertEquals("lesser", role.name());
        assertTrue(role.isKnown());
        assertFalse(role.isLogin());
        identified("login", "public");
        assertTrue(role.isLogin());
    }

    @Test
    void sqlThatMayChangeItMakesItUnknown() {
        open(null);
        identified("login", "public");
        role.changes();
        assertFalse(role.isKnown());
        assertFalse(role.isLogin());
        assertEquals("login", role.name());
    }

    @Test
    void whereNothingIsSentNoneIsConfigured() {
        open("app_user");
        assertTrue(role.isConfigured());
        role.injected(null);
        assertFalse(role.isConfigured());
        assertEquals("login", role.usual());
    }

    @Test
    void outsideABypassStatementsRunAsTheConfiguredOne() {
        open("app_user");
        identified("login", "public");
        begin(A);
        assertEquals("app_user", role.name());
        assertNull(role.facts(), "it was not asked yet");
        assertEquals("login", role.usualFacts().currentUser());
        database.assumedRole(
                "login",
                new AssumedRole("app_user", facts("app_user"), facts("login"), true, List.of(), Set.of(), 0, Set.of()),
                database.generation());
        assertEquals("app_user", role.facts().currentUser());
        begin(BYPASS);
        assertEquals("login", role.name());
        assertEquals("login", role.facts().currentUser());
        assertEquals("app_user", role.usual());
        assertEquals("app_user", role.usualFacts().currentUser());
    }

    @Test
    void whatABypassRunsAsIsNotTheRoleThatWardenHasSet() {
        open("app_user");
        identified("login", "public");
        RoleFacts before = role.ownFacts();
        identified("app_user", "public");
        assertSame(before, role.ownFacts());
    }

    @Test
    void userInTheSearchPathIsWhoeverTheStatementRunsAs() {
        open("app_user");
        begin(A);
        identified("login", "\"$user\", public");
        assertTrue(names.path().contains("app_user"), names.path()::toString);
        begin(BYPASS);
        assertTrue(names.path().contains("login"), names.path()::toString);
        begin(A);
        assertTrue(names.path().contains("app_user"), names.path()::toString);
    }

    @Test
    void aSearchPathThatIsNotKnownStaysUnknown() {
        open("app_user");
        begin(A);
        identified("login", "\"$user\", public");
        names.pathChanges();
        begin(BYPASS);
        assertNull(names.path());
    }
}
