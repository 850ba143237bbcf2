package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Forked;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every source of a tenant, with the real library, in a JVM of its own with the packaged jar. */
class LibrarySourcesTest {

    private static Forked scenario(String name, String... sources) throws ClassNotFoundException {
        Forked forked = Forked.scenario(Class.forName("io.tenantwarden.tests.scenarios." + name))
                .database(TestDatabase.create(18))
                .warden("log", "stderr");
        for (int i = 0; i < sources.length; i++) {
            forked.warden("tenant." + (i + 1), sources[i]);
        }
        return forked;
    }

    @TestFactory
    List<DynamicTest> sourcesOnTheThread() throws Exception {
        return scenario(
                        "ThreadSourcesScenario",
                        "security:claim:tenant_id",
                        "security:principal.tenantId",
                        "baggage:tenant.id",
                        "hibernate")
                .then(result -> assertTrue(
                        result.lines("VIOLATION source-failed").stream()
                                .anyMatch(line -> line.contains("several session factories")),
                        result::all))
                .tests();
    }

    @TestFactory
    List<DynamicTest> sourcesInAnHttpRequest() throws Exception {
        return scenario(
                        "HttpSourcesScenario",
                        "header:X-Tenant-Id",
                        "attribute:tenantId",
                        "session:tenantId",
                        "path:/t/([^/]+)/.*",
                        "host:([^.]+)\\.example\\.test",
                        "principal")
                .then(result -> assertTrue(
                        result.lines("VIOLATION invalid-tenant").stream()
                                .anyMatch(line -> line.contains("sent more than once")),
                        result::all))
                .tests();
    }

    @TestFactory
    List<DynamicTest> sourcesInAMessage() throws Exception {
        return scenario("MessageSourcesScenario", "kafka:tenant-id", "jms:tenant_id", "rabbit:tenant-id")
                .then(result -> {
                    List<String> invalid = result.lines("VIOLATION invalid-tenant");
                    assertTrue(invalid.stream().anyMatch(line -> line.contains("in one batch")), result::all);
                    assertTrue(invalid.stream().anyMatch(line -> line.contains("sent more than once")), result::all);
                })
                .tests();
    }
}
