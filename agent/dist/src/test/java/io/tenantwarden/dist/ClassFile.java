package io.tenantwarden.dist;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one class file says in its constant pool (JVM specification, section 4.4).
 *
 * @param major class file version
 * @param texts every text: names, descriptors, signatures, string constants
 * @param classes internal names of every class that is named as such, or in a descriptor or signature
 */
record ClassFile(int major, List<String> texts, Set<String> classes) {

    private static final Pattern IN_DESCRIPTOR = Pattern.compile("L((?:[\\w$]+/)+[\\w$]+)[;<]");

    static ClassFile read(byte[] file) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(file));
        if (in.readInt() != 0xCAFEBABE) {
            throw new IOException("not a class file");
        }
        in.readUnsignedShort();
        int major = in.readUnsignedShort();
        int count = in.readUnsignedShort();
        String[] texts = new String[count];
        int[] classes = new int[count];
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case 1 -> texts[i] = in.readUTF();
                case 7 -> classes[i] = in.readUnsignedShort();
                case 8, 16, 19, 20 -> in.skipBytes(2);
                case 15 -> in.skipBytes(3);
                case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipBytes(4);
                case 5, 6 -> {
                    in.skipBytes(8);
                    i++;
                }
                default -> throw new IOException("constant pool tag " + tag);
            }
        }
        List<String> all = new ArrayList<>();
        Set<String> names = new TreeSet<>();
        for (int i = 1; i < count; i++) {
            if (texts[i] != null) {
                all.add(texts[i]);
                Matcher matcher = IN_DESCRIPTOR.matcher(texts[i]);
                while (matcher.find()) {
                    names.add(matcher.group(1));
                }
            }
            if (classes[i] != 0 && !texts[classes[i]].startsWith("[")) {
                names.add(texts[classes[i]]);
            }
        }
        return new ClassFile(major, all, names);
    }
}
