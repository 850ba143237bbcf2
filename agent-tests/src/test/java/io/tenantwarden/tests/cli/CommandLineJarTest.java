package io.tenantwarden.tests.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.jvm.Jdk;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code java -jar tenant-warden.jar COMMAND}: the packaged jar alone, with its own copy of the driver, on every JDK. */
class CommandLineJarTest {

    private static final Path JAR =
            Path.of(System.getProperty("project.root", ".."), "agent", "dist", "target", "tenant-warden.jar");

    private static PostgresServer server;
    private static String database;

    @TempDir
    Path folder;

    private record Run(int exit, String out, String err) {
        @Override
        public String toString() {
            return "exit " + exit + "\n" + out + "\n--- stderr\n" + err;
        }
    }

    @BeforeAll
    static void database() throws Exception {
        server = PostgresServer.get(18);
        database = server.createDatabase("command");
        try (Connection c = server.superuser(database);
                Statement s = c.createStatement()) {
            s.execute("CREATE TABLE invoice (id bigserial PRIMARY KEY, tenant_id uuid NOT NULL, total numeric)");
            s.execute(
                    "INSERT INTO invoice (tenant_id, total) SELECT gen_random_uuid(), n FROM generate_series(1, 9) n");
            s.execute("SET password_encryption = 'scram-sha-256'");
            s.execute("CREATE ROLE reader_" + database + " LOGIN PASSWORD 'secret'");
            s.execute("GRANT SELECT ON invoice TO reader_" + database);
            askForPasswords(s, "reader_" + database);
        }
    }

    /** The test servers trust everyone; this role has to show its password. */
    private static void askForPasswords(Statement s, String role) throws Exception {
        try (ResultSet rs = s.executeQuery("SHOW hba_file")) {
            rs.next();
            Path file = Path.of(rs.getString(1));
            Files.writeString(file, "host all " + role + " 127.0.0.1/32 scram-sha-256\n" + Files.readString(file));
        }
        s.execute("SELECT pg_reload_conf()");
        // the server takes notice when it gets round to it
        for (int i = 0; i < 600; i++) {
            try (Connection c = DriverManager.getConnection(server.url(database), role, "wrong")) {
                Thread.sleep(100);
            } catch (SQLException e) {
                return;
            }
        }
        throw new IllegalStateException("the server does not read " + role + "'s line of pg_hba.conf");
    }

    static Stream<Jdk> jdks() {
        return Jdk.all().stream();
    }

    private Run run(Jdk jdk, Map<String, String> environment, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(jdk.home().resolve("bin/java").toString(), "-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("WARDEN_") || name.startsWith("JAVA_TOOL"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        return new Run(
                process.waitFor(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void doctorAndDdl(Jdk jdk) throws Exception {
        Run doctor = run(
                jdk,
                Map.of("WARDEN_PASSWORD", "secret"),
                "doctor",
                "--url",
                server.url(database),
                "--user",
                "postgres");
        assertEquals(1, doctor.exit(), doctor::toString);
        assertTrue(doctor.out().contains("ERROR  WD001"), doctor::toString);
        assertTrue(doctor.out().contains("public.invoice"), doctor::toString);
        assertFalse(doctor.out().contains("\u001b"), "no colours where there is no terminal");
        Run ddl = run(jdk, Map.of(), "ddl", "--url", server.url(database), "--user", "postgres");
        assertEquals(0, ddl.exit(), ddl::toString);
        assertTrue(ddl.out().contains("CREATE POLICY tenant_isolation ON public.invoice"), ddl::toString);
        assertFalse(ddl.out().contains("connecting to"), "progress belongs on stderr");
        assertTrue(ddl.err().contains("connecting to 127.0.0.1"), ddl::toString);
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void saysWhatIsWrongInOneLine(Jdk jdk) throws Exception {
        Run gone = run(jdk, Map.of(), "doctor", "--url", "jdbc:postgresql://127.0.0.1:1/app", "--user", "u");
        assertEquals(3, gone.exit(), gone::toString);
        assertTrue(gone.err().contains("tenant-warden: no connection to 127.0.0.1:1/app as u"), gone::toString);
        assertFalse(gone.err().contains("\tat "), gone::toString);
        Run wrong = run(jdk, Map.of(), "doctr");
        assertEquals(2, wrong.exit(), wrong::toString);
        Run version = run(jdk, Map.of(), "version");
        assertEquals(0, version.exit(), version::toString);
        assertTrue(version.out().startsWith("Tenant Warden 0."), version::toString);
        assertEquals("", version.err());
    }

    /** SCRAM is done by libraries that the driver brings along, which are renamed twice in this jar. */
    @ParameterizedTest
    @MethodSource("jdks")
    void passwords(Jdk jdk) throws Exception {
        String[] command = {"doctor", "--json", "--url", server.url(database), "--user", "reader_" + database};
        Run right = run(jdk, Map.of("WARDEN_PASSWORD", "secret"), command);
        assertEquals(1, right.exit(), right::toString);
        assertTrue(right.out().contains("public.invoice"), right::toString);
        Run wrong = run(jdk, Map.of("WARDEN_PASSWORD", "not-the-secret"), command);
        assertEquals(3, wrong.exit(), wrong::toString);
        assertTrue(wrong.err().contains("check --user and the password"), wrong::toString);
        assertFalse(wrong.err().contains("not-the-secret"), wrong::toString);
        Run none = run(jdk, Map.of(), command);
        assertEquals(3, none.exit(), none::toString);
        assertTrue(none.err().contains("WARDEN_PASSWORD"), none::toString);
        assertEquals("", none.out());
    }

    /** JAVA_TOOL_OPTIONS brings the agent into every JVM; its own command line is left alone. */
    @ParameterizedTest
    @MethodSource("jdks")
    void theAgentLeavesItsOwnCommandLineAlone(Jdk jdk) throws Exception {
        Run run = run(
                jdk, Map.of("JAVA_TOOL_OPTIONS", "-javaagent:" + JAR.toAbsolutePath() + "=mode=nonsense"), "version");
        assertEquals(0, run.exit(), run::toString);
        assertFalse(run.err().contains("[warden]"), run::toString);
    }

    /** The agent has a driver in its jar that it must not mistake for the application's. */
    @Test
    void theAgentNeverLoadsTheDriverOfTheCommandLine() throws Exception {
        Path program = folder.resolve("Connects.java");
        Files.writeString(
                program,
                "public class Connects { public static void main(String[] a) throws Exception {"
                        + " try (var c = java.sql.DriverManager.getConnection(a[0], \"postgres\", \"x\");"
                        + " var s = c.createStatement(); var rs = s.executeQuery(\"SELECT 1\")) { rs.next(); }"
                        + " for (var d : java.sql.DriverManager.drivers().toList()) System.out.println(d.getClass().getName());"
                        + " } }");
        String driver = Path.of(org.postgresql.Driver.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toString();
        Path out = folder.resolve("out");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-javaagent:" + JAR.toAbsolutePath(),
                        "-Dwarden.log=stderr",
                        "-verbose:class",
                        "-cp",
                        driver,
                        program.toString(),
                        server.url(database))
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertEquals(0, process.waitFor(), () -> read(out));
        String text = read(out);
        assertTrue(text.contains("org.postgresql.Driver\n"), text);
        assertFalse(text.contains("io.tenantwarden.shaded.postgresql"), "the driver of the command line was loaded");
        assertFalse(text.contains("io.tenantwarden.cli"), "the command line was loaded");
        assertFalse(text.contains("io.tenantwarden.shaded.picocli"), "picocli was loaded");
    }

    private static String read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
