package io.tenantwarden.tests.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;

/** A TCP proxy on loopback that delivers what it reads after a delay, in both directions: network latency where there is no tc. */
final class DelayProxy implements AutoCloseable {

    private record Chunk(byte[] bytes, long due) {}

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int target;
    private final long delayNanos;

    /**
     * @param target port on loopback
     * @param delayNanos for each direction
     */
    DelayProxy(int target, long delayNanos) throws IOException {
        this.target = target;
        this.delayNanos = delayNanos;
        thread("accept", this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                pump(client, server);
                pump(server, client);
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void pump(Socket from, Socket to) {
        BlockingQueue<Chunk> queue = new LinkedBlockingQueue<>();
        thread("read", () -> {
            byte[] buffer = new byte[65536];
            try (InputStream in = from.getInputStream()) {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    byte[] bytes = new byte[n];
                    System.arraycopy(buffer, 0, bytes, 0, n);
                    queue.add(new Chunk(bytes, System.nanoTime() + delayNanos));
                }
            } catch (IOException e) {
                // the other side is told below
            }
            queue.add(new Chunk(null, System.nanoTime()));
        });
        thread("write", () -> {
            try (OutputStream out = to.getOutputStream()) {
                for (Chunk chunk = queue.take(); chunk.bytes != null; chunk = queue.take()) {
                    for (long left = chunk.due - System.nanoTime(); left > 0; left = chunk.due - System.nanoTime()) {
                        LockSupport.parkNanos(left);
                    }
                    out.write(chunk.bytes);
                    out.flush();
                }
            } catch (IOException | InterruptedException e) {
                // closed
            }
        });
    }

    private static void thread(String name, Runnable work) {
        Thread thread = new Thread(work, "proxy-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
