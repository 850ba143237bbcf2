package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Scope;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;

/** Sources that libraries keep on the thread: Spring Security, OpenTelemetry's baggage. */
class ThreadSourcesScenario {

    @AfterEach
    void clear() {
        SecurityContextHolder.clearContext();
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

    /** An empty context made by asking would stay on a pooled thread. */
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
}
