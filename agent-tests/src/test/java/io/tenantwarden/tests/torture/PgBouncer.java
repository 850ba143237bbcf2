package io.tenantwarden.tests.torture;

import io.tenantwarden.testing.PostgresServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A PgBouncer on a free loopback port, in front of one database. */
public final class PgBouncer implements AutoCloseable {

    private static final List<String> PLACES =
            List.of("/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer");

    private final Process process;
    private final Path folder;
    private final int port;

    private PgBouncer(Process process, Path folder, int port) {
        this.process = process;
        this.folder = folder;
        this.port = port;
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
        int port = freePort();
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
        List<String> command = new java.util.ArrayList<>(List.of(program.toString(), "-q"));
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("-u", user()));
        }
        command.add(configuration.toString());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        PgBouncer bouncer = new PgBouncer(process, folder, port);
        bouncer.await();
        return bouncer;
    }

    private static String user() throws IOException {
        try (Stream<String> accounts = Files.lines(Path.of("/etc/passwd"))) {
            return accounts.anyMatch(line -> line.startsWith("postgres:")) ? "postgres" : "nobody";
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void await() throws IOException, InterruptedException {
        for (int i = 0; i < 100; i++) {
            if (!process.isAlive()) {
                break;
            }
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException e) {
                Thread.sleep(50);
            }
        }
        String log = Files.readString(folder.resolve("log"));
        close();
        throw new IOException("PgBouncer did not start: " + log);
    }

    /** The URL of a database through it, from the URL of the server. */
    public String url(String url) {
        return url.replaceFirst("//[^/]+/", "//127.0.0.1:" + port + "/");
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
