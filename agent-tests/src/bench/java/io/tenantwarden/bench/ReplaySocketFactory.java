package io.tenantwarden.bench;

import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/**
 * A network that costs nothing, so that the client's own cost shows. Connections are real at first; {@link #record} keeps
 * what the server answers to one operation, and from {@link #replay} on every write is answered with that, out of memory.
 * For one connection and one thread: the last connection that was opened is meant.
 */
public final class ReplaySocketFactory extends SocketFactory {

    private static Wire last;

    private enum Stage {
        LIVE,
        RECORDING,
        REPLAYING
    }

    private static final class Wire extends Socket {
        private final ByteArrayOutputStream recorded = new ByteArrayOutputStream();
        private Stage stage = Stage.LIVE;
        private byte[] answer;
        private int position;

        @Override
        public OutputStream getOutputStream() throws IOException {
            return new FilterOutputStream(super.getOutputStream()) {
                @Override
                public void write(int b) throws IOException {
                    write(new byte[] {(byte) b}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int from, int length) throws IOException {
                    if (stage == Stage.REPLAYING) {
                        position = 0;
                    } else {
                        out.write(bytes, from, length);
                    }
                }
            };
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return new FilterInputStream(super.getInputStream()) {
                @Override
                public int read() throws IOException {
                    byte[] one = new byte[1];
                    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                }

                @Override
                public int read(byte[] bytes, int from, int length) throws IOException {
                    if (stage == Stage.REPLAYING) {
                        int count = Math.min(length, answer.length - position);
                        if (count == 0) {
                            throw new IOException("the driver waits for more than was recorded");
                        }
                        System.arraycopy(answer, position, bytes, from, count);
                        position += count;
                        return count;
                    }
                    int count = in.read(bytes, from, length);
                    if (stage == Stage.RECORDING && count > 0) {
                        recorded.write(bytes, from, count);
                    }
                    return count;
                }
            };
        }
    }

    /** From now on the server's answers are kept. */
    static void record() {
        last.recorded.reset();
        last.stage = Stage.RECORDING;
    }

    /** From now on what was kept is the answer to everything that is written. */
    static void replay() {
        last.answer = last.recorded.toByteArray();
        last.position = last.answer.length;
        last.stage = Stage.REPLAYING;
    }

    @Override
    public Socket createSocket() {
        last = new Wire();
        return last;
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
}
