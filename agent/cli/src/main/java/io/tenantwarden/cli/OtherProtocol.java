package io.tenantwarden.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * What answers at a port where no connection to PostgreSQL came about: drivers only say that setting up the connection failed.
 * At most three connections, of two seconds each; nothing is sent that holds a name or a password.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL">PostgreSQL: SSLRequest, to which a
 *     server answers with one byte</a>
 */
final class OtherProtocol {

    private static final int MILLIS = 2_000;
    private static final int FIRST_BYTES = 64;
    private static final byte[] SSL_REQUEST =
            ByteBuffer.allocate(8).putInt(8).putInt(80877103).array();
    private static final byte[] HTTP_REQUEST = "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private OtherProtocol() {}

    /** What is wrong with the port and what to do, or null: it speaks PostgreSQL, or is not reached. */
    static String of(String host, int port) {
        try {
            byte[] first = answer(host, port, SSL_REQUEST);
            if (first == null || isPostgres(first)) {
                return null;
            }
            String name = name(first);
            if (name == null) {
                name = name(answer(host, port, HTTP_REQUEST));
            }
            if (name == null && isTls(answer(host, port, clientHello()))) {
                name = "TLS";
            }
            if ("TLS".equals(name)) {
                return "TLS is spoken there from the first byte, which PostgreSQL does only with sslNegotiation=direct in --url:"
                        + " add that if it is PostgreSQL behind a proxy, else check host and port";
            }
            return name != null
                    ? name + " is spoken there, not PostgreSQL: check host and port in --url"
                    : first.length > 0
                            ? "what answers there is not PostgreSQL: check host and port in --url"
                            : "the port takes connections and answers nothing that PostgreSQL would: check host and port in"
                                    + " --url, and if a proxy listens there, that its server is up";
        } catch (IOException | GeneralSecurityException e) {
            return null;
        }
    }

    /** Yes and no to TLS, or an error of servers that do not know the question. */
    private static boolean isPostgres(byte[] first) {
        return first.length == 1 && (first[0] == 'S' || first[0] == 'N') || first.length > 0 && first[0] == 'E';
    }

    private static String name(byte[] first) {
        if (first == null || first.length == 0) {
            return null;
        }
        String text = new String(first, StandardCharsets.ISO_8859_1);
        if (text.startsWith("HTTP/")) {
            return "HTTP";
        }
        if (text.startsWith("SSH-")) {
            return "SSH";
        }
        if (text.startsWith("-ERR") || text.startsWith("-DENIED")) {
            return "Redis' protocol";
        }
        // its server speaks first: length, number 0, version 10
        if (first.length > 5 && first[3] == 0 && first[4] == 10) {
            return "MySQL's protocol";
        }
        return isTls(first) ? "TLS" : null;
    }

    /** A record of TLS: handshake or alert, of version 3.x. */
    private static boolean isTls(byte[] first) {
        return first != null && first.length > 1 && (first[0] == 0x15 || first[0] == 0x16) && first[1] == 3;
    }

    private static byte[] clientHello() throws IOException, GeneralSecurityException {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), hello);
        return Arrays.copyOf(hello.array(), hello.position());
    }

    /** The first bytes of the answer; none when there is no answer; null when there is no connection. */
    private static byte[] answer(String host, int port, byte[] question) throws IOException {
        try (Socket socket = new Socket()) {
            try {
                socket.connect(new InetSocketAddress(host, port), MILLIS);
            } catch (IOException e) {
                return null;
            }
            socket.setSoTimeout(MILLIS);
            byte[] first = new byte[FIRST_BYTES];
            try {
                socket.getOutputStream().write(question);
                InputStream in = socket.getInputStream();
                int n = in.read(first);
                return Arrays.copyOf(first, Math.max(0, n));
            } catch (SocketTimeoutException e) {
                return new byte[0];
            } catch (IOException e) {
                // reset: that is its answer
                return new byte[0];
            }
        }
    }
}
