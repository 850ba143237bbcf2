package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.Version;
import org.hibernate.cfg.Configuration;
import org.hibernate.context.spi.CurrentTenantIdentifierResolver;
import org.hibernate.engine.jdbc.connections.spi.MultiTenantConnectionProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Hibernate's resolver, from 5.6 to 7: compiled with the newest, and written so that it links with the oldest. All tenants are
 * in one database, so the connection provider gives every one of them the same.
 */
class HibernateScenario {

    private static String tenant = "nobody";

    @AfterEach
    void clear() {
        tenant = "nobody";
    }

    /** The one that the session factory is given. */
    public static final class ResolverInUse implements CurrentTenantIdentifierResolver<String> {
        @Override
        public String resolveCurrentTenantIdentifier() {
            return tenant;
        }

        @Override
        public boolean validateExistingCurrentSessions() {
            return false;
        }

        /** Since 6.4. */
        @Override
        public boolean isRoot(String id) {
            return id.equals("nobody");
        }
    }

    /** There as well, and nobody uses it. */
    public static final class AnotherResolver implements CurrentTenantIdentifierResolver<String> {
        @Override
        public String resolveCurrentTenantIdentifier() {
            return "b";
        }

        @Override
        public boolean validateExistingCurrentSessions() {
            return false;
        }
    }

    /** The one database. */
    public static final class OneDatabase implements MultiTenantConnectionProvider<String> {
        private static final long serialVersionUID = 1;

        @Override
        public Connection getAnyConnection() throws SQLException {
            return Db.plain().getConnection();
        }

        @Override
        public void releaseAnyConnection(Connection connection) throws SQLException {
            connection.close();
        }

        @Override
        public Connection getConnection(String tenant) throws SQLException {
            return getAnyConnection();
        }

        @Override
        public void releaseConnection(String tenant, Connection connection) throws SQLException {
            connection.close();
        }

        @Override
        public boolean supportsAggressiveRelease() {
            return false;
        }

        @Override
        public boolean isUnwrappableAs(Class<?> type) {
            return false;
        }

        @Override
        public <T> T unwrap(Class<T> type) {
            throw new UnsupportedOperationException(type.getName());
        }
    }

    private static SessionFactory factory(Object resolver) {
        Configuration configuration = new Configuration();
        configuration.getProperties().put("hibernate.multiTenancy", "DATABASE"); // before 6
        configuration.getProperties().put("hibernate.multi_tenant_connection_provider", new OneDatabase());
        configuration.getProperties().put("hibernate.tenant_identifier_resolver", resolver);
        return configuration.buildSessionFactory();
    }

    private static List<String> seenBy(SessionFactory factory) {
        List<String> seen = new ArrayList<>();
        try (Session session = factory.openSession()) {
            session.doWork(c -> seen.addAll(Db.column(c, "select distinct tenant_id from invoices order by 1")));
        }
        return seen;
    }

    @Test
    void itIsTheVersionThatIsMeant() {
        String version = Version.getVersionString();
        assertEquals(System.getProperty("scenario.hibernate"), version.substring(0, version.indexOf('.', 2)));
    }

    @Test
    void resolverOfTheSessionFactory() {
        try (SessionFactory factory = factory(new ResolverInUse())) {
            assertEquals("", Invoices.tenants());
            tenant = "a";
            assertEquals("a", Invoices.tenants());
            assertEquals(List.of("a"), seenBy(factory));
            tenant = "b";
            assertEquals(List.of("b"), seenBy(factory));
        }
        assertEquals("", Invoices.tenants(), "a closed factory has no say");
    }

    @Test
    void twoFactoriesHaveToAgree() {
        new AnotherResolver();
        try (SessionFactory factory = factory(new ResolverInUse())) {
            tenant = "a";
            assertEquals(List.of("a"), seenBy(factory), "a resolver that is merely there has no say");
            tenant = "b";
            try (SessionFactory other = factory(new AnotherResolver())) {
                assertEquals(List.of("b"), seenBy(other), "both name b");
                tenant = "a";
                assertEquals("", Invoices.tenants(), "two factories that do not agree");
            }
            assertEquals("a", Invoices.tenants());
        }
    }
}
