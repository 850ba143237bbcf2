package io.tenantwarden.tests.jvm;

import io.tenantwarden.testing.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A pgpool-II on a free loopback port. */
public final class PgPool implements AutoCloseable {

    private static final List<String> PLACES = List.of("/usr/sbin/pgpool", "/usr/bin/pgpool", "/usr/local/bin/pgpool");

    private final PoolerProcess process;

    private PgPool(PoolerProcess process) {
        this.process = process;
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
        int port = PoolerProcess.freePort();
        Path folder = Files.createTempDirectory("pgpool");
        List<String> lines = new ArrayList<>(List.of(
                "backend_clustering_mode = '" + mode + "'",
                "listen_addresses = '127.0.0.1'",
                "port = " + port,
                "socket_dir = '" + folder + "'",
                "pcp_listen_addresses = ''",
                "pcp_port = " + PoolerProcess.freePort(),
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
        return new PgPool(PoolerProcess.start(
                List.of(program.toString(), "-n", "-D", "-f", configuration.toString(), "-F", "/dev/null"),
                folder,
                port));
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
