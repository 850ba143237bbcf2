package io.tenantwarden.tests.torture;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A TCP proxy on loopback that cuts connections in the middle of what they carry. Thread-safe. */
public final class CuttingProxy implements AutoCloseable {

    /** One connection and its way back. */
    private final class Link {
        private final Socket client;
        private final Socket server;
        /** Bytes to deliver before the cut; negative while it is not to be cut. */
        private volatile int left = -1;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void pump(Socket from, Socket to) {
            byte[] buffer = new byte[8192];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    int allowed = left;
                    if (allowed >= 0 && n > allowed) {
                        out.write(buffer, 0, allowed);
                        break;
                    }
                    if (allowed >= 0) {
                        left = allowed - n;
                    }
                    out.write(buffer, 0, n);
                }
            } catch (IOException e) {
                // closed by one side
            }
            close();
        }

        void close() {
            links.remove(this);
            for (Socket socket : new Socket[] {client, server}) {
                try {
                    socket.close();
                } catch (IOException e) {
                    // closed already
                }
            }
        }
    }

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int target;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();

    /** @param target port on loopback */
    public CuttingProxy(int target) throws IOException {
        this.target = target;
        thread("accept", this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                Link link = new Link(client, server);
                links.add(link);
                thread("up", () -> link.pump(client, server));
                thread("down", () -> link.pump(server, client));
            } catch (IOException e) {
                // closed, or the server does not take connections at the moment
            }
        }
    }

    /** Cuts one of the open connections after some more bytes. Returns whether there is one. */
    boolean cutOne(Random random) {
        Link[] open = links.toArray(new Link[0]);
        if (open.length == 0) {
            return false;
        }
        open[random.nextInt(open.length)].left = random.nextInt(600);
        return true;
    }

    private static void thread(String name, Runnable work) {
        Thread thread = new Thread(work, "cutting-proxy-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Cuts all, and takes no more. */
    @Override
    public void close() throws IOException {
        listener.close();
        links.forEach(Link::close);
    }
}
