package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import jakarta.persistence.Cacheable;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import jakarta.persistence.PersistenceConfiguration;
import jakarta.persistence.Table;
import java.sql.Connection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.ibatis.annotations.CacheNamespace;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.mapping.Environment;
import org.apache.ibatis.session.LocalCacheScope;
import org.apache.ibatis.session.SqlSession;
import org.apache.ibatis.session.SqlSessionFactory;
import org.apache.ibatis.session.SqlSessionFactoryBuilder;
import org.apache.ibatis.transaction.jdbc.JdbcTransactionFactory;
import org.hibernate.context.spi.CurrentTenantIdentifierResolver;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A cache above JDBC answers without a statement, so that neither row-level security nor the agent has a say. Each cache is shown
 * twice: as it comes, giving tenant b a row of tenant a, and with the recipe of docs/known-limits.md, under which b gets none.
 */
class CachesScenario {

    /** An invoice of tenant a. */
    private static long id;

    private static HikariDataSource pool;

    @BeforeAll
    static void invoiceOfTenantA() throws Exception {
        pool = Db.hikari(2);
        id = TenantContext.as("a", () -> {
            try (Connection c = pool.getConnection()) {
                return Long.parseLong(
                        Db.column(c, "select min(id) from invoices").get(0));
            }
        });
    }

    @AfterAll
    static void close() {
        pool.close();
    }

    @AfterEach
    void clear() {
        TenantContext.clear();
    }

    /** Nothing is said of caches: what EclipseLink does by default. */
    @Entity(name = "Invoice")
    @Table(name = "invoices")
    public static class Invoice {
        @Id
        Long id;

        @Column(name = "tenant_id")
        String tenant;
    }

    /** What Hibernate's second level cache wants to see, and what keeps EclipseLink's away. */
    @Entity(name = "CachedInvoice")
    @Table(name = "invoices")
    @Cacheable
    public static class CachedInvoice {
        @Id
        Long id;

        @Column(name = "tenant_id")
        String tenant;
    }

    /** In one unit of work after the other, as two requests would. */
    private static String read(EntityManagerFactory factory, Class<?> type, String tenant) throws Exception {
        return TenantContext.as(tenant, () -> {
            try (EntityManager manager = factory.createEntityManager()) {
                manager.getTransaction().begin();
                Object found = manager.find(type, id);
                manager.getTransaction().commit();
                return found == null
                        ? "nothing"
                        : found instanceof Invoice invoice ? invoice.tenant : ((CachedInvoice) found).tenant;
            }
        });
    }

    private static EntityManagerFactory factory(String provider, Class<?> entity, Map<String, ?> properties) {
        PersistenceConfiguration configuration = new PersistenceConfiguration("caches" + System.nanoTime());
        configuration.provider(provider).managedClass(entity).properties(properties);
        configuration.property("jakarta.persistence.nonJtaDataSource", pool);
        return configuration.createEntityManagerFactory();
    }

    private static EntityManagerFactory eclipseLink(Map<String, ?> properties) {
        return factory("org.eclipse.persistence.jpa.PersistenceProvider", Invoice.class, properties);
    }

    @Test
    void eclipseLinksSharedCacheIsOnByDefault() throws Exception {
        try (EntityManagerFactory factory = eclipseLink(Map.of())) {
            assertEquals("a", read(factory, Invoice.class, "a"));
            assertEquals("a", read(factory, Invoice.class, "b"), "the limit: no statement is sent");
        }
    }

    @Test
    void recipeForEclipseLink() throws Exception {
        try (EntityManagerFactory factory = eclipseLink(Map.of("eclipselink.cache.shared.default", "false"))) {
            assertEquals("a", read(factory, Invoice.class, "a"));
            assertEquals("nothing", read(factory, Invoice.class, "b"));
        }
        try (EntityManagerFactory factory = eclipseLink(Map.of("jakarta.persistence.sharedCache.mode", "NONE"))) {
            assertEquals("a", read(factory, Invoice.class, "a"));
            assertEquals("nothing", read(factory, Invoice.class, "b"));
        }
    }

    /** Which tenant Hibernate makes a part of its keys. */
    public static final class Resolver implements CurrentTenantIdentifierResolver<String> {
        @Override
        public String resolveCurrentTenantIdentifier() {
            String tenant = TenantContext.current();
            return tenant == null ? "nobody" : tenant;
        }

        @Override
        public boolean validateExistingCurrentSessions() {
            return true;
        }
    }

    private static EntityManagerFactory hibernate(Map<String, ?> more) {
        Map<String, Object> properties = new HashMap<>(Map.of(
                "hibernate.cache.use_second_level_cache",
                "true",
                "hibernate.cache.region.factory_class",
                "jcache",
                "hibernate.javax.cache.provider",
                "com.github.benmanes.caffeine.jcache.spi.CaffeineCachingProvider",
                "hibernate.javax.cache.missing_cache_strategy",
                "create",
                "jakarta.persistence.sharedCache.mode",
                "ENABLE_SELECTIVE"));
        properties.putAll(more);
        return factory("org.hibernate.jpa.HibernatePersistenceProvider", CachedInvoice.class, properties);
    }

    @Test
    void hibernatesSecondLevelCache() throws Exception {
        try (EntityManagerFactory factory = hibernate(Map.of())) {
            assertEquals("a", read(factory, CachedInvoice.class, "a"));
            assertEquals("a", read(factory, CachedInvoice.class, "b"), "the limit: no statement is sent");
        }
    }

    @Test
    void recipeForHibernate() throws Exception {
        // the tenant becomes a part of the key
        try (EntityManagerFactory factory = hibernate(Map.of(
                "hibernate.tenant_identifier_resolver",
                new Resolver(),
                "hibernate.multi_tenant_connection_provider",
                new HibernateScenario.OneDatabase()))) {
            assertEquals("a", read(factory, CachedInvoice.class, "a"));
            assertEquals("nothing", read(factory, CachedInvoice.class, "b"));
            assertEquals("a", read(factory, CachedInvoice.class, "a"));
        }
        try (EntityManagerFactory factory = hibernate(Map.of("hibernate.cache.use_second_level_cache", "false"))) {
            assertEquals("a", read(factory, CachedInvoice.class, "a"));
            assertEquals("nothing", read(factory, CachedInvoice.class, "b"));
        }
    }

    /** An EntityManager or Session is a cache as well, as long as it is open. */
    @Test
    void oneUnitOfWorkForTwoTenants() throws Exception {
        try (EntityManagerFactory factory = hibernate(Map.of("hibernate.cache.use_second_level_cache", "false"));
                EntityManager manager = factory.createEntityManager()) {
            assertEquals("a", TenantContext.as("a", () -> manager.find(CachedInvoice.class, id).tenant));
            CachedInvoice other = TenantContext.as("b", () -> manager.find(CachedInvoice.class, id));
            assertEquals("a", other.tenant, "the limit: no statement is sent");
            manager.clear();
            assertEquals(null, TenantContext.as("b", () -> manager.find(CachedInvoice.class, id)), "the recipe");
        }
    }

    interface Mapper {
        @Select("select tenant_id from invoices where id = #{id}")
        List<String> tenants(@Param("id") long id);
    }

    /** MyBatis' second level: for all sessions. */
    @CacheNamespace
    interface CachedMapper {
        @Select("select tenant_id from invoices where id = #{id}")
        List<String> tenants(@Param("id") long id);
    }

    private static SqlSessionFactory myBatis(LocalCacheScope scope, boolean cacheEnabled) {
        org.apache.ibatis.session.Configuration configuration = new org.apache.ibatis.session.Configuration(
                new Environment("test", new JdbcTransactionFactory(), pool));
        configuration.setLocalCacheScope(scope);
        configuration.setCacheEnabled(cacheEnabled);
        configuration.addMapper(Mapper.class);
        configuration.addMapper(CachedMapper.class);
        return new SqlSessionFactoryBuilder().build(configuration);
    }

    private static String twoTenantsInOneSession(SqlSessionFactory factory) throws Exception {
        try (SqlSession session = factory.openSession(true)) {
            Mapper mapper = session.getMapper(Mapper.class);
            return TenantContext.as("a", () -> mapper.tenants(id)) + " "
                    + TenantContext.as("b", () -> mapper.tenants(id));
        }
    }

    private static String twoTenantsInTwoSessions(SqlSessionFactory factory) throws Exception {
        StringBuilder seen = new StringBuilder();
        for (String tenant : List.of("a", "b")) {
            try (SqlSession session = factory.openSession(true)) {
                seen.append(TenantContext.as(
                        tenant, () -> session.getMapper(CachedMapper.class).tenants(id)));
            }
        }
        return seen.toString();
    }

    @Test
    void myBatisCaches() throws Exception {
        SqlSessionFactory factory = myBatis(LocalCacheScope.SESSION, true);
        assertEquals("[a] [a]", twoTenantsInOneSession(factory), "the limit: no statement is sent");
        assertEquals("[a][a]", twoTenantsInTwoSessions(factory), "the limit: no statement is sent");
    }

    @Test
    void recipeForMyBatis() throws Exception {
        SqlSessionFactory factory = myBatis(LocalCacheScope.STATEMENT, false);
        assertEquals("[a] []", twoTenantsInOneSession(factory));
        assertEquals("[a][]", twoTenantsInTwoSessions(factory));
    }

    /** A bean whose answers Spring keeps. */
    public static class Directory {
        @org.springframework.cache.annotation.Cacheable("plain")
        public String tenantOf(long invoice) throws Exception {
            return ask(invoice);
        }

        @org.springframework.cache.annotation.Cacheable(
                cacheNames = "keyed",
                key = "{T(io.tenantwarden.tests.scenarios.TenantContext).current(), #root.methodName, #root.args}")
        public String tenantOfKeyed(long invoice) throws Exception {
            return ask(invoice);
        }

        private static String ask(long invoice) throws Exception {
            try (Connection c = pool.getConnection()) {
                return Db.column(c, "select tenant_id from invoices where id = ?", invoice)
                        .toString();
            }
        }
    }

    /** An ordinary configuration with caches. */
    @Configuration
    @EnableCaching
    public static class Caches {
        @Bean
        ConcurrentMapCacheManager cacheManager() {
            return new ConcurrentMapCacheManager();
        }

        @Bean
        Directory directory() {
            return new Directory();
        }
    }

    @Test
    void springsCacheable() throws Exception {
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(Caches.class)) {
            Directory directory = context.getBean(Directory.class);
            assertEquals("[a]", TenantContext.as("a", () -> directory.tenantOf(id)));
            assertEquals("[a]", TenantContext.as("b", () -> directory.tenantOf(id)), "the limit: no statement is sent");
            assertEquals("[a]", TenantContext.as("a", () -> directory.tenantOfKeyed(id)));
            assertEquals("[]", TenantContext.as("b", () -> directory.tenantOfKeyed(id)), "the recipe");
        }
    }
}
