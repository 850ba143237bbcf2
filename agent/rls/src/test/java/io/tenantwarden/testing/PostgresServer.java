package io.tenantwarden.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A real PostgreSQL server on loopback, one for each major version and JVM, started on first use and stopped when the
 * JVM ends. Thread-safe.
 *
 * <p>The binaries are the {@code postgres-NN.jar} files of the folder named by the system property
 * {@code postgres.directory}, which the build fills. The system property {@code postgres.preload} is the server's
 * {@code shared_preload_libraries}, which can be set at its start only.
 */
public final class PostgresServer {

    private static final Map<Integer, PostgresServer> RUNNING = new ConcurrentHashMap<>();
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final int major;
    private final EmbeddedPostgres server;

    private PostgresServer(int major, EmbeddedPostgres server) {
        this.major = major;
        this.server = server;
    }

    /** The server of this major version (14 to 18), started when it is not running yet. */
    public static PostgresServer get(int major) {
        return RUNNING.computeIfAbsent(major, PostgresServer::start);
    }

    private static PostgresServer start(int major) {
        Path jar = Path.of(System.getProperty("postgres.directory", "target/postgres"), "postgres-" + major + ".jar");
        try {
            EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                    .setPgBinaryResolver((system, architecture) -> open(jar))
                    .setServerConfig("max_prepared_transactions", "10")
                    .setServerConfig("fsync", "off");
            String library = System.getProperty("postgres.preload", "");
            if (!library.isEmpty()) {
                builder.setServerConfig("shared_preload_libraries", library);
            }
            EmbeddedPostgres server = builder.start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> close(server), "postgres-" + major + "-stop"));
            return new PostgresServer(major, server);
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL " + major + " from " + jar, e);
        }
    }

    private static InputStream open(Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            ZipEntry archive = zip.stream()
                    .filter(entry -> entry.getName().endsWith(".txz"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no .txz in " + jar));
            Path copy = Files.createTempFile("postgres", ".txz");
            try (InputStream in = zip.getInputStream(archive)) {
                Files.copy(in, copy, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }
            copy.toFile().deleteOnExit();
            return Files.newInputStream(copy);
        }
    }

    private static void close(EmbeddedPostgres server) {
        try {
            server.close();
        } catch (IOException e) {
            e.printStackTrace();
        }
    }

    public int major() {
        return major;
    }

    public int port() {
        return server.getPort();
    }

    /** The JDBC URL of a database of this server, without user. */
    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database;
    }

    /** A connection of the superuser {@code postgres}. */
    public Connection superuser(String database) throws SQLException {
        return DriverManager.getConnection(url(database), "postgres", "postgres");
    }

    /** A connection of any role; roles of the tests have the password {@code secret} (the server trusts loopback). */
    public Connection connect(String database, String role) throws SQLException {
        return DriverManager.getConnection(url(database), role, "secret");
    }

    /** Creates an empty database under a new name and returns the name. */
    public String createDatabase(String prefix) throws SQLException {
        String name = prefix + "_" + ProcessHandle.current().pid() + "_" + NAMES.incrementAndGet();
        try (Connection c = superuser("postgres");
                Statement s = c.createStatement()) {
            s.execute("CREATE DATABASE " + name);
        }
        return name;
    }
}
