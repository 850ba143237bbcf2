package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoMoreInteractions;
import static org.mockito.Mockito.when;
import static org.mockito.Mockito.withSettings;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.List;
import javax.sql.DataSource;
import org.easymock.EasyMock;
import org.easymock.IMocksControl;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mockito.MockMakers;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A test suite of the application's own, in a JVM in which other tests use a database: what stands in for a connection is asked nothing that the
 * test did not expect. Runs under the bare flag.
 */
class MocksScenario {

    /** From the first covered connection on, what is borrowed may lead to one. */
    @BeforeAll
    static void aDatabaseIsInUse() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            assertEquals(List.of("de", "fr"), Db.column(c, "select code from countries order by 1"));
        }
    }

    /** The application's code under test. */
    private static Connection borrow(DataSource source) throws Exception {
        try (Connection c = source.getConnection();
                PreparedStatement statement = c.prepareStatement("select 1")) {
            statement.execute();
            return c;
        }
    }

    @Test
    void mockitoSeesNoOtherInteraction() throws Exception {
        for (String maker : List.of(MockMakers.SUBCLASS, MockMakers.PROXY)) {
            for (int i = 0; i < 3; i++) {
                DataSource source = mock(DataSource.class, withSettings().mockMaker(maker));
                Connection connection = mock(Connection.class, withSettings().mockMaker(maker));
                PreparedStatement statement =
                        mock(PreparedStatement.class, withSettings().mockMaker(maker));
                when(source.getConnection()).thenReturn(connection);
                when(connection.prepareStatement("select 1")).thenReturn(statement);
                assertSame(connection, borrow(source));
                verify(source).getConnection();
                verify(connection).prepareStatement("select 1");
                verify(connection).close();
                verify(statement).execute();
                verify(statement).close();
                verifyNoMoreInteractions(source, connection, statement);
            }
        }
    }

    @Test
    void aRealDataSourceThatGivesMocks() throws Exception {
        Connection connection = mock(Connection.class, withSettings().mockMaker(MockMakers.SUBCLASS));
        DataSource source = new PGSimpleDataSource() {
            @Override
            public Connection getConnection() {
                return connection;
            }
        };
        when(connection.prepareStatement("select 1")).thenReturn(mock(PreparedStatement.class));
        borrow(source);
        verify(connection).prepareStatement("select 1");
        verify(connection).close();
        verifyNoMoreInteractions(connection);
    }

    /** Strict mocks fail at the first call that nobody announced. */
    @Test
    void easyMockSeesNoOtherInteraction() throws Exception {
        for (int i = 0; i < 3; i++) {
            IMocksControl control = EasyMock.createStrictControl();
            DataSource source = control.createMock(DataSource.class);
            Connection connection = control.createMock(Connection.class);
            PreparedStatement statement = control.createMock(PreparedStatement.class);
            EasyMock.expect(source.getConnection()).andReturn(connection);
            EasyMock.expect(connection.prepareStatement("select 1")).andReturn(statement);
            EasyMock.expect(statement.execute()).andReturn(true);
            statement.close();
            connection.close();
            control.replay();
            assertSame(connection, borrow(source));
            control.verify();
        }
    }
}
