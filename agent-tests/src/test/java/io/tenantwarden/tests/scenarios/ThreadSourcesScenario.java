package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Scope;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.hibernate.context.spi.CurrentTenantIdentifierResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;

/** Sources that libraries keep on the thread: Spring Security, OpenTelemetry's baggage, Hibernate's resolver. */
class ThreadSourcesScenario {

    @AfterEach
    void clear() {
        SecurityContextHolder.clearContext();
        ResolverInUse.tenant = "nobody";
    }

    private static String as(Authentication authentication) {
        SecurityContextHolder.getContext().setAuthentication(authentication);
        return Invoices.tenants();
    }

    private static Jwt token(Map<String, Object> claims) {
        return Jwt.withTokenValue("token")
                .header("alg", "none")
                .claims(all -> all.putAll(claims))
                .claim("sub", "someone")
                .build();
    }

    // ---- Spring Security

    @Test
    void claimOfAJwt() {
        assertEquals("a", as(new JwtAuthenticationToken(token(Map.of("tenant_id", "a")), List.of())));
        assertEquals("b", as(new JwtAuthenticationToken(token(Map.of("tenant_id", "b")), List.of())));
    }

    record User(String name, String tenantId) {}

    @Test
    void pathFromTheAuthentication() {
        assertEquals("b", as(new TestingAuthenticationToken(new User("x", "b"), "", "ROLE_USER")));
    }

    @Test
    void anonymousAndUnauthenticatedUsersAreNoTenant() {
        assertEquals(
                "",
                as(new AnonymousAuthenticationToken(
                        "key", new User("x", "a"), AuthorityUtils.createAuthorityList("ROLE_ANONYMOUS"))));
        assertEquals("", as(new TestingAuthenticationToken(new User("x", "a"), "")));
        JwtAuthenticationToken unchecked = new JwtAuthenticationToken(token(Map.of("tenant_id", "a")));
        unchecked.setAuthenticated(false);
        assertEquals("", as(unchecked));
    }

    /** Pitfall 30: an empty context made by asking would stay on a pooled thread. */
    @Test
    void askingLeavesNothingOnTheThread() throws Exception {
        assertEquals("", Invoices.tenants());
        Field local =
                SecurityContextHolder.getContextHolderStrategy().getClass().getDeclaredField("contextHolder");
        local.setAccessible(true);
        assertNull(((ThreadLocal<?>) local.get(null)).get());
    }

    // ---- OpenTelemetry

    @Test
    void baggage() {
        try (Scope scope = Baggage.builder().put("tenant.id", "b").build().makeCurrent()) {
            assertEquals("b", Invoices.tenants());
        }
        assertEquals("", Invoices.tenants());
    }

    // ---- Hibernate

    /** The one that the session factory is given. */
    public static final class ResolverInUse implements CurrentTenantIdentifierResolver<String> {
        static String tenant = "nobody";

        @Override
        public String resolveCurrentTenantIdentifier() {
            return tenant;
        }

        @Override
        public boolean validateExistingCurrentSessions() {
            return false;
        }

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

    private static SessionFactory factory(Object resolver) {
        Configuration configuration = new Configuration();
        configuration.getProperties().put("hibernate.connection.url", io.tenantwarden.tests.jvm.Db.url());
        configuration.getProperties().put("hibernate.connection.username", "warden_app");
        configuration.getProperties().put("hibernate.connection.password", "secret");
        configuration.getProperties().put("hibernate.tenant_identifier_resolver", resolver);
        return configuration.buildSessionFactory();
    }

    @Test
    void resolverOfTheSessionFactory() {
        new AnotherResolver();
        try (SessionFactory factory = factory(new ResolverInUse())) {
            assertEquals("", Invoices.tenants(), "the root tenant is no tenant");
            ResolverInUse.tenant = "a";
            assertEquals("a", Invoices.tenants());
            ResolverInUse.tenant = "b";
            List<?> seen = factory.fromSession(
                    session -> session.createNativeQuery("select distinct tenant_id from invoices", String.class)
                            .getResultList());
            assertEquals(List.of("b"), seen);
            try (SessionFactory other = factory(new AnotherResolver())) {
                assertEquals("b", Invoices.tenants(), "both name b");
                ResolverInUse.tenant = "a";
                assertEquals("", Invoices.tenants(), "two factories that do not agree");
            }
            assertEquals("a", Invoices.tenants());
        }
        assertEquals("", Invoices.tenants(), "a closed factory has no say");
    }
}
