package io.tenantwarden.tests.jvm;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A pooler on a loopback port, and the folder with its files, which is gone when it is closed. */
public final class PoolerProcess implements AutoCloseable {

    private static final int TRIES = 200;
    private static final long PAUSE_MILLIS = 50;

    private final Process process;
    private final Path folder;
    private final int port;

    private PoolerProcess(Process process, Path folder, int port) {
        this.process = process;
        this.folder = folder;
        this.port = port;
    }

    /** A port that nobody listens at. */
    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /**
     * Starts it, and waits until it listens.
     *
     * @throws IOException when it does not; the message has its log
     */
    public static PoolerProcess start(List<String> command, Path folder, int port)
            throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        PoolerProcess pooler = new PoolerProcess(process, folder, port);
        for (int i = 0; i < TRIES && process.isAlive(); i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return pooler;
            } catch (IOException e) {
                Thread.sleep(PAUSE_MILLIS);
            }
        }
        String text = Files.readString(log);
        pooler.close();
        throw new IOException(command.get(0) + " did not start: " + text);
    }

    /** The URL of a database through it, from the URL of the server. */
    public String url(String url) {
        return url.replaceFirst("//[^/]+/", "//127.0.0.1:" + port + "/");
    }

    @Override
    public void close() throws IOException {
        // pgpool-II's children end with it; on SIGTERM it would wait for their clients
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
