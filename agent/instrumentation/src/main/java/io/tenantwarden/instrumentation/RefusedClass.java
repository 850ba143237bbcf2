package io.tenantwarden.instrumentation;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A class that takes the place of one that could not be instrumented and must not run unchanged. It has the name, the
 * supertypes and the version of the original, so that the JVM loads it, and fails with our message as soon as somebody uses
 * it. An empty array would do the opposite: the JVM takes it for "unchanged"
 * ({@code java.lang.instrument.ClassFileTransformer#transform}).
 *
 * <p>Written byte by byte (JVM specification, chapter 4): the class file library may be what failed, on a class file that is
 * newer than it.
 */
final class RefusedClass {

    /** Not a class file: where even the name cannot be read, the JVM answers with a ClassFormatError. */
    private static final byte[] NO_CLASS = {0};

    /** A constant has 65,535 bytes at most, a character up to three. */
    private static final int MAX_MESSAGE = 20_000;

    private static final int CLASS = 7;
    private static final int STATIC = 0x0008;
    private static final String ERROR = "java/lang/LinkageError";

    private final List<byte[]> pool = new ArrayList<>();

    private RefusedClass() {}

    /**
     * The class file.
     *
     * @param original the class file that could not be instrumented
     * @param message what whoever uses the class is told
     */
    static byte[] inPlaceOf(byte[] original, String message) {
        try {
            return new RefusedClass().write(original, message);
        } catch (RuntimeException | IOException e) {
            return NO_CLASS;
        }
    }

    private byte[] write(byte[] original, String message) throws IOException {
        int[] entries = entries(original);
        int at = entries[0];
        int access = u2(original, at);
        int name = type(original, entries, u2(original, at + 2));
        int superIndex = u2(original, at + 4);
        int superName = superIndex == 0 ? 0 : type(original, entries, superIndex);
        int[] interfaces = new int[u2(original, at + 6)];
        for (int i = 0; i < interfaces.length; i++) {
            interfaces[i] = type(original, entries, u2(original, at + 8 + 2 * i));
        }
        int code = utf8("Code");
        int initializer = utf8("<clinit>");
        int nothing = utf8("()V");
        int error = type(ERROR);
        int constructor = member(error, "<init>", "(Ljava/lang/String;)V");
        int text = entry(8, utf8(message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) : message));

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(original, 0, 8); // magic number and version
        out.writeShort(pool.size() + 1);
        for (byte[] constant : pool) {
            out.write(constant);
        }
        out.writeShort(access);
        out.writeShort(name);
        out.writeShort(superName);
        out.writeShort(interfaces.length);
        for (int index : interfaces) {
            out.writeShort(index);
        }
        out.writeShort(0); // fields
        out.writeShort(1); // methods
        out.writeShort(STATIC);
        out.writeShort(initializer);
        out.writeShort(nothing);
        out.writeShort(1);
        byte[] instructions = {
            (byte) 187,
            (byte) (error >> 8),
            (byte) error, // new LinkageError
            89, // dup
            19,
            (byte) (text >> 8),
            (byte) text, // ldc_w message
            (byte) 183,
            (byte) (constructor >> 8),
            (byte) constructor, // invokespecial <init>
            (byte) 191 // athrow
        };
        out.writeShort(code);
        out.writeInt(12 + instructions.length);
        out.writeShort(3); // stack
        out.writeShort(0); // local variables
        out.writeInt(instructions.length);
        out.write(instructions);
        out.writeShort(0); // exception table
        out.writeShort(0); // attributes of the code
        out.writeShort(0); // attributes of the class
        return bytes.toByteArray();
    }

    private int utf8(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(1);
        out.writeUTF(text);
        pool.add(bytes.toByteArray());
        return pool.size();
    }

    private int type(String internalName) throws IOException {
        return entry(CLASS, utf8(internalName));
    }

    /** A class that the original names too, with the very bytes of its name. */
    private int type(byte[] original, int[] entries, int index) {
        int from = entries[u2(original, entries[index] + 1)];
        pool.add(Arrays.copyOfRange(original, from, from + ConstantPool.size(original, from)));
        return entry(CLASS, pool.size());
    }

    private int member(int owner, String name, String descriptor) throws IOException {
        int nameAndType = entry(12, utf8(name), utf8(descriptor));
        return entry(10, owner, nameAndType);
    }

    private int entry(int tag, int... indexes) {
        byte[] bytes = new byte[1 + 2 * indexes.length];
        bytes[0] = (byte) tag;
        for (int i = 0; i < indexes.length; i++) {
            bytes[1 + 2 * i] = (byte) (indexes[i] >> 8);
            bytes[2 + 2 * i] = (byte) indexes[i];
        }
        pool.add(bytes);
        return pool.size();
    }

    // ---- the original

    /** Where each entry begins; at index 0, which has none, where the constant pool ends. */
    private static int[] entries(byte[] file) {
        int[] entries = new int[u2(file, 8)];
        int at = 10;
        for (int i = 1; i < entries.length; i++) {
            entries[i] = at;
            int tag = file[at];
            at += ConstantPool.size(file, at);
            if (tag == 5 || tag == 6) {
                i++; // long and double take two entries
            }
        }
        entries[0] = at;
        return entries;
    }

    private static int u2(byte[] file, int at) {
        return (file[at] & 0xff) << 8 | file[at + 1] & 0xff;
    }
}
