package io.tenantwarden.testing;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real PostgreSQL server on loopback, one for each major version and JVM, started on first use and stopped when the
 * JVM ends. Thread-safe.
 *
 * <p>The system property {@code postgres} says how it runs: {@code docker}, {@code embedded}, or {@code auto} (the default), which
 * is a container where a Docker engine answers: see {@link DockerServer} and {@link EmbeddedServer}. The system property
 * {@code postgres.preload} is the server's {@code shared_preload_libraries}, which can be set at its start only.
 */
public final class PostgresServer {

    private static final Map<Integer, PostgresServer> RUNNING = new ConcurrentHashMap<>();
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final int major;
    private final RunningServer server;

    private PostgresServer(int major, RunningServer server) {
        this.major = major;
        this.server = server;
    }

    /** The server of this major version (14 to 18), started when it is not running yet. */
    public static PostgresServer get(int major) {
        return RUNNING.computeIfAbsent(major, PostgresServer::start);
    }

    private static PostgresServer start(int major) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("max_prepared_transactions", "10");
        settings.put("fsync", "off");
        String library = System.getProperty("postgres.preload", "");
        if (!library.isEmpty()) {
            settings.put("shared_preload_libraries", library);
        }
        RunningServer server = start(major, settings);
        Runtime.getRuntime().addShutdownHook(new Thread(server::stop, "postgres-" + major + "-stop"));
        return new PostgresServer(major, server);
    }

    private static RunningServer start(int major, Map<String, String> settings) {
        String wanted = System.getProperty("postgres", "");
        if (PostgresKind.of(wanted, DockerServer::engineAnswers) == PostgresKind.EMBEDDED) {
            return EmbeddedServer.start(major, settings);
        }
        try {
            return DockerServer.start(major, settings);
        } catch (RuntimeException e) {
            if (!PostgresKind.mayFallBack(wanted)) {
                throw e;
            }
            System.err.println("no container of PostgreSQL " + major + " (" + e + "): the embedded server is used");
            return EmbeddedServer.start(major, settings);
        }
    }

    public int major() {
        return major;
    }

    public int port() {
        return server.port();
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
