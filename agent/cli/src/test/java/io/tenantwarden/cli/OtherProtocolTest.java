package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.tenantwarden.testing.PostgresServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLServerSocketFactory;
import org.junit.jupiter.api.Test;

/** A port where something else listens: "an error occurred while setting up the SSL connection" helped nobody. */
class OtherProtocolTest {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    /** What a server does with a connection. */
    private interface Server {

        void serve(Socket client) throws IOException;
    }

    private static String doctor(int port) {
        Captured run = Captured.run(
                "doctor", "--url", "jdbc:postgresql://127.0.0.1:" + port + "/app?loginTimeout=2", "--user", "u");
        assertEquals(3, run.exitCode(), run::toString);
        assertEquals("", run.out(), run::toString);
        return run.err();
    }

    private static String doctor(ServerSocket server, Server behaviour) {
        Thread thread = new Thread(
                () -> {
                    while (!server.isClosed()) {
                        try (Socket client = server.accept()) {
                            behaviour.serve(client);
                        } catch (IOException e) {
                            // the client, or the test, is done
                        }
                    }
                },
                "other-protocol");
        thread.setDaemon(true);
        thread.start();
        return doctor(server.getLocalPort());
    }

    @Test
    void http() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
        // each connection has a thread: the driver's first one is left waiting when its time is over
        ExecutorService threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        server.start();
        try {
            String text = doctor(server.getAddress().getPort());
            assertTrue(text.contains("HTTP is spoken there, not PostgreSQL: check host and port in --url"), text);
        } finally {
            server.stop(0);
            threads.shutdownNow();
        }
    }

    /** Without a certificate it answers a greeting with an alert, which is TLS too. */
    @Test
    void tls() throws Exception {
        try (ServerSocket server = SSLServerSocketFactory.getDefault().createServerSocket(0, 5, LOOPBACK)) {
            String text = doctor(server, client -> client.getInputStream().read());
            assertTrue(text.contains("TLS is spoken there from the first byte"), text);
            assertTrue(text.contains("sslNegotiation=direct"), text);
        }
    }

    @Test
    void aServerThatGreetsFirst() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, LOOPBACK)) {
            String text = doctor(server, client -> {
                client.getOutputStream().write("SSH-2.0-OpenSSH_9.2\r\n".getBytes(StandardCharsets.US_ASCII));
                client.getInputStream().read(new byte[100]);
            });
            assertTrue(text.contains("SSH is spoken there, not PostgreSQL"), text);
        }
    }

    @Test
    void nothingButTheEndOfTheConnection() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, LOOPBACK)) {
            String text = doctor(server, client -> client.getInputStream().read(new byte[1_000]));
            assertTrue(text.contains("takes connections and answers nothing that PostgreSQL would"), text);
        }
    }

    @Test
    void postgresIsPostgres() throws Exception {
        assertNull(OtherProtocol.of("127.0.0.1", PostgresServer.get(18).port()));
    }
}
