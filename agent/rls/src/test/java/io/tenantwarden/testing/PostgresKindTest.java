package io.tenantwarden.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Test;

/** Which servers the tests run on. */
class PostgresKindTest {

    @Test
    void whatIsNamedIsTakenAndNobodyIsAsked() {
        assertEquals(PostgresKind.DOCKER, PostgresKind.of("docker", () -> fail("asked")));
        assertEquals(PostgresKind.EMBEDDED, PostgresKind.of("embedded", () -> fail("asked")));
    }

    @Test
    void autoIsDockerWhereAnEngineAnswers() {
        for (String auto : new String[] {"auto", "", " "}) {
            assertEquals(PostgresKind.DOCKER, PostgresKind.of(auto, () -> true));
            assertEquals(PostgresKind.EMBEDDED, PostgresKind.of(auto, () -> false));
        }
    }

    @Test
    void onlyDockerInsists() {
        assertFalse(PostgresKind.mayFallBack("docker"));
        assertTrue(PostgresKind.mayFallBack("auto"));
        assertTrue(PostgresKind.mayFallBack(""));
    }

    @Test
    void anotherWordSaysWhichThereAre() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> PostgresKind.of("podman", () -> true));
        assertTrue(e.getMessage().contains("docker, embedded or auto"), e.getMessage());
    }

    @Test
    void anImageIsNamedForEachVersion() {
        assertEquals("postgres:18", PostgresKind.image("", 18));
        assertEquals(
                "registry.example.com/pg-with-ours:14-2",
                PostgresKind.image("registry.example.com/pg-with-ours:{major}-2", 14));
        assertEquals("local/postgres:15", PostgresKind.image("local/postgres:15", 18));
    }
}
