package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.engine.config.ConfigFileReader;
import io.tenantwarden.engine.config.ConfigLoader;
import io.tenantwarden.engine.config.Loaded;
import io.tenantwarden.testing.PostgresServer;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** init on real databases and on class files that the compiler has just made. */
class InitTest {

    private static final String SCHEMA = """
            CREATE ROLE {db}_app LOGIN;
            CREATE ROLE {db}_admin LOGIN BYPASSRLS;
            CREATE TABLE tenants (id uuid PRIMARY KEY);
            CREATE TABLE orders (tenant_id uuid NOT NULL, id int, owner_id int);
            CREATE TABLE payers (tenant_id uuid NOT NULL, reference text);
            ALTER TABLE orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            ALTER TABLE payers ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY t ON orders USING (tenant_id = nullif(current_setting('shop.tenant', true), '')::uuid);
            CREATE POLICY own ON orders AS RESTRICTIVE FOR DELETE
              USING (owner_id = nullif(current_setting('shop.user', true), '')::int);
            CREATE POLICY t ON payers USING (tenant_id = nullif(current_setting('shop.tenant', true), '')::uuid);
            CREATE POLICY everybody ON payers FOR SELECT USING (current_setting('shop.platform', true) = 'yes');
            GRANT SELECT ON ALL TABLES IN SCHEMA public TO {db}_app;
            """;

    private static final Map<String, String> SHOP = Map.of(
            "Scheduled",
            "package spring; public @interface Scheduled { String cron() default \"\"; }",
            "KafkaListener",
            "package spring; public @interface KafkaListener { String[] topics(); }",
            "PostMapping",
            "package spring; public @interface PostMapping { String value(); }",
            "TenantContext",
            """
            package com.acme.shop;
            public final class TenantContext {
                private static final ThreadLocal<String> CURRENT = new ThreadLocal<>();
                public static String current() { return CURRENT.get(); }
                public static String required() { return java.util.Objects.requireNonNull(CURRENT.get()); }
                public static void set(String id) { CURRENT.set(id); }
                public static void clear() { CURRENT.remove(); }
                public static void runAs(String id, Runnable work) { set(id); try { work.run(); } finally { clear(); } }
            }
            """,
            "Db",
            """
            package com.acme.shop;
            class Db {
                static java.util.List<String> query(String sql, Object... values) { return java.util.List.of(); }
            }
            """,
            "NightlyJob",
            """
            package com.acme.shop;
            class NightlyJob {
                @spring.Scheduled(cron = "0 0 3 * * *")
                void run() {
                    for (String id : Db.query("select id from tenants")) { billOne(java.util.UUID.fromString(id)); }
                    Db.query("select count(*) from orders");
                }
                private void billOne(java.util.UUID tenantId) { Db.query("select id from orders"); }
            }
            """,
            "OrderListener",
            """
            package com.acme.shop;
            class OrderListener {
                record OrderPlaced(String tenantId, int order) {}
                @spring.KafkaListener(topics = "orders")
                void placed(OrderPlaced event) { Db.query("select id from orders where id = ?", event.order()); }
            }
            """,
            "Webhook",
            """
            package com.acme.shop;
            class Webhook {
                private final Payers payers = new SqlPayers();
                @spring.PostMapping("/hooks/payment")
                void paid(String reference) {
                    String id = payers.find(reference);
                    TenantContext.runAs(id, () -> new Settle().settle(reference));
                }
                @spring.PostMapping("/orders")
                void order(String what) { new Settle().settle(what); }
            }
            interface Payers { String find(String reference); }
            class SqlPayers implements Payers {
                public String find(String reference) {
                    return Db.query("select tenant_id from payers where reference = ?", reference).get(0);
                }
            }
            class Settle { void settle(String reference) { Db.query("update orders set id = 1"); } }
            """);

    private static final int MAJOR = 18;
    private static String database;

    @TempDir
    Path folder;

    @BeforeAll
    static void create() throws Exception {
        database = createDatabase(MAJOR);
    }

    private static String createDatabase(int major) throws Exception {
        PostgresServer server = PostgresServer.get(major);
        String name = server.createDatabase("init");
        try (Connection c = server.superuser(name)) {
            Scripts.run(c, SCHEMA.replace("{db}", name));
        }
        return name;
    }

    private Path compile(String name, Map<String, String> sources) throws Exception {
        Path src = Files.createDirectories(folder.resolve(name + "-src"));
        Path classes = Files.createDirectories(folder.resolve(name));
        List<String> arguments = new ArrayList<>(List.of("-g", "-d", classes.toString(), "-proc:none"));
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Path file = Files.writeString(src.resolve(source.getKey() + ".java"), source.getValue());
            arguments.add(file.toString());
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertEquals(0, compiler.run(null, null, System.err, arguments.toArray(new String[0])));
        return classes;
    }

    private Captured init(int major, String db, String user, Path out, String... arguments) {
        List<String> all = new ArrayList<>(List.of("init", "--out", out.toString()));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--url", PostgresServer.get(major).url(db), "--user", user));
        return Captured.run(Map.of("WARDEN_PASSWORD", "secret"), false, all.toArray(new String[0]));
    }

    /** The lines that are in force. */
    private static Map<String, String> lines(Path file) throws Exception {
        Map<String, String> lines = new TreeMap<>();
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("warden.")) {
                lines.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
            }
        }
        return lines;
    }

    @Test
    void aShopIsUnderstood() throws Exception {
        Path classes = compile("shop", SHOP);
        Files.createDirectories(classes.resolve("db/migration"));
        Files.writeString(classes.resolve("db/migration/V1__a.sql"), "select 1");
        for (int major : new int[] {14, MAJOR}) {
            String db = major == MAJOR ? database : createDatabase(major);
            Path out = folder.resolve("warden-" + major + ".properties");
            Captured run = init(major, db, db + "_app", out, "--classes", classes.toString());
            assertEquals(0, run.exitCode(), run::toString);
            Map<String, String> expected = new TreeMap<>(Map.of(
                    "warden.mode", "audit",
                    "warden.tenant.columns", "tenant_id",
                    "warden.tenant.type", "uuid",
                    "warden.guc", "shop.tenant={tenant}",
                    "warden.guc.bypass", "shop.platform=yes",
                    "warden.tenant", "method:com.acme.shop.TenantContext#current",
                    "warden.scope.nightly-job", "com.acme.shop.NightlyJob#billOne(0)",
                    "warden.scope.order-listener", "com.acme.shop.OrderListener#placed(0.tenantId)"));
            expected.put("warden.app.packages", "com.acme");
            expected.put("warden.bypass.sql-payers.at", "com.acme.shop.SqlPayers#find");
            expected.put("warden.bypass.sql-payers.reason", "");
            expected.put("warden.bypass.migrations.at", "org.flywaydb.core.Flyway#migrate");
            expected.put("warden.bypass.migrations.reason", "");
            assertEquals(expected, lines(out), run::toString);
            String text = Files.readString(out);
            // what is not certain is a comment, and each has its reason
            assertTrue(text.contains("#warden.bypass.nightly-job-run.at=com.acme.shop.NightlyJob#run"), text);
            assertTrue(text.contains("#warden.tenant=method:com.acme.shop.TenantContext#required"), text);
            assertTrue(text.contains("#warden.bypass.roles=" + db + "_admin"), text);
            assertTrue(text.contains("shop.user is compared with column owner_id"), text);
            assertFalse(text.contains("Settle"), text);
            assertTrue(run.out().contains("warden.bypass.sql-payers.reason: why"), run::toString);
            loads(out);
        }
    }

    /** Without the reasons the JVM would not start; with them it does. */
    private void loads(Path file) throws Exception {
        assertInstanceOf(Loaded.Refused.class, load(file));
        Path filled = folder.resolve("filled-" + file.getFileName());
        Files.writeString(
                filled, Files.readString(file).replaceAll("(?m)^(warden\\.bypass\\.[a-z-]+\\.reason=)$", "$1known"));
        assertInstanceOf(Loaded.Ready.class, load(filled), () -> load(filled).toString());
    }

    private static Loaded load(Path file) {
        Properties given = new Properties();
        given.setProperty("warden.config", file.toString());
        return ConfigLoader.load(given, Map.of(), null, ConfigFileReader.disk());
    }

    /** Two places that look alike: nobody guesses. */
    @Test
    void whatIsAmbiguousIsLeftToBeDecided() throws Exception {
        Map<String, String> two = new TreeMap<>(SHOP);
        two.put("TenantHolder", SHOP.get("TenantContext").replace("TenantContext", "TenantHolder"));
        Path classes = compile("two", two);
        Path out = folder.resolve("two.properties");
        Captured run = init(MAJOR, database, database + "_app", out, "--classes", classes.toString());
        assertEquals(0, run.exitCode(), run::toString);
        assertFalse(lines(out).containsKey("warden.tenant"), run::toString);
        String text = Files.readString(out);
        assertTrue(text.contains("#warden.tenant=method:com.acme.shop.TenantContext#current"), text);
        assertTrue(text.contains("#warden.tenant=method:com.acme.shop.TenantHolder#current"), text);
        assertTrue(run.out().contains("warden.tenant: choose one of the candidates"), run::toString);
    }

    @Test
    void theClassesOfASpringBootJarAreRead() throws Exception {
        Path classes = compile("boot", SHOP);
        Path jar = folder.resolve("app.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(file);
                Stream<Path> all = Files.walk(classes)) {
            for (Path p : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
                zip.putNextEntry(new ZipEntry("BOOT-INF/classes/" + classes.relativize(p)));
                zip.write(Files.readAllBytes(p));
            }
            zip.putNextEntry(new ZipEntry("BOOT-INF/lib/liquibase-core-4.0.jar"));
            zip.putNextEntry(new ZipEntry("org/springframework/boot/loader/Broken.class"));
            zip.write(new byte[] {1, 2, 3});
        }
        Path out = folder.resolve("boot.properties");
        Captured run = init(MAJOR, database, database + "_app", out, "--jar", jar.toString());
        assertEquals(0, run.exitCode(), run::toString);
        assertEquals("method:com.acme.shop.TenantContext#current", lines(out).get("warden.tenant"));
        assertEquals("liquibase.Liquibase#update", lines(out).get("warden.bypass.liquibase.at"));
        assertFalse(Files.readString(out).contains("could not be read"), run::toString);
    }

    private static final Map<String, String> MODULES = Map.of(
            "Start",
            "package com.acme.app; public class Start { public static void main(String[] a) { } }",
            "Seen",
            """
            package com.acme.core;
            public final class Seen {
                public interface User { String getTenantId(); }
                public interface Login { User getUser(); User newUser(); }
                private static final ThreadLocal<Login> NOW = new ThreadLocal<>();
                public static Login now() { return NOW.get(); }
            }
            """,
            "Sql",
            """
            package com.acme.core;
            interface Sql { default String allOrders() { return "select id from orders"; } }
            class Store implements Sql {
                java.util.List<String> all() { return Runner.with(() -> Runner.run(allOrders())); }
                java.util.List<String> ofOne(String order) {
                    TenantContext.set(order);
                    return Runner.run("select id from payers");
                }
            }
            class TenantContext { static void set(String id) { } static String get() { return null; } }
            class Runner {
                static <T> T with(java.util.function.Supplier<T> work) { return work.get(); }
                static java.util.List<String> run(String sql) { return java.util.List.of(); }
            }
            class Clock {
                void start(java.util.concurrent.ScheduledExecutorService clock) {
                    clock.scheduleAtFixedRate(this::tick, 0, 1, java.util.concurrent.TimeUnit.HOURS);
                }
                private void tick() { new Store().all(); new Store().ofOne("1"); }
            }
            """,
            "Library",
            """
            package org.other.lib;
            public final class Library {
                private static final ThreadLocal<String> TENANT = new ThreadLocal<>();
                public static String currentTenant() { return TENANT.get(); }
            }
            """);

    private Path modules(String name, boolean own, String layout) throws Exception {
        Path classes = compile(name, MODULES);
        Path jar = folder.resolve(name + ".jar");
        try (OutputStream file = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            if (own) {
                zip.putNextEntry(new ZipEntry(layout + "/classes/com/acme/app/Start.class"));
                zip.write(Files.readAllBytes(classes.resolve("com/acme/app/Start.class")));
            }
            for (String module : List.of("com/acme/core", "org/other/lib")) {
                zip.putNextEntry(new ZipEntry(layout + "/lib/" + module.replace('/', '-') + ".jar"));
                ZipOutputStream nested = new ZipOutputStream(zip);
                try (Stream<Path> all = Files.list(classes.resolve(module))) {
                    for (Path p : (Iterable<Path>) all::iterator) {
                        nested.putNextEntry(new ZipEntry(module + "/" + p.getFileName()));
                        nested.write(Files.readAllBytes(p));
                    }
                }
                nested.finish();
            }
        }
        return jar;
    }

    /** The application's modules are nested jars; a library beside them keeps a tenant as well, which is nobody's business. */
    @Test
    void modulesInNestedJarsAreTheApplication() throws Exception {
        for (String layout : List.of("BOOT-INF", "WEB-INF")) {
            Path out = folder.resolve(layout + ".properties");
            Path jar = modules("modules-" + layout, true, layout);
            Captured run = init(MAJOR, database, database + "_app", out, "--jar", jar.toString());
            assertEquals(0, run.exitCode(), run::toString);
            String text = Files.readString(out);
            assertTrue(text.contains("application's packages: com-acme-core.jar."), text);
            assertFalse(text.contains("Library"), text);
            assertEquals("com.acme", lines(out).get("warden.app.packages"), text);
            // a way that leads to the tenant, over getters and not over what makes something new
            assertTrue(text.contains("#warden.tenant=method:com.acme.core.Seen#now.user.tenantId"), text);
            // the method that runs the statement, not the one that puts it together, nor the one whose SQL has a tenant
            assertEquals("com.acme.core.Store#all", lines(out).get("warden.bypass.store.at"), text);
            assertFalse(text.contains("Sql#") || text.contains("#ofOne"), text);
            assertTrue(text.replace("\n# ", " ").contains("task that com.acme.core.Clock.start schedules"), text);
        }
    }

    @Test
    void theApplicationsPackagesCanBeNamed() throws Exception {
        Path jar = modules("libraries", false, "BOOT-INF");
        Path out = folder.resolve("named.properties");
        Captured unknown = init(MAJOR, database, database + "_app", out, "--jar", jar.toString());
        assertEquals(2, unknown.exitCode(), unknown::toString);
        assertTrue(unknown.err().contains("--package com.acme"), unknown::toString);
        Captured run = init(MAJOR, database, database + "_app", out, "--jar", jar.toString(), "--package", "org.other");
        assertEquals(0, run.exitCode(), run::toString);
        assertEquals("method:org.other.lib.Library#currentTenant", lines(out).get("warden.tenant"), run::toString);
        assertFalse(Files.readString(out).contains("com.acme.core"));
    }

    @Test
    void withoutClassesTheSourceIsLeftOpen() throws Exception {
        Path out = folder.resolve("plain.properties");
        Captured run = init(MAJOR, database, "postgres", out);
        assertEquals(0, run.exitCode(), run::toString);
        assertFalse(lines(out).containsKey("warden.tenant"));
        assertTrue(Files.readString(out).contains("Role postgres is a superuser"), run::toString);
        assertInstanceOf(Loaded.Ready.class, load(out));
    }

    @Test
    void nothingIsOverwritten() throws Exception {
        Path out = Files.writeString(folder.resolve("mine.properties"), "warden.mode=enforce\n");
        Captured run = init(MAJOR, database, database + "_app", out);
        assertEquals(2, run.exitCode(), run::toString);
        assertTrue(run.err().contains("exists and is not overwritten"), run::toString);
        assertEquals("warden.mode=enforce\n", Files.readString(out));
        Captured missing = init(
                MAJOR,
                database,
                "postgres",
                folder.resolve("a"),
                "--jar",
                folder.resolve("no.jar").toString());
        assertEquals(2, missing.exitCode(), missing::toString);
        assertFalse(Files.exists(folder.resolve("a")));
        Captured empty = init(
                MAJOR,
                database,
                "postgres",
                folder.resolve("b"),
                "--classes",
                Files.createDirectory(folder.resolve("none")).toString());
        assertTrue(empty.err().contains("holds no class"), empty::toString);
    }

    /** A schema before row-level security, in which tenants are called otherwise. */
    @Test
    void aDatabaseWithoutPolicies() throws Exception {
        PostgresServer server = PostgresServer.get(MAJOR);
        String db = server.createDatabase("plain");
        try (Connection c = server.superuser(db)) {
            Scripts.run(c, "CREATE TABLE a (org_id bigint); CREATE TABLE b (org_id bigint, account_id int)");
        }
        Path out = folder.resolve("plain.properties");
        Captured run = init(MAJOR, db, "postgres", out);
        String text = Files.readString(out);
        assertFalse(lines(out).containsKey("warden.tenant.columns"), text);
        assertTrue(text.contains("# or: a column of this name is in 2 tables\n#warden.tenant.columns=org_id"), text);
        assertTrue(run.out().contains("warden.tenant.columns: which column says whose row it is"), run::toString);
    }
}
