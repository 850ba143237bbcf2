package io.tenantwarden.tests.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Library;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo with Spring Boot's Actuator, which its build does not have: health, readiness and metrics of a whole application. */
class DemoActuatorTest {

    private static final Pattern RAN = Pattern.compile("Overdue run finished: ");

    @TempDir
    Path folder;

    /** A jar that has nothing but a class path: the application's classes and libraries, and Actuator's. */
    private Path withActuator() throws Exception {
        Path extracted = folder.resolve("extracted");
        DemoStart.output(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djarmode=tools",
                "-jar",
                demoJar().toString(),
                "extract",
                "--destination",
                extracted.toString()));
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(Attributes.Name.MAIN_CLASS, "com.acme.billing.BillingApplication");
        try (Stream<Path> all = Files.walk(extracted)) {
            attributes.put(
                    Attributes.Name.CLASS_PATH,
                    Stream.concat(
                                    all.filter(file -> file.toString().endsWith(".jar"))
                                            .sorted(),
                                    new Library("actuator4").jars().stream())
                            .map(file -> file.toUri().toString())
                            .collect(Collectors.joining(" ")));
        }
        Path jar = folder.resolve("billing-with-actuator.jar");
        try (OutputStream out = Files.newOutputStream(jar)) {
            new JarOutputStream(out, manifest).close();
        }
        return jar;
    }

    private static Path demoJar() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("project.root"), "demo/target"))) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("there is no application jar in demo/target"));
        }
    }

    @Test
    void healthReadinessAndMetricsAreTheApplicationsOwn() throws Exception {
        try (BillingDatabase database = BillingDatabase.create();
                BillingProcess application = BillingProcess.start(
                        withActuator(),
                        database,
                        List.of(
                                "-javaagent:" + AgentJvm.agentJar(),
                                "-Dwarden.tenant=method:com.acme.billing.TenantContext#current"),
                        List.of(
                                "--management.endpoints.web.exposure.include=health,metrics",
                                "--management.endpoint.health.show-details=always",
                                "--management.endpoint.health.probes.enabled=true",
                                "--management.endpoint.health.group.readiness.include=readinessState,tenantWarden",
                                "--management.endpoint.health.group.readiness.show-details=always"))) {
            application.await(RAN, Duration.ofMinutes(1));
            for (String path : List.of("/actuator/health", "/actuator/health/readiness")) {
                JsonNode health = json(application, path);
                assertEquals("UP", health.get("status").asText(), health::toPrettyString);
                JsonNode warden = health.at("/components/tenantWarden");
                assertEquals("UP", warden.path("status").asText(), health::toPrettyString);
                assertEquals("protecting", warden.at("/details/state").asText(), health::toPrettyString);
                assertEquals("inject", warden.at("/details/mode").asText(), health::toPrettyString);
            }
            JsonNode violations =
                    json(application, "/actuator/metrics/tenantwarden.violations?tag=kind:unscoped-query");
            assertTrue(violations.at("/measurements/0/value").asDouble() >= 1, violations::toPrettyString);
            JsonNode healthy = json(application, "/actuator/metrics/tenantwarden.healthy");
            assertEquals(1, healthy.at("/measurements/0/value").asDouble(), healthy::toPrettyString);
        }
    }

    private static JsonNode json(BillingProcess application, String path) throws IOException {
        Answer answer = application.send(null, "harbour", "GET", path, null);
        assertEquals(200, answer.status(), () -> path + " " + answer.body() + "\n" + application.output());
        return new ObjectMapper().readTree(answer.body());
    }
}
