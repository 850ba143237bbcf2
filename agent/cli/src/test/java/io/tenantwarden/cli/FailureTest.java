package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.testing.PostgresServer;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When a command cannot run, one line says why and what to do. */
class FailureTest {

    @TempDir
    Path folder;

    private static void assertRefused(int exitCode, String line, Captured run) {
        assertEquals(exitCode, run.exitCode(), run::toString);
        assertEquals("", run.out(), run::toString);
        assertTrue(run.err().contains(line), run::toString);
        assertFalse(run.err().contains("\tat "), run::toString);
        assertFalse(run.err().contains("Exception"), run::toString);
        assertEquals(
                1,
                run.err().lines().filter(l -> l.startsWith("tenant-warden: ")).count(),
                run::toString);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            doctr                                                   | Did you mean
            doctor                                                  | Missing required option: '--url=URL'
            doctor --url                                            | Missing required parameter
            doctor --url x --user u --nonsense                      | Unknown option: '--nonsense'
            doctor --url x --user u --json --sarif                  | mutually exclusive
            doctor --url x --user u --tenant 7                      | --tenant is for --probe
            doctor --url mysql://host/db --user u                   | not a JDBC URL of PostgreSQL
            doctor --url jdbc:postgresql://u:pw@host/db --user u    | user and password are given apart
            doctor --url jdbc:postgresql://h/d?password=geheim --user u | --url holds a password
            doctor --url jdbc:postgresql://h/d?sslpassword=geheim --user u | --url holds a password
            doctor --url jdbc:postgresql://h/d                      | --user is missing
            doctor --url jdbc:postgresql://h/d --user u --password-file /no/such/file | does not exist
            doctor --url jdbc:postgresql://h/d --user u --guc app   | --guc
            doctor --url jdbc:postgresql://h/d --user u --guc work_mem={tenant} | --guc
            doctor --url jdbc:postgresql://h/d --user u --tenant-columns a,,b | --tenant-columns
            ddl --url jdbc:postgresql://h/d --user u --part nothing | Invalid value for option '--part'
            ddl --url jdbc:postgresql://h/d --user u --guc app.x=off | --guc
            explain --url jdbc:postgresql://h/d --user u            | --sql
            explain --url jdbc:postgresql://h/d --user u --id 7     | --id needs --report FILE
            explain --url jdbc:postgresql://h/d --user u --sql x --report f | --report is for --id
            explain --url jdbc:postgresql://h/d --user u --sql vacuum | PostgreSQL explains SELECT
            explain --url jdbc:postgresql://h/d --user u --sql $1   | PostgreSQL explains SELECT
            explain --url jdbc:postgresql://h/d --user u --sql values($1) | a parameter without a value
            explain --url jdbc:postgresql://h/d --user u --sql values(1) --param 1 | the statement has 0 parameters, and 1 --param
            init --url jdbc:postgresql://h/d --user u --jar /no/such.jar | does not exist
            """)
    void wrongUsage(String arguments, String line) {
        Captured run = Captured.run(arguments.split(" +"));
        assertEquals(2, run.exitCode(), run::toString);
        assertTrue(run.err().contains(line), run::toString);
        assertFalse(run.err().contains("geheim"), run::toString);
        assertFalse(run.err().contains("\tat "), run::toString);
        assertTrue(run.err().lines().count() <= 3, run::toString);
    }

    @Test
    void noCommandShowsTheUsage() {
        Captured run = Captured.run();
        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains("Usage: tenant-warden"), run::toString);
        assertEquals("", run.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"help", "--help", "help doctor", "ddl --help", "version", "--version", "completion", "man"})
    void helpIsNoError(String arguments) {
        Captured run = Captured.run(arguments.split(" "));
        assertEquals(0, run.exitCode(), run::toString);
        assertFalse(run.out().isBlank());
        assertEquals("", run.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"doctor", "ddl", "init --out target/never-written", "explain --sql values(1)"})
    void nobodyListens(String command) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Captured run =
                Captured.run((command + " --url jdbc:postgresql://127.0.0.1:" + port + "/app --user u").split(" "));
        assertRefused(3, "no connection to 127.0.0.1:" + port + "/app as u: Connection refused", run);
    }

    @Test
    void noSuchHost() {
        Captured run = Captured.run("doctor", "--url", "jdbc:postgresql://no-such-host.invalid/app", "--user", "u");
        assertRefused(3, "unknown host no-such-host.invalid; check host and port in --url", run);
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void noSuchDatabaseAndNoSuchRole(int major) {
        PostgresServer server = PostgresServer.get(major);
        assertRefused(
                3,
                "check the database name in --url",
                Captured.run("doctor", "--url", server.url("no_such_database"), "--user", "postgres"));
        assertRefused(
                3, "check --user", Captured.run("ddl", "--url", server.url("postgres"), "--user", "no_such_role"));
    }

    @Test
    void aRoleThatMayNotConnect() throws Exception {
        PostgresServer server = PostgresServer.get(18);
        String database = server.createDatabase("closed");
        try (Connection c = server.superuser(database)) {
            Scripts.run(
                    c,
                    "REVOKE CONNECT ON DATABASE " + database + " FROM public; CREATE ROLE stranger_" + database
                            + " LOGIN");
        }
        assertRefused(
                3,
                "the role lacks a permission",
                Captured.run("doctor", "--url", server.url(database), "--user", "stranger_" + database));
    }

    @Test
    void aDatabaseWithoutTenants() throws Exception {
        PostgresServer server = PostgresServer.get(18);
        String database = server.createDatabase("plain");
        assertRefused(
                3,
                "has row-level security or a tenant column (org_id): name yours with --tenant-columns",
                Captured.run(
                        "doctor", "--url", server.url(database), "--user", "postgres", "--tenant-columns", "org_id"));
    }

    /** Wrong passwords are refused by the server; this one stands in for it, since the test servers trust everyone. */
    @Test
    void aWrongPasswordIsNotShown() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread refusing = new Thread(() -> refuseEveryone(server), "refusing-server");
            refusing.setDaemon(true);
            refusing.start();
            Path file = Files.writeString(folder.resolve("password"), "geheim\n");
            Captured run = Captured.run(
                    "doctor",
                    "--url",
                    "jdbc:postgresql://127.0.0.1:" + server.getLocalPort() + "/app?sslmode=disable",
                    "--user",
                    "u",
                    "--password-file",
                    file.toString());
            assertRefused(3, "check --user and the password (WARDEN_PASSWORD or --password-file)", run);
            assertFalse(run.err().contains("geheim"), run::toString);
        }
    }

    private static void refuseEveryone(ServerSocket server) {
        byte[] fields = "SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user \"u\"\0\0"
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        try {
            while (true) {
                try (Socket client = server.accept()) {
                    client.getInputStream().read(new byte[1_000]);
                    OutputStream out = client.getOutputStream();
                    out.write('E');
                    out.write(java.nio.ByteBuffer.allocate(4)
                            .putInt(fields.length + 4)
                            .array());
                    out.write(fields);
                    out.flush();
                }
            }
        } catch (java.io.IOException e) {
            // the test is over
        }
    }

    /** A server that goes away in the middle. */
    @Test
    void theServerIsGone() throws Exception {
        RentalShop shop = RentalShop.create(18);
        String database = shop.database;
        try (Connection c = shop.superuser()) {
            Scripts.run(
                    c,
                    "CREATE FUNCTION gone() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM"
                            + " pg_terminate_backend(pg_backend_pid()); RETURN false; END $$;"
                            + " CREATE ROLE " + database + "_app LOGIN; GRANT SELECT ON store TO " + database + "_app;"
                            + " GRANT pg_signal_backend TO " + database + "_app;"
                            + " ALTER TABLE store ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON store USING (gone())");
        }
        Captured run = shop.run(database + "_app", "doctor", "--probe");
        assertRefused(3, "the connection to the server was lost", run);
    }

    @Test
    void whereThePasswordComesFrom() throws Exception {
        PostgresServer server = PostgresServer.get(18);
        String database = server.createDatabase("asked");
        String[] asked = new String[1];
        Captured run = Captured.run(
                Map.of(),
                false,
                question -> {
                    asked[0] = question;
                    return "typed".toCharArray();
                },
                "ddl",
                "--url",
                server.url(database),
                "--user",
                "postgres");
        assertEquals("Password of postgres: ", asked[0], run::toString);
        asked[0] = null;
        Captured.run(
                Map.of("WARDEN_PASSWORD", "x"),
                false,
                question -> {
                    asked[0] = question;
                    return null;
                },
                "ddl",
                "--url",
                server.url(database),
                "--user",
                "postgres");
        assertEquals(null, asked[0]);
    }
}
