package io.tenantwarden.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogOptions;
import io.tenantwarden.rls.catalog.Identity;
import io.tenantwarden.rls.sql.SqlStatement;
import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServerQuestionsTest {

    private static String name;

    private final ServerQuestions questions = new ServerQuestions(CatalogOptions.DEFAULT);
    private final Database database = new Database(name, "db1:5432", 1_000_000_000);
    private Connection connection;
    private Session session;

    @BeforeAll
    static void prepare() throws SQLException {
        name = PostgresServer.get(18).createDatabase("questions");
        try (Connection c = PostgresServer.get(18).superuser(name);
                Statement s = c.createStatement()) {
            s.execute("create table invoice (id int, tenant_id text)");
            s.execute("create role questions_login login; create role questions_lesser; create role questions_other");
            s.execute("grant questions_lesser to questions_login; grant create on schema public to questions_login");
        }
    }

    @BeforeEach
    void connect() throws Throwable {
        connection = PostgresServer.get(18).connect(name, "questions_login");
        session = TestSession.opened(connection, database, "questions_login");
    }

    @AfterEach
    void disconnect() throws SQLException {
        connection.close();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void failTransaction() throws SQLException {
        connection.setAutoCommit(false);
        assertThrows(SQLException.class, () -> execute("select 1/0"));
    }

    private Catalog named(String sql) throws Throwable {
        return questions.named(session, SqlStatement.parse(sql).relations());
    }

    @Test
    void itSaysWhoTheConnectionIsAndWhereItLooksForNames() throws Throwable {
        execute("set search_path = other, public");
        Identity identity = questions.identify(session);
        assertEquals("questions_login", identity.currentUser());
        assertEquals("questions_login", session.role().facts().currentUser());
        assertTrue(session.role().isKnown());
        assertEquals(List.of("pg_catalog", "other", "public"), session.names().path());
    }

    @Test
    void theRoleIsReadOnceForAllConnections() throws Throwable {
        questions.identify(session);
        Object facts = session.role().facts();
        questions.identify(session);
        assertTrue(facts == session.role().facts());
        execute("set role questions_lesser");
        questions.identify(session);
        assertEquals("questions_lesser", session.role().name());
    }

    @Test
    void namesAreThoseOfTheConnectionAndItsTransaction() throws Throwable {
        assertEquals(1, named("select * from invoice").protectedCount());
        assertEquals(0, named("select * from reminder").protectedCount());
        connection.setAutoCommit(false);
        execute("create table reminder (id int, tenant_id text)");
        assertEquals(1, named("select * from reminder").protectedCount());
        assertTrue(session.isInTransaction());
    }

    @Test
    void aQuestionLeavesNoTransactionBehind() throws Throwable {
        connection.setAutoCommit(false);
        assertNotNull(named("select * from invoice"));
        assertTrue(session.isIdle());
    }

    @Test
    void inAFailedTransactionNobodyIsAsked() throws Throwable {
        failTransaction();
        assertNull(questions.identify(session));
        assertFalse(questions.isLesser(session, "questions_lesser"));
        assertNull(session.execution().ownFailure());
    }

    @Test
    void aRoleThatTheLoginIsMemberOfMayDoLess() throws Throwable {
        questions.identify(session);
        assertTrue(questions.isLesser(session, "questions_lesser"));
        assertFalse(questions.isLesser(session, "questions_other"));
        assertFalse(questions.isLesser(session, "postgres"));
        assertEquals(Boolean.TRUE, database.isLesser("questions_login", "questions_lesser"));
        connection.close();
        assertTrue(questions.isLesser(session, "questions_lesser"));
    }

    @Test
    void withoutNamesNoFunctionIsAskedFor() throws Throwable {
        connection.close();
        assertNull(questions.functions(session, null, Set.of()));
        assertNull(session.execution().ownFailure());
    }

    @Test
    void aSettingThatNobodySetOrThatHasItsValueOutsideScopesIsNotSet() throws Throwable {
        List<String> settings = List.of("app.tenant_id", "", "app.every", "off");
        assertFalse(questions.isAnySet(session, settings));
        execute("set app.every = 'off'; set app.tenant_id = ''");
        assertFalse(questions.isAnySet(session, settings));
        execute("set app.every = 'on'");
        assertTrue(questions.isAnySet(session, settings));
    }

    @Test
    void whatCannotBeAskedCountsAsSetAndIsNoted() throws Throwable {
        connection.close();
        assertTrue(questions.isAnySet(session, List.of("app.tenant_id", "")));
        assertNotNull(session.execution().ownFailure());
    }

    @Test
    void aQuestionThatTheConnectionDoesNotSurviveIsNoted() throws Throwable {
        connection.close();
        assertNull(named("select * from invoice"));
        assertNotNull(session.execution().ownFailure());
    }
}
