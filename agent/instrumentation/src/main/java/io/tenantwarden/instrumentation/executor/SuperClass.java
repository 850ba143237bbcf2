package io.tenantwarden.instrumentation.executor;

import java.nio.charset.StandardCharsets;

/** Reads from a class file whether its superclass is Thread, without resolving anything (JVM specification, section 4). */
final class SuperClass {

    private static final byte[] THREAD = "java/lang/Thread".getBytes(StandardCharsets.US_ASCII);

    private SuperClass() {}

    static boolean isThread(byte[] file) {
        if (file.length < 10) {
            return false;
        }
        int count = u2(file, 8);
        int name = -1;
        int at = 10;
        for (int i = 1; i < count; i++) {
            if (at + 3 > file.length) {
                return false;
            }
            int size = size(file, at);
            if (size == 0) {
                return false;
            }
            if (file[at] == 1 && isThread(file, at)) {
                name = i;
            }
            if (file[at] == 5 || file[at] == 6) {
                i++; // long and double take two entries
            }
            at += size;
        }
        return name >= 0 && at + 6 <= file.length && nameOfClass(file, u2(file, at + 4)) == name;
    }

    private static int nameOfClass(byte[] file, int index) {
        int at = 10;
        for (int i = 1; i < index; i++) {
            if (file[at] == 5 || file[at] == 6) {
                i++;
            }
            at += size(file, at);
        }
        return index == 0 ? -1 : u2(file, at + 1);
    }

    private static boolean isThread(byte[] file, int at) {
        if (u2(file, at + 1) != THREAD.length || at + 3 + THREAD.length > file.length) {
            return false;
        }
        for (int i = 0; i < THREAD.length; i++) {
            if (file[at + 3 + i] != THREAD[i]) {
                return false;
            }
        }
        return true;
    }

    private static int size(byte[] file, int at) {
        return switch (file[at]) {
            case 1 -> 3 + u2(file, at + 1);
            case 3, 4, 9, 10, 11, 12, 17, 18 -> 5;
            case 5, 6 -> 9;
            case 7, 8, 16, 19, 20 -> 3;
            case 15 -> 4;
            default -> 0;
        };
    }

    private static int u2(byte[] file, int at) {
        return (file[at] & 0xff) << 8 | file[at + 1] & 0xff;
    }
}
