package io.tenantwarden.engine.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.rls.sql.SqlStatement;
import io.tenantwarden.testing.PostgresServer;
import java.lang.invoke.MethodHandles;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.core.QueryExecutor;
import org.postgresql.jdbc.PgConnection;

/** On the driver's own executor, whose hooks this test calls itself: what is decided, and what is written. */
class InjectorTest {

    private static final GucPlan.Value TENANT = new TenantValue();

    private static final Before NOTHING_BEFORE = new Before() {
        @Override
        public boolean ends() {
            return false;
        }

        @Override
        public boolean sets() {
            return false;
        }

        @Override
        public boolean setsMode() {
            return false;
        }

        @Override
        public boolean locks() {
            return false;
        }
    };

    private final GucPlan plan = GucPlan.of(Map.of("app.tenant_id", TENANT), Map.of(), Map.of());
    private final Assignment a = plan.assignment(Scope.tenant("a"), null);
    private final Assignment b = plan.assignment(Scope.tenant("b"), null);

    private Connection connection;
    private QueryExecutor executor;
    private DriverShape shape;
    private Injector injector;

    @BeforeEach
    void connect() throws Throwable {
        connection = PostgresServer.get(18).superuser("postgres");
        executor = connection.unwrap(PgConnection.class).getQueryExecutor();
        shape = DriverShape.of(MethodHandles.privateLookupIn(executor.getClass(), MethodHandles.lookup()));
        injector = Injector.pipelined(new PgjdbcConnection(shape, executor), plan);
    }

    @AfterEach
    void disconnect() throws SQLException {
        connection.close();
    }

    private Need need(String sql, Assignment target) throws Exception {
        try {
            return injector.need(SqlStatement.parse(sql), target, connection.getAutoCommit(), true, NOTHING_BEFORE);
        } catch (Exception e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** As the advice on sendOneQuery does. */
    private void beforeSend(String sql, Assignment target) throws Exception {
        int flags = connection.getAutoCommit() ? QueryExecutor.QUERY_SUPPRESS_BEGIN : 0;
        try {
            Object query = executor.createSimpleQuery(sql);
            injector.pipelined().beforeSend(injector, query, SqlStatement.parse(sql), target, flags);
        } catch (Exception e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private void begin() throws Exception {
        connection.setAutoCommit(false);
        try (Statement s = connection.createStatement()) {
            s.execute("select 1");
        }
    }

    /** The value that a statement sees which ours precedes; without swallowing, ours is the first result. */
    private String seenWith(Assignment target) throws Exception {
        String sql = "select current_setting('app.tenant_id', true)";
        beforeSend(sql, target);
        try (Statement s = connection.createStatement()) {
            boolean rows = s.execute(sql);
            while (!rows) {
                assertEquals(0, s.getUpdateCount());
                rows = s.getMoreResults();
            }
            try (ResultSet rs = s.getResultSet()) {
                rs.next();
                return rs.getString(1);
            }
        }
    }

    @Test
    void oursHoldsForTheStatementItPrecedesAndNoLonger() throws Throwable {
        assertEquals("a", seenWith(a));
        injector.readyForQuery();
        assertEquals("b", seenWith(b));
        injector.readyForQuery();
        assertFalse(injector.isTouched());
        try (Statement s = connection.createStatement();
                ResultSet rs = s.executeQuery("select current_setting('app.tenant_id', true)")) {
            rs.next();
            assertEquals("", rs.getString(1));
        }
    }

    @Test
    void inATransactionItIsSentOnce() throws Throwable {
        begin();
        assertEquals(Need.ALONGSIDE, need("select 1", a));
        assertEquals("a", seenWith(a));
        injector.readyForQuery();
        assertEquals(Need.NOTHING, need("select 1", a));
        assertEquals(Need.ALONGSIDE, need("select 1", b));
        assertEquals(Need.ALONGSIDE, need("select 1", plan.none()));
        connection.rollback();
        injector.readyForQuery();
        assertEquals(Need.NOTHING, need("select 1", plan.none()));
    }

    @Test
    void afterRollbackToAndFailureItIsSentAgain() throws Throwable {
        begin();
        seenWith(a);
        beforeSend("rollback to savepoint s", a);
        assertEquals(Need.ALONGSIDE, need("select 1", a));
        seenWith(a);
        try (Statement s = connection.createStatement()) {
            assertThrows(SQLException.class, () -> s.execute("select 1/0"));
        }
        injector.readyForQuery();
        assertEquals(Need.ALONGSIDE, need("select 1", a));
        connection.rollback();
    }

    /** Within one string, or between two scopes of one transaction. */
    @Test
    void afterTheApplicationsOwnSetItIsSentAgain() throws Throwable {
        begin();
        seenWith(a);
        beforeSend("select set_config('app.tenant_id', 'b', true)", plan.application());
        assertTrue(injector.hidesApplicationValue() == false);
        assertEquals(Need.ALONGSIDE, need("select 1", a));
        assertEquals(Need.NOTHING, need("select 1", plan.application()));
        seenWith(a);
        assertTrue(injector.hidesApplicationValue());
        beforeSend("set work_mem = '1MB'", null);
        assertEquals(Need.NOTHING, need("select 1", a));
        beforeSend("reset all", null);
        assertEquals(Need.ALONGSIDE, need("select 1", a));
        connection.rollback();
    }

    @Test
    void theNoneValueIsSentFirstWhenItIsConfigured() throws Throwable {
        GucPlan withNone = GucPlan.of(Map.of("app.tenant_id", TENANT), Map.of(), Map.of("app.tenant_id", TENANT));
        injector = Injector.pipelined(new PgjdbcConnection(shape, executor), withNone);
        assertEquals(Need.ALONGSIDE, need("select 1", withNone.none()));
        begin();
        assertEquals(Need.ALONGSIDE, need("select 1", withNone.none()));
        assertEquals("", seenWith(withNone.none()));
        assertTrue(injector.isTouched());
        connection.rollback();
    }

    @Test
    void statementsThatCannotBePrecededAreRefusedOrLeftAlone() throws Throwable {
        assertEquals(Need.SEPARATE, need("call p()", a));
        assertEquals(Need.SEPARATE, need("do $$ begin end $$", a));
        assertEquals(Need.NOTHING, need("call p()", plan.none()));
        assertEquals(Need.NOTHING, need("vacuum", a));
        assertEquals(Need.NOTHING, need("set constraints all immediate", a));
        assertEquals(Need.ALONGSIDE, need("optimize everything", a)); // a slip of the pen: the server says so
        assertEquals(Need.NOTHING, need("declare c cursor for select 1", a));
        assertEquals(Need.ALONGSIDE, need("declare c cursor with hold for select 1", a));
        begin();
        assertEquals(Need.ALONGSIDE, need("call p()", a));
        assertEquals(Need.NOTHING, need("set constraints all deferred", a));
        assertEquals(Need.ALONGSIDE, need("set constraints all immediate", a));
        assertEquals(Need.ALONGSIDE, need("optimize everything", a)); // a slip of the pen: the server says so
        connection.rollback();
    }

    @Test
    void anOpenCursorKeepsItsScope() throws Throwable {
        begin();
        seenWith(a);
        beforeSend("declare c cursor for select 1", a);
        assertEquals(Need.OPEN_PORTAL, need("select 1", b));
        assertEquals(Need.OPEN_PORTAL, need("select 1", plan.none()));
        assertEquals(Need.NOTHING, need("select 1", a));
        beforeSend("close c", a);
        injector.readyForQuery();
        assertEquals(Need.ALONGSIDE, need("select 1", b));
        connection.rollback();
    }

    /** No text names the cursors that functions, procedures and DO bodies open. */
    @Test
    void aCursorThatAFunctionMayHaveOpenedKeepsItsScope() throws Throwable {
        begin();
        seenWith(a);
        beforeSend("declare own cursor for select 1", a);
        beforeSend("close own", a);
        injector.readyForQuery();
        assertEquals(Need.ALONGSIDE, need("fetch c", b));
        beforeSend("select open_cursor()", a);
        assertEquals(Need.NOTHING, need("fetch c", a));
        assertEquals(Need.OPEN_PORTAL, need("fetch c", b));
        assertEquals(Need.OPEN_PORTAL, need("move all in c", plan.none()));
        assertEquals(Need.ALONGSIDE, need("select 1", b));
        beforeSend("do $$ begin end $$", b);
        assertEquals(Need.OPEN_PORTAL, need("fetch c", a), "whose it is cannot be known any more");
        connection.rollback();
        injector.readyForQuery();
        begin();
        assertEquals(Need.ALONGSIDE, need("fetch c", b));
        connection.rollback();
    }

    @Test
    void oursIsToldFromTheApplicationsStatus() throws Throwable {
        injector.pipelined().statusReceived();
        assertFalse(injector.pipelined().swallowStatus());
        assertFalse(injector.takeFailure());
    }

    @Test
    void distrustSendsTheNoneValueTooFromThenOn() throws Exception {
        assertEquals(Need.NOTHING, need("select 1", plan.none()));
        injector.distrust();
        assertEquals(Need.ALONGSIDE, need("select 1", plan.none()));
    }
}
