package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The first source throws or gives what is no tenant id: nobody else is asked, for the next may be one that a client
 * chooses. The second source would answer {@code b}.
 */
class FailingSourceScenario {

    private enum Behaviour {
        ANSWER,
        PASS,
        THROW,
        ERROR,
        INVALID
    }

    private static Behaviour behaviour = Behaviour.PASS;
    private static int secondAsked;

    /** Named by warden.tenant.1. */
    static String first() {
        return switch (behaviour) {
            case ANSWER -> "a";
            case PASS -> null;
            case THROW -> throw new IllegalStateException("on purpose, of secret-tenant");
            case ERROR -> throw new StackOverflowError();
            case INVALID -> "evil\u0000 secret-tenant";
        };
    }

    /** Named by warden.tenant.2. */
    static String second() {
        secondAsked++;
        return "b";
    }

    @AfterEach
    void pass() {
        behaviour = Behaviour.PASS;
    }

    @Test
    void aSourceThatThrowsEndsTheSearch() throws Exception {
        assertEndsTheSearch(Behaviour.THROW);
    }

    @Test
    void anErrorEndsTheSearch() throws Exception {
        assertEndsTheSearch(Behaviour.ERROR);
    }

    @Test
    void anInvalidTenantEndsTheSearch() throws Exception {
        assertEndsTheSearch(Behaviour.INVALID);
    }

    private static void assertEndsTheSearch(Behaviour failure) throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            behaviour = Behaviour.PASS;
            assertEquals(List.of("b"), Visible.tenants(c));
            assertTrue(secondAsked > 0);
            behaviour = failure;
            int before = secondAsked;
            assertEquals(List.of(), Visible.tenants(c));
            c.setAutoCommit(false);
            assertEquals(List.of(), Visible.tenants(c));
            c.commit();
            assertEquals(before, secondAsked, "the second source was asked");
            behaviour = Behaviour.ANSWER;
            assertEquals(List.of("a"), Visible.tenants(c));
            c.commit();
        }
    }

    @Test
    void afterATenantNothingIsLeft() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            behaviour = Behaviour.ANSWER;
            assertEquals(List.of("a"), Visible.tenants(c));
            behaviour = Behaviour.THROW;
            assertEquals(List.of(), Visible.tenants(c), "the tenant of before must not stay in force");
            c.commit();
        }
    }
}
