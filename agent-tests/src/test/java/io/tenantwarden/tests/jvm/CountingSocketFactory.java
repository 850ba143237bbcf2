package io.tenantwarden.tests.jvm;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import javax.net.SocketFactory;

/**
 * A socket factory for the driver that counts waits (a read that follows a write: the client waits for the server),
 * writes (what the driver hands to the socket at once), and how often the text of an injection is among what is written. Idea: pgjdbc's
 * TransactionRoundtripTest.
 */
public final class CountingSocketFactory extends SocketFactory {

    /** Waits, writes and injections of each thread: connections of the agent's own copy the application's socket factory. */
    private static final ThreadLocal<long[]> COUNTS = ThreadLocal.withInitial(() -> new long[3]);

    private static final String INJECTION = "/* tenant-warden */ select where pg_catalog.set_config(";

    /** Those of the current thread. */
    public static long waits() {
        return COUNTS.get()[0];
    }

    /** Those of the current thread. */
    public static long writes() {
        return COUNTS.get()[1];
    }

    /** Those of the current thread; all of them only where statements have no names ({@code prepareThreshold=0}), so that each is sent with its text. */
    public static long injections() {
        return COUNTS.get()[2];
    }

    @Override
    public Socket createSocket() {
        return new CountingSocket();
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
        throw new UnsupportedOperationException();
    }

    private static final class CountingSocket extends Socket {
        private boolean written;

        @Override
        public OutputStream getOutputStream() throws IOException {
            return new FilterOutputStream(super.getOutputStream()) {
                @Override
                public void write(int b) throws IOException {
                    count();
                    out.write(b);
                }

                @Override
                public void write(byte[] bytes, int from, int length) throws IOException {
                    count();
                    COUNTS.get()[2] += occurrences(new String(bytes, from, length, StandardCharsets.ISO_8859_1));
                    out.write(bytes, from, length);
                }

                private long occurrences(String written) {
                    long count = 0;
                    for (int at = written.indexOf(INJECTION); at >= 0; at = written.indexOf(INJECTION, at + 1)) {
                        count++;
                    }
                    return count;
                }

                private void count() {
                    COUNTS.get()[1]++;
                    written = true;
                }
            };
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return new FilterInputStream(super.getInputStream()) {
                @Override
                public int read() throws IOException {
                    count();
                    return in.read();
                }

                @Override
                public int read(byte[] bytes, int from, int length) throws IOException {
                    count();
                    return in.read(bytes, from, length);
                }

                private void count() {
                    if (written) {
                        written = false;
                        COUNTS.get()[0]++;
                    }
                }
            };
        }
    }
}
