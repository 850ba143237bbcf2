package io.tenantwarden.tests.torture;

import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.jvm.PoolerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A PgBouncer on a free loopback port, in front of one database. */
public final class PgBouncer implements AutoCloseable {

    private static final List<String> PLACES =
            List.of("/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer");

    private final PoolerProcess process;

    private PgBouncer(PoolerProcess process) {
        this.process = process;
    }

    /** The program, when it is installed. */
    public static Optional<Path> installed() {
        return PLACES.stream().map(Path::of).filter(Files::isExecutable).findFirst();
    }

    /** In transaction mode, with few server connections, so that clients take turns on them. */
    static PgBouncer start(PostgresServer server, String database) throws IOException, InterruptedException {
        return start(server, database, "transaction", 6, Fixture.ROLE, Fixture.PASSWORD);
    }

    /**
     * @param mode {@code pool_mode}
     * @param size how many server connections the role has
     */
    public static PgBouncer start(
            PostgresServer server, String database, String mode, int size, String role, String password)
            throws IOException, InterruptedException {
        Path program = installed()
                .orElseThrow(() -> new IOException(
                        "PgBouncer is not installed (looked for " + PLACES + "): apt-get install pgbouncer"));
        int port = PoolerProcess.freePort();
        // it refuses to run as root, and must read its files as whoever it becomes
        Path folder = Files.createTempDirectory("pgbouncer");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path users = Files.writeString(folder.resolve("users.txt"), "\"" + role + "\" \"" + password + "\"\n");
        Path configuration = Files.writeString(
                folder.resolve("pgbouncer.ini"),
                String.join(
                        "\n",
                        "[databases]",
                        database + " = host=127.0.0.1 port=" + server.port() + " dbname=" + database,
                        "[pgbouncer]",
                        "listen_addr = 127.0.0.1",
                        "listen_port = " + port,
                        "unix_socket_dir =",
                        "auth_type = plain",
                        "auth_file = " + users,
                        "pool_mode = " + mode,
                        "default_pool_size = " + size,
                        "max_client_conn = 200",
                        "server_login_retry = 1",
                        "ignore_startup_parameters = extra_float_digits,options",
                        ""));
        List<String> command = new ArrayList<>(List.of(program.toString(), "-q"));
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("-u", user()));
        }
        command.add(configuration.toString());
        return new PgBouncer(PoolerProcess.start(command, folder, port));
    }

    private static String user() throws IOException {
        try (Stream<String> accounts = Files.lines(Path.of("/etc/passwd"))) {
            return accounts.anyMatch(line -> line.startsWith("postgres:")) ? "postgres" : "nobody";
        }
    }

    /** The URL of a database through it, from the URL of the server. */
    public String url(String url) {
        return process.url(url);
    }

    @Override
    public void close() throws IOException {
        process.close();
    }
}
