package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.testing.PostgresServer;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * init on applications of other people, with their own schemas. Their jars lie in the folder that {@code -Dinit.applications}
 * names; {@code scripts/init-applications.sh} fetches them.
 */
class InitApplicationsTest {

    private static Path jars;

    @TempDir
    Path folder;

    @BeforeAll
    static void find() {
        String named = System.getProperty("init.applications", "");
        Assumptions.assumeFalse(named.isEmpty(), "-Dinit.applications names no folder: scripts/init-applications.sh");
        jars = Path.of(named);
    }

    private interface Schema {
        void make(Connection c) throws Exception;
    }

    private static String database(String name, Schema schema) throws Exception {
        PostgresServer server = PostgresServer.get(18);
        String database = server.createDatabase(name);
        try (Connection c = server.superuser(database)) {
            schema.make(c);
            Scripts.run(c, "CREATE ROLE " + database + "_app LOGIN");
        }
        return database;
    }

    private static void policies(Connection c, String column, String setting) throws Exception {
        List<String> tables = new ArrayList<>();
        try (Statement s = c.createStatement();
                ResultSet rs = s.executeQuery("select table_name from information_schema.columns where column_name = '"
                        + column + "' and table_schema = 'public'")) {
            while (rs.next()) {
                tables.add(rs.getString(1));
            }
        }
        for (String t : tables) {
            Scripts.run(c, "ALTER TABLE " + t + " ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY");
            Scripts.run(c, "CREATE POLICY tenant ON " + t + " USING (" + column + " = nullif(current_setting('" + setting
                    + "', true), ''))");
        }
    }

    private static String inJar(String jar, String entry) throws Exception {
        try (ZipFile zip = new ZipFile(jars.resolve(jar).toFile())) {
            return new String(zip.getInputStream(zip.getEntry(entry)).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Path jar(String prefix) throws Exception {
        try (Stream<Path> all = Files.list(jars)) {
            return all.filter(p -> p.getFileName().toString().matches(prefix + "-\\d.*\\.jar"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private String init(String database, String... arguments) throws Exception {
        Path out = folder.resolve("warden.properties");
        List<String> all = new ArrayList<>(List.of("init", "--out", out.toString()));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--url", PostgresServer.get(18).url(database), "--user", database + "_app"));
        Captured run = Captured.run(Map.of("WARDEN_PASSWORD", "secret"), false, all.toArray(new String[0]));
        assertEquals(0, run.exitCode(), run::toString);
        String text = Files.readString(out);
        System.out.println(text);
        assertTrue(text.lines().filter(l -> l.startsWith("#warden.")).count() < 40, text);
        return text;
    }

    private static Map<String, String> lines(String text) {
        Map<String, String> lines = new TreeMap<>();
        text.lines()
                .filter(l -> l.startsWith("warden."))
                .forEach(l -> lines.put(l.substring(0, l.indexOf('=')), l.substring(l.indexOf('=') + 1)));
        return lines;
    }

    private static String unfolded(String text) {
        return text.replace("\n# ", " ");
    }

    /** A registry of schemas with a tenant in every table; the class that keeps the tenant lies in a library. */
    @Test
    void apicurioRegistry() throws Exception {
        Path jar = jar("apicurio-registry-app");
        String database = database("apicurio", c -> {
            Scripts.run(c, inJar(jar.getFileName().toString(), "io/apicurio/registry/storage/impl/sql/postgresql.ddl"));
            policies(c, "tenantid", "app.tenant");
        });
        String text = init(database, "--jar", jar.toString());
        Map<String, String> lines = lines(text);
        assertEquals("app.tenant={tenant}", lines.get("warden.guc"), text);
        assertEquals("tenantid", lines.get("warden.tenant.columns"), text);
        assertEquals("io.apicurio", lines.get("warden.app.packages"), text);
        // the source is in a jar that was not given, which is said; nothing is guessed
        assertFalse(lines.containsKey("warden.tenant"), text);
        assertTrue(
                unfolded(text).contains("io.apicurio.common.apps.multitenancy.TenantContext.tenantId is asked in 181 places"),
                text);
        // statements for all tenants, at the methods that run them and not at those that put their text together
        String storage = "io.apicurio.registry.storage.impl.sql.AbstractSqlRegistryStorage#";
        assertTrue(lines.containsValue(storage + "getTenantsWithStaleConfigProperties"), text);
        assertTrue(lines.containsValue(storage + "deleteAllExpiredDownloads"), text);
        assertFalse(text.contains("CommonSqlStatements"), text);
        assertFalse(text.contains("HandleFactory"), text);
        // the reaper of tenants sets each one's context first: what it deletes has a tenant
        assertFalse(text.contains("deleteAllUserData"), text);
        assertTrue(lines.keySet().stream().filter(k -> k.endsWith(".at")).count() <= 10, text);
    }

    /** Keycloak: a realm is a tenant; the session that leads to it is found from a static method. */
    @Test
    void keycloak() throws Exception {
        String database = database("keycloak", c -> {
            SchemasOfOthersTest.makeKeycloak(c);
            policies(c, "realm_id", "app.realm");
        });
        String text = init(
                database,
                "--jar",
                jar("keycloak-model-jpa").toString(),
                "--jar",
                jar("keycloak-services").toString(),
                "--jar",
                jar("keycloak-server-spi").toString(),
                "--jar",
                jar("keycloak-server-spi-private").toString());
        Map<String, String> lines = lines(text);
        assertEquals("realm_id", lines.get("warden.tenant.columns"), text);
        assertEquals("app.realm={tenant}", lines.get("warden.guc"), text);
        assertFalse(lines.containsKey("warden.tenant"), text);
        assertTrue(
                text.contains(
                        "#warden.tenant=method:org.keycloak.utils.KeycloakSessionUtil#getKeycloakSession.context.realm.id"),
                text);
        assertEquals("liquibase.Liquibase#update", lines.get("warden.bypass.liquibase.at"), text);
    }

    /** Flowable's engine in one jar as Spring Boot lays it out, its modules as nested jars beside a library. */
    @Test
    void flowableAsAFatJar() throws Exception {
        String database = database("flowable", c -> {
            for (String entry : List.of(
                    "flowable-engine-common!org/flowable/common/db/create/flowable.postgres.create.common.sql",
                    "flowable-engine!org/flowable/db/create/flowable.postgres.create.engine.sql",
                    "flowable-engine!org/flowable/db/create/flowable.postgres.create.history.sql")) {
                Scripts.run(c, inJar(jar(entry.replaceFirst("!.*", "")).getFileName().toString(), entry.replaceFirst(".*!", "")));
            }
        });
        Path fat = folder.resolve("flowable-app.jar");
        try (OutputStream file = Files.newOutputStream(fat);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            for (String module : List.of(
                    "flowable-engine",
                    "flowable-engine-common",
                    "flowable-engine-common-api",
                    "flowable-rest",
                    "flowable-job-service",
                    "keycloak-services")) {
                zip.putNextEntry(new ZipEntry("BOOT-INF/lib/" + jar(module).getFileName()));
                Files.copy(jar(module), zip);
            }
        }
        Captured none = Captured.run(
                Map.of("WARDEN_PASSWORD", "secret"),
                false,
                "init",
                "--out",
                folder.resolve("none").toString(),
                "--jar",
                fat.toString(),
                "--url",
                PostgresServer.get(18).url(database),
                "--user",
                database + "_app");
        assertTrue(none.err().contains("--package com.acme"), none::toString);
        String text = init(database, "--jar", fat.toString(), "--package", "org.flowable");
        Map<String, String> lines = lines(text);
        assertEquals("tenant_id_", lines.get("warden.tenant.columns"), text);
        assertEquals("app.tenant_id={tenant}", lines.get("warden.guc"), text);
        assertEquals("org.flowable", lines.get("warden.app.packages"), text);
        assertTrue(
                text.contains("warden.tenant=method:org.flowable.common.engine.impl.tenant.CurrentTenant#getTenantContext.tenantId"),
                text);
        assertFalse(text.contains("keycloak"), text);
        assertTrue(unfolded(text).contains("Read as well, because they hold classes"), text);
    }
}
