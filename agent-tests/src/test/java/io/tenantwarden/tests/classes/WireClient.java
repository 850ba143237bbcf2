package io.tenantwarden.tests.classes;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A client of the frontend/backend protocol 3.0 that sends exactly the messages it is told to send, and hands back every
 * message the server answered. A driver would hide what is measured here: where the Sync stands. Not thread-safe.
 *
 * <p>Source: PostgreSQL manual, "Frontend/Backend Protocol". Only servers that trust the connection are supported.
 */
final class WireClient implements AutoCloseable {

    private static final int PROTOCOL_3_0 = 3 << 16;
    private static final int TEXT_OID = 25;
    private static final int TIMEOUT_MILLIS = 60_000;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private ByteArrayOutputStream pending = new ByteArrayOutputStream();

    /** Connects to a server on loopback. Throws IOException when the server refuses or wants a password. */
    WireClient(int port, String database, String user) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out = new DataOutputStream(socket.getOutputStream());
        Body startup = new Body();
        startup.int32(PROTOCOL_3_0);
        startup.text("user").text(user).text("database").text(database);
        startup.text("client_encoding").text("UTF8").text("DateStyle").text("ISO");
        startup.text("TimeZone").text("UTC").int8(0);
        byte[] body = startup.bytes();
        out.writeInt(body.length + 4);
        out.write(body);
        out.flush();
        awaitReady(user);
    }

    private void awaitReady(String user) throws IOException {
        while (true) {
            Message message = read();
            if (message.type == 'R' && message.int32() != 0) {
                throw new IOException("the server does not trust " + user + ": authentication request "
                        + message.body.getInt(0) + ", this client needs trust");
            }
            if (message.type == 'E') {
                throw new IOException("connection as " + user + " refused: "
                        + Reply.fields(message).get('M'));
            }
            if (message.type == 'Z') {
                return;
            }
        }
    }

    /** Parse, Bind, Execute of the unnamed statement, without Describe: the way a statement without result is sent. */
    WireClient execute(String sql, int maxRows, String... parameters) {
        parseAndBind(sql, parameters);
        return add('E', new Body().text("").int32(maxRows));
    }

    /** Parse, Bind, Describe, Execute of the unnamed statement and portal: the way an application's query is sent. */
    WireClient query(String sql, String... parameters) {
        parseAndBind(sql, parameters);
        add('D', new Body().int8('P').text(""));
        return add('E', new Body().text("").int32(0));
    }

    private void parseAndBind(String sql, String... parameters) {
        Body parse = new Body().text("").text(sql).int16(parameters.length);
        for (int i = 0; i < parameters.length; i++) {
            parse.int32(TEXT_OID);
        }
        add('P', parse);
        Body bind = new Body().text("").text("").int16(0).int16(parameters.length);
        for (String parameter : parameters) {
            byte[] value = parameter.getBytes(StandardCharsets.UTF_8);
            bind.int32(value.length).raw(value);
        }
        add('B', bind.int16(0));
    }

    /** The simple query message, which is its own Sync. */
    WireClient simple(String sql) {
        return add('Q', new Body().text(sql));
    }

    WireClient sync() {
        return add('S', new Body());
    }

    WireClient flush() {
        return add('H', new Body());
    }

    /** Writes what was added in one piece and reads to ReadyForQuery. */
    Reply exchange() throws IOException {
        return exchange(null, false);
    }

    /**
     * As {@link #exchange()}; when the server asks for COPY data, {@code copyData} and CopyDone are sent, and a Sync after
     * it when {@code syncAfterCopy} (the server ignores a Sync that arrives before the end of the data).
     */
    Reply exchange(String copyData, boolean syncAfterCopy) throws IOException {
        out.write(pending.toByteArray());
        out.flush();
        pending = new ByteArrayOutputStream();
        Reply reply = new Reply();
        boolean syncSent = !syncAfterCopy;
        while (true) {
            Message message = read();
            reply.add(message);
            if (message.type == 'G' && copyData != null) {
                add('d', new Body().raw(copyData.getBytes(StandardCharsets.UTF_8)));
                add('c', new Body());
            }
            if ((message.type == 'G' || message.type == 'E') && !syncSent) {
                sync();
                syncSent = true;
            }
            if (pending.size() > 0) {
                out.write(pending.toByteArray());
                out.flush();
                pending = new ByteArrayOutputStream();
            }
            if (message.type == 'Z') {
                return reply;
            }
        }
    }

    private WireClient add(char type, Body body) {
        byte[] bytes = body.bytes();
        pending.write(type);
        pending.writeBytes(ByteBuffer.allocate(4).putInt(bytes.length + 4).array());
        pending.writeBytes(bytes);
        return this;
    }

    private Message read() throws IOException {
        int type = in.read();
        if (type < 0) {
            throw new EOFException("the server closed the connection");
        }
        byte[] body = new byte[in.readInt() - 4];
        in.readFully(body);
        return new Message((char) type, ByteBuffer.wrap(body));
    }

    /** Says goodbye and waits until the server has ended the session, so that its locks are gone. */
    @Override
    public void close() throws IOException {
        try (socket) {
            pending = new ByteArrayOutputStream();
            add('X', new Body());
            out.write(pending.toByteArray());
            out.flush();
            while (in.read() >= 0) {
                // the rest of the stream means nothing: the end of it does
            }
        }
    }

    /** One message of the server. */
    static final class Message {
        final char type;
        final ByteBuffer body;

        Message(char type, ByteBuffer body) {
            this.type = type;
            this.body = body;
        }

        int int32() {
            return body.getInt(body.position());
        }

        String text() {
            int start = body.position();
            while (body.get() != 0) {
                // to the terminating zero
            }
            return new String(body.array(), start, body.position() - 1 - start, StandardCharsets.UTF_8);
        }
    }

    /** What the server answered to one exchange, as lines of text, in order. */
    static final class Reply {

        /** The statement of the group that a line belongs to (0 is the first), beside the line. */
        private final List<Integer> owners = new ArrayList<>();

        private final List<String> lines = new ArrayList<>();
        private int statement;
        private char status;

        private void add(Message message) {
            switch (message.type) {
                case '1', '2', '3' -> {}
                case 'n' -> line("no result description");
                case 'T' -> line("columns " + columns(message));
                case 'D' -> line("row " + row(message));
                case 'C' -> {
                    line("tag " + message.text());
                    statement++;
                }
                case 'I' -> {
                    line("empty query");
                    statement++;
                }
                case 's' -> {
                    line("portal suspended");
                    statement++;
                }
                case 'E' -> line("ERROR " + describe(message));
                case 'N' -> line("NOTICE " + describe(message));
                case 'S' -> line("parameter " + message.text() + "=" + message.text());
                case 'A' -> {
                    message.body.getInt();
                    line("notification " + message.text() + " " + message.text());
                }
                case 'G' -> line("copy in");
                case 'H' -> line("copy out");
                case 'd' ->
                    line("copy data " + new String(message.body.array(), StandardCharsets.UTF_8).stripTrailing());
                case 'c' -> line("copy done");
                case 'Z' -> {
                    status = (char) message.body.get();
                    line("ready " + status);
                }
                default -> line("message " + message.type);
            }
        }

        private void line(String text) {
            owners.add(statement);
            lines.add(text);
        }

        private static String columns(Message message) {
            StringBuilder text = new StringBuilder();
            int count = message.body.getShort();
            for (int i = 0; i < count; i++) {
                text.append(i == 0 ? "" : ",").append(message.text());
                message.body.getInt();
                message.body.getShort();
                text.append(':').append(message.body.getInt());
                message.body.position(message.body.position() + 8);
            }
            return text.toString();
        }

        private static String row(Message message) {
            StringBuilder text = new StringBuilder();
            int count = message.body.getShort();
            for (int i = 0; i < count; i++) {
                int length = message.body.getInt();
                text.append(i == 0 ? "" : "|");
                if (length < 0) {
                    text.append("<null>");
                } else {
                    byte[] value = new byte[length];
                    message.body.get(value);
                    text.append(new String(value, StandardCharsets.UTF_8));
                }
            }
            return text.toString();
        }

        private static Map<Character, String> fields(Message message) {
            Map<Character, String> fields = new TreeMap<>();
            for (int code = message.body.get(); code != 0; code = message.body.get()) {
                fields.put((char) code, message.text());
            }
            return fields;
        }

        private static String describe(Message message) {
            Map<Character, String> fields = fields(message);
            StringBuilder text = new StringBuilder(fields.get('C'));
            text.append(' ').append(fields.get('V')).append(": ").append(fields.get('M'));
            // position, detail, hint, context; file and line of the server's source are no behaviour
            for (char code : new char[] {'P', 'D', 'H', 'W'}) {
                if (fields.containsKey(code)) {
                    text.append(" [")
                            .append(code)
                            .append(' ')
                            .append(fields.get(code))
                            .append(']');
                }
            }
            return text.toString().replace('\n', ' ').replace('\t', ' ');
        }

        /**
         * The lines without those that belong to this statement of the group. What it said beyond the expected line stays,
         * marked, and so does what the server says about the whole group.
         */
        List<String> withoutStatement(int number, String expected) {
            List<String> result = new ArrayList<>();
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i);
                boolean ofGroup = line.startsWith("ready ") || line.startsWith("parameter ");
                if (owners.get(i) != number || ofGroup) {
                    result.add(line);
                } else if (!line.equals(expected)) {
                    result.add("injection " + line);
                }
            }
            return result;
        }

        List<String> lines() {
            return List.copyOf(lines);
        }

        /** The transaction status of ReadyForQuery: I, T or E. */
        char status() {
            return status;
        }

        boolean failed() {
            return lines.stream().anyMatch(line -> line.startsWith("ERROR "));
        }
    }

    private static final class Body {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Body int8(int value) {
            bytes.write(value);
            return this;
        }

        Body int16(int value) {
            bytes.writeBytes(ByteBuffer.allocate(2).putShort((short) value).array());
            return this;
        }

        Body int32(int value) {
            bytes.writeBytes(ByteBuffer.allocate(4).putInt(value).array());
            return this;
        }

        Body text(String value) {
            bytes.writeBytes(value.getBytes(StandardCharsets.UTF_8));
            bytes.write(0);
            return this;
        }

        Body raw(byte[] value) {
            bytes.writeBytes(value);
            return this;
        }

        byte[] bytes() {
            return bytes.toByteArray();
        }
    }
}
