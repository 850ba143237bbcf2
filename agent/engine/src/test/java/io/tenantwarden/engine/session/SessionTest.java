package io.tenantwarden.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.inject.FakeDriver;
import io.tenantwarden.engine.inject.WireParts;
import io.tenantwarden.rls.sql.SqlStatement;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SessionTest {

    private static final Scope A = Scope.tenant("a");

    private final FakeDriver driver = new FakeDriver();
    private Session session;

    @BeforeEach
    void create() throws Throwable {
        session = new Session(driver, null, new Properties());
    }

    private void begin() throws Throwable {
        assertTrue(session.enter());
        session.begin(A, false, true, true, false);
    }

    @Test
    void onlyTheOutermostExecutionIsTheApplications() throws Throwable {
        begin();
        assertFalse(session.enter());
        session.leave();
        assertTrue(driver.lock.isHeldByCurrentThread());
        assertTrue(session.isAnswering());
        session.leave();
        assertFalse(driver.lock.isLocked());
        assertFalse(session.isAnswering());
        assertTrue(session.enter());
    }

    @Test
    void aCopyMayStillRunWhenItsExecutionHasEnded() throws Throwable {
        begin();
        session.execution().noteCopy();
        session.leave();
        assertTrue(session.isAnswering());
        assertFalse(session.tryEnter());
    }

    @Test
    void ownWorkIsUnseenAndWithoutTheApplicationsLimits() throws Throwable {
        begin();
        session.execution().target(new WireParts(null).plan.none());
        try (OwnWork work = session.ownWork()) {
            try (OwnWork inner = session.ownWork()) {
                assertTrue(driver.lifted);
            }
            assertTrue(driver.lifted);
            assertFalse(session.isAnswering());
            assertNull(session.target());
            assertTrue(ThreadState.current().isInternal());
            session.readyForQuery();
            assertFalse(session.execution().isAnswered());
        }
        assertFalse(driver.lifted);
        assertFalse(ThreadState.current().isInternal());
        assertTrue(session.isAnswering());
        session.readyForQuery();
        assertTrue(session.execution().isAnswered());
        session.leave();
    }

    @Test
    void aStatementThatWasNeverSentChangedNoValue() throws Throwable {
        begin();
        session.applicationValue().set(ApplicationValue.Reach.SESSION, true);
        session.leave();
        assertFalse(session.isScopedByApplication());
        begin();
        session.applicationValue().set(ApplicationValue.Reach.SESSION, true);
        session.readyForQuery();
        session.leave();
        assertTrue(session.isScopedByApplication());
    }

    @Test
    void aTransactionThatEndsAfterDdlMakesTheSnapshotOld() throws Throwable {
        Database database = new Database("db", "db1:5432", 1);
        session.open(new Object(), database, "login");
        driver.state = FakeDriver.State.OPEN;
        begin();
        int before = database.generation();
        session.names().note(SqlStatement.parse("create table t (id int)"));
        session.readyForQuery();
        session.leave();
        assertEquals(before, database.generation());
        driver.state = FakeDriver.State.IDLE;
        begin();
        session.readyForQuery();
        session.leave();
        assertTrue(database.generation() > before);
    }

    @Test
    void theScopeOfTheLastTenantIsUsedAgain() {
        Scope first = session.tenantScopes().apply("a");
        assertSame(first, session.tenantScopes().apply("a"));
        assertNotSame(first, session.tenantScopes().apply("b"));
    }

    @Test
    void textsThatWereUsedLatelyAreKnown() {
        KnownTexts texts = new KnownTexts();
        Object first = texts.of("select 0", text -> new Object());
        for (int i = 1; i < 256; i++) {
            texts.of("select " + i, text -> new Object());
        }
        assertSame(first, texts.of("select 0", text -> new Object()));
        texts.of("select 256", text -> new Object());
        assertSame(first, texts.of("select 0", text -> new Object()), "another one is used longer ago");
    }

    @Test
    void optionsOfTheConnectionAreTheApplications() {
        Properties properties = new Properties();
        assertFalse(StartUpOptions.haveValue(properties, List.of("app.tenant_id")));
        properties.setProperty("options", "-c app.tenant_id=");
        assertFalse(StartUpOptions.haveValue(properties, List.of("app.tenant_id")));
        properties.setProperty("options", "-c App.Tenant_Id=a");
        assertTrue(StartUpOptions.haveValue(properties, List.of("other", "app.tenant_id")));
    }
}
