package io.tenantwarden.instrumentation;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A look at the constant pool of a class file (JVM specification, section 4.4), so that the thousands of classes that have
 * nothing to do with JDBC or servlets cost about a microsecond each and are never resolved.
 */
final class ClassFileScan {

    static final int GET_CONNECTION = 1;
    static final int CLOSE = 2;
    static final int CONNECTION = 4;
    static final int DO_FILTER = 8;
    static final int FILTER_CHAIN = 16;
    static final int LISTENER = 32;
    static final int CONNECT = 64;
    static final int LOAD_CLASS = 128;

    private static final byte[] GET_CONNECTION_NAME = ascii("getConnection");
    private static final byte[] CLOSE_NAME = ascii("close");
    private static final byte[] CONNECTION_TYPE = ascii("java/sql/Connection");
    private static final byte[] DO_FILTER_NAME = ascii("doFilter");
    private static final byte[] FILTER_CHAIN_TYPE = ascii("servlet/FilterChain");

    private static final byte[] CONNECT_NAME = ascii("connect");
    private static final byte[] LOAD_CLASS_NAME = ascii("loadClass");
    private static final byte[] ON_MESSAGE_NAME = ascii("onMessage");
    private static final byte[] ON_MESSAGE_BATCH_NAME = ascii("onMessageBatch");
    private static final byte[] HANDLE_DELIVERY_NAME = ascii("handleDelivery");

    /** Of both types' names, which happen to be equally long. */
    private static final int TYPE_LENGTH = 19;

    /** By byte: how far on the next byte is that could be the last one of a type's name. */
    private static final byte[] SKIP = skips(FILTER_CHAIN_TYPE, CONNECTION_TYPE);

    private ClassFileScan() {}

    private static byte[] skips(byte[]... texts) {
        byte[] skips = new byte[256];
        Arrays.fill(skips, (byte) TYPE_LENGTH);
        for (byte[] text : texts) {
            for (int i = 0; i < TYPE_LENGTH - 1; i++) {
                int index = text[i] & 0xff;
                skips[index] = (byte) Math.min(skips[index], TYPE_LENGTH - 1 - i);
            }
        }
        return skips;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Which of the names above the constant pool holds: names of methods as whole entries, the two types as part of an
     * entry (a descriptor, a generic signature).
     *
     * @return a set of the flags; 0 also for what is not a class file
     */
    static int scan(byte[] file) {
        if (file.length < 10) {
            return 0;
        }
        int found = 0;
        int count = u2(file, 8);
        int at = 10;
        for (int i = 1; i < count && at + 3 <= file.length; i++) {
            switch (file[at]) {
                case 1 -> {
                    int length = u2(file, at + 1);
                    if (at + 3 + length > file.length) {
                        return found;
                    }
                    found |= name(file, at + 3, length);
                    at += 3 + length;
                }
                case 3, 4, 9, 10, 11, 12, 17, 18 -> at += 5;
                case 5, 6 -> {
                    at += 9;
                    i++; // long and double take two entries
                }
                case 7, 8, 16, 19, 20 -> at += 3;
                case 15 -> at += 4;
                default -> {
                    return found;
                }
            }
        }
        return found;
    }

    private static int name(byte[] file, int from, int length) {
        switch (length) {
            case 5:
                return isAt(file, from, CLOSE_NAME) ? CLOSE : 0;
            case 7:
                return isAt(file, from, CONNECT_NAME) ? CONNECT : 0;
            case 8:
                return isAt(file, from, DO_FILTER_NAME) ? DO_FILTER : 0;
            case 9:
                return isAt(file, from, LOAD_CLASS_NAME)
                        ? LOAD_CLASS
                        : isAt(file, from, ON_MESSAGE_NAME) ? LISTENER : 0;
            case 14:
                return isAt(file, from, ON_MESSAGE_BATCH_NAME) || isAt(file, from, HANDLE_DELIVERY_NAME) ? LISTENER : 0;
            case 13:
                return isAt(file, from, GET_CONNECTION_NAME) ? GET_CONNECTION : 0;
            default:
                return length < TYPE_LENGTH ? 0 : types(file, from, length);
        }
    }

    /**
     * Looks at one byte in many: where it cannot be part of a type's name, the next one that could end it is as far away as
     * {@link #SKIP} says (R. N. Horspool, "Practical fast searching in strings", 1980). Every class that the application
     * loads passes here, most of them while this is still interpreted.
     */
    private static int types(byte[] file, int from, int length) {
        int found = 0;
        int end = from + length;
        for (int at = from + TYPE_LENGTH - 1; at < end; at += SKIP[file[at] & 0xff]) {
            if (file[at] == 'n') {
                int begin = at + 1 - TYPE_LENGTH;
                if (isAt(file, begin, CONNECTION_TYPE)) {
                    found |= CONNECTION;
                } else if (isAt(file, begin, FILTER_CHAIN_TYPE)) {
                    found |= FILTER_CHAIN;
                }
            }
        }
        return found;
    }

    private static boolean isAt(byte[] file, int from, byte[] name) {
        for (int i = 0; i < name.length; i++) {
            if (file[from + i] != name[i]) {
                return false;
            }
        }
        return true;
    }

    private static int u2(byte[] file, int at) {
        return (file[at] & 0xff) << 8 | file[at + 1] & 0xff;
    }
}
