package io.tenantwarden.tests.jvm;

import io.tenantwarden.testing.PostgresServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A pgpool-II on a free loopback port. */
public final class PgPool implements AutoCloseable {

    private static final List<String> PLACES = List.of("/usr/sbin/pgpool", "/usr/bin/pgpool", "/usr/local/bin/pgpool");

    private final Process process;
    private final Path folder;
    private final int port;

    private PgPool(Process process, Path folder, int port) {
        this.process = process;
        this.folder = folder;
        this.port = port;
    }

    /** The program, when it is installed. */
    public static Optional<Path> installed() {
        return PLACES.stream().map(Path::of).filter(Files::isExecutable).findFirst();
    }

    /**
     * In front of a server that asks for no password.
     *
     * @param mode {@code backend_clustering_mode}
     * @param balanced whether queries go to a second backend, which is the same server by another name: as with a standby they run in
     *     another session
     */
    public static PgPool start(PostgresServer server, String mode, boolean balanced)
            throws IOException, InterruptedException {
        Path program = installed().orElseThrow(() -> new IOException("pgpool-II is not installed"));
        int port = freePort();
        Path folder = Files.createTempDirectory("pgpool");
        List<String> lines = new ArrayList<>(List.of(
                "backend_clustering_mode = '" + mode + "'",
                "listen_addresses = '127.0.0.1'",
                "port = " + port,
                "socket_dir = '" + folder + "'",
                "pcp_listen_addresses = ''",
                "pcp_port = " + freePort(),
                "pcp_socket_dir = '" + folder + "'",
                "pid_file_name = '" + folder.resolve("pid") + "'",
                "logdir = '" + folder + "'",
                "num_init_children = 8",
                "max_pool = 2",
                "enable_pool_hba = off",
                "sr_check_period = 0",
                "health_check_period = 0",
                "load_balance_mode = " + (balanced ? "on" : "off")));
        for (int i = 0; i < (balanced ? 2 : 1); i++) {
            lines.add("backend_hostname" + i + " = '" + (i == 0 ? "127.0.0.1" : "localhost") + "'");
            lines.add("backend_port" + i + " = " + server.port());
            lines.add("backend_weight" + i + " = " + (balanced ? i : 1));
            lines.add("backend_flag" + i + " = 'DISALLOW_TO_FAILOVER'");
        }
        Path configuration = Files.write(folder.resolve("pgpool.conf"), lines);
        Process process = new ProcessBuilder(
                        program.toString(), "-n", "-D", "-f", configuration.toString(), "-F", "/dev/null")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        PgPool pool = new PgPool(process, folder, port);
        pool.await();
        return pool;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void await() throws IOException, InterruptedException {
        for (int i = 0; i < 200 && process.isAlive(); i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException e) {
                Thread.sleep(50);
            }
        }
        String log = Files.readString(folder.resolve("log"));
        close();
        throw new IOException("pgpool-II did not start: " + log);
    }

    /** The URL of a database through it, from the URL of the server. */
    public String url(String url) {
        return url.replaceFirst("//[^/]+/", "//127.0.0.1:" + port + "/");
    }

    @Override
    public void close() throws IOException {
        // its children end with it; on SIGTERM it would wait for clients
        process.toHandle().descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
