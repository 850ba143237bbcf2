package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tenantwarden.tests.jvm.Db;
import java.lang.invoke.MethodHandles;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The class of the source is loaded after the first statements: until then there is no tenant, and nothing loads it. */
class LateSourceScenario {

    @Test
    void countsFromTheMomentItIsLoaded() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            assertEquals(List.of(), Visible.tenants(c));
            assertEquals(List.of(), Visible.tenants(c));
            assertNull(loaded(), "the agent must not load classes of the application");
            LateTenant.current = "a";
            assertEquals(List.of("a"), Visible.tenants(c));
            LateTenant.current = "b";
            assertEquals(List.of("b"), Visible.tenants(c));
            LateTenant.current = null;
            assertEquals(List.of(), Visible.tenants(c));
        }
    }

    private static Class<?> loaded() throws Exception {
        var find = MethodHandles.privateLookupIn(ClassLoader.class, MethodHandles.lookup())
                .findVirtual(
                        ClassLoader.class,
                        "findLoadedClass",
                        java.lang.invoke.MethodType.methodType(Class.class, String.class));
        try {
            return (Class<?>) find.invoke(
                    LateSourceScenario.class.getClassLoader(), "io.tenantwarden.tests.scenarios.LateTenant");
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
