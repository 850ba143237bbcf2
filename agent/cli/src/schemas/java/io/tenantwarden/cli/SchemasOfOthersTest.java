package io.tenantwarden.cli;

import io.tenantwarden.testing.PostgresServer;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import liquibase.Contexts;
import liquibase.Liquibase;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.resource.ClassLoaderResourceAccessor;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.connections.jpa.updater.liquibase.ThreadLocalSessionContext;
import org.keycloak.models.KeycloakSession;

/**
 * Export and erase on schemas of other people, as their own scripts make them: two process engines, an identity server, and
 * pagila from the file that {@code -Dpagila.schema} names. Run by {@code scripts/offboarding-schemas.sh}.
 */
class SchemasOfOthersTest {

    @TempDir
    Path folder;

    private static String resource(String name) throws Exception {
        try (InputStream in = SchemasOfOthersTest.class.getResourceAsStream("/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The engine of Operaton: tenants are optional there, most tables have a column for them. */
    @ParameterizedTest
    @ValueSource(ints = {0, 7})
    void operaton(int batch) throws Exception {
        new SchemaTrial(
                        "operaton",
                        "tenant_id_",
                        "public.act_id_tenant.id_",
                        List.of("nobody", "shop one", "shop 'two'"),
                        List.of(),
                        c -> {
                            for (String part : List.of(
                                    "engine",
                                    "history",
                                    "identity",
                                    "case.engine",
                                    "case.history",
                                    "decision.engine",
                                    "decision.history")) {
                                Scripts.run(
                                        c,
                                        resource("org/operaton/bpm/engine/db/create/activiti.postgres.create." + part
                                                + ".sql"));
                            }
                        })
                .play(PostgresServer.get(18), folder, batch);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7})
    void flowable(int batch) throws Exception {
        new SchemaTrial(
                        "flowable",
                        "tenant_id_",
                        null,
                        List.of("nobody", "shop one", "shop 'two'"),
                        List.of(),
                        c -> {
                            for (String file : List.of(
                                    "common/db/create/flowable.postgres.create.common",
                                    "idm/db/create/flowable.postgres.create.identity",
                                    "eventregistry/db/create/flowable.postgres.create.eventregistry",
                                    "db/create/flowable.postgres.create.engine",
                                    "db/create/flowable.postgres.create.history")) {
                                Scripts.run(c, resource("org/flowable/" + file + ".sql"));
                            }
                        })
                .play(PostgresServer.get(18), folder, batch);
    }

    /** Keycloak: a realm is a tenant, and most tables know it through their client or user alone. */
    @ParameterizedTest
    @ValueSource(ints = {0, 7})
    void keycloak(int batch) throws Exception {
        new SchemaTrial(
                        "keycloak",
                        "realm_id",
                        "public.realm.id",
                        List.of("nobody", "realm one", "realm 'two'"),
                        List.of(),
                        SchemasOfOthersTest::makeKeycloak)
                .play(PostgresServer.get(18), folder, batch);
    }

    static void makeKeycloak(Connection c) throws Exception {
        // its own change classes want a session to be there, and ask it nothing while no realm exists
        Object session = Proxy.newProxyInstance(
                SchemasOfOthersTest.class.getClassLoader(),
                new Class<?>[] {KeycloakSession.class},
                (proxy, method, arguments) -> null);
        ThreadLocalSessionContext.setCurrentSession((KeycloakSession) session);
        Liquibase liquibase = new Liquibase(
                "META-INF/jpa-changelog-master.xml",
                new ClassLoaderResourceAccessor(),
                DatabaseFactory.getInstance().findCorrectDatabaseImplementation(new JdbcConnection(c)));
        liquibase.update(new Contexts());
        c.setAutoCommit(true);
    }

    /** Pagila with a tenant column in what a shop writes; films and places are everybody's. */
    @ParameterizedTest
    @ValueSource(ints = {0, 7})
    void pagila(int batch) throws Exception {
        String file = System.getProperty("pagila.schema", "");
        Assumptions.assumeFalse(file.isEmpty(), "-Dpagila.schema=FILE names no pagila-schema.sql");
        new SchemaTrial(
                        "pagila",
                        "tenant_id",
                        null,
                        List.of("0", "1", "2"),
                        List.of("--include", "public.address"),
                        c -> makePagila(c, Files.readString(Path.of(file))))
                .play(PostgresServer.get(18), folder, batch);
    }

    private static void makePagila(Connection c, String script) throws SQLException {
        List<String> skipped = new ArrayList<>();
        for (String statement : statements(script)) {
            try (Statement s = c.createStatement()) {
                s.execute(statement);
            } catch (SQLException e) {
                // newer releases have a table for an extension that few servers have
                if (!statement.contains("vector") && !statement.contains("film_embedding")) {
                    throw new SQLException(statement + ": " + e.getMessage(), e);
                }
                skipped.add(statement);
            }
        }
        Scripts.run(c, "RESET search_path");
        for (String t : List.of("store", "customer", "staff", "inventory", "rental", "payment")) {
            Scripts.run(c, "ALTER TABLE " + t + " ADD tenant_id int NOT NULL");
        }
    }

    /** What pg_dump wrote, without psql's own commands. */
    private static List<String> statements(String script) {
        List<String> statements = new ArrayList<>();
        StringBuilder next = new StringBuilder();
        String body = null;
        for (String line : script.lines().toList()) {
            if (body == null && (line.startsWith("\\") || line.startsWith("--"))) {
                continue;
            }
            next.append(line).append('\n');
            var quote = java.util.regex.Pattern.compile("\\$\\w*\\$").matcher(line);
            while (quote.find()) {
                body = body == null ? quote.group() : quote.group().equals(body) ? null : body;
            }
            if (body == null && line.stripTrailing().endsWith(";")) {
                statements.add(next.toString());
                next.setLength(0);
            }
        }
        return statements;
    }
}
