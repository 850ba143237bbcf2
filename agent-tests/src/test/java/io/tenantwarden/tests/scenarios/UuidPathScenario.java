package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * {@code method:...#current.account.id} through an Optional, a record and a getter to a UUID, with
 * {@code warden.tenant.type=uuid} and policies that cast to uuid.
 */
class UuidPathScenario {

    static final String A = "11111111-1111-1111-1111-111111111111";
    static final String B = "22222222-2222-2222-2222-222222222222";

    record Login(Account account) {}

    static final class Account {
        private final Object key;

        Account(Object key) {
            this.key = key;
        }

        public Object getId() {
            return key;
        }
    }

    private static final ThreadLocal<Login> LOGIN = new ThreadLocal<>();

    /** Named by warden.tenant. */
    static Optional<Login> current() {
        return Optional.ofNullable(LOGIN.get());
    }

    @AfterEach
    void clear() {
        LOGIN.remove();
    }

    private static List<String> documents(Connection c) throws Exception {
        return Db.column(c, "select distinct tenant_id::text from documents order by 1");
    }

    @Test
    void theUuidAtTheEndOfThePath() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            assertEquals(List.of(), documents(c));
            LOGIN.set(new Login(new Account(UUID.fromString(A))));
            assertEquals(List.of(A), documents(c));
            c.setAutoCommit(false);
            LOGIN.set(new Login(new Account(B)));
            assertEquals(List.of(B), documents(c));
            c.commit();
            LOGIN.set(new Login(new Account(Optional.of(UUID.fromString(A)))));
            assertEquals(List.of(A), documents(c));
            c.commit();
            LOGIN.set(new Login(new Account(Optional.empty())));
            assertEquals(List.of(), documents(c));
            c.commit();
            LOGIN.set(new Login(null));
            assertEquals(List.of(), documents(c));
            c.commit();
        }
    }

    @Test
    void whatIsNoUuidNeverReachesTheCast() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            LOGIN.set(new Login(new Account("not-a-uuid")));
            // 22P02 from the policy's cast would be an exception here
            assertEquals(List.of(), documents(c));
            LOGIN.set(new Login(new Account(UUID.fromString(B))));
            assertEquals(List.of(B), documents(c));
        }
    }
}
