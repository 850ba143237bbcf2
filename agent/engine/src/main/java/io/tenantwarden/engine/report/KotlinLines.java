package io.tenantwarden.engine.report;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Kotlin copies inline functions into their callers and gives what it copied line numbers behind the end of the file. Which line of the file the call
 * stands in is in the attribute {@code SourceDebugExtension} of the class (Java virtual machine specification 4.7.11), in the form of JSR-45, section
 * {@code KotlinDebug}. Immutable and thread-safe.
 */
final class KotlinLines {

    private static final String ENDING = ".kt";
    private static final String SECTION = "*S KotlinDebug";
    private static final int MAGIC = 0xCAFEBABE;

    /** By class, and gone with it. */
    private static final ClassValue<KotlinLines> KNOWN = new ClassValue<>() {
        @Override
        protected KotlinLines computeValue(Class<?> type) {
            return of(read(type));
        }
    };

    /**
     * One line, and those that stand for what was copied there.
     *
     * @param line in the file
     * @param from the first of those
     * @param to behind the last
     */
    private record Copied(int line, int from, int to) {}

    private final List<Copied> all;

    private KotlinLines(String map) {
        all = List.copyOf(parse(map));
    }

    /** The line of the file that a frame stands at, which is that of the frame where nothing else is known. */
    static int line(StackWalker.StackFrame frame) {
        String file = frame.getFileName();
        return file == null || !file.endsWith(ENDING)
                ? frame.getLineNumber()
                : KNOWN.get(frame.getDeclaringClass()).line(frame.getLineNumber());
    }

    /** The line of the file for a number of a frame. */
    int line(int number) {
        for (Copied copied : all) {
            if (number >= copied.from && number < copied.to) {
                return copied.line;
            }
        }
        return number;
    }

    /** @param map as JSR-45 has it; null when the class has none */
    static KotlinLines of(String map) {
        return new KotlinLines(map);
    }

    private static List<Copied> parse(String map) {
        List<Copied> all = new ArrayList<>();
        int section = map == null ? -1 : map.indexOf(SECTION);
        if (section < 0) {
            return all;
        }
        boolean lines = false;
        for (String line : map.substring(section + SECTION.length()).split("\r?\n")) {
            if (line.startsWith("*")) {
                if (lines) {
                    break;
                }
                lines = line.equals("*L");
            } else if (lines) {
                add(all, line);
            }
        }
        return all;
    }

    /** {@code InputStartLine[#LineFileID][,RepeatCount]:OutputStartLine[,OutputLineIncrement]}. */
    private static void add(List<Copied> all, String text) {
        try {
            int colon = text.indexOf(':');
            String[] input = text.substring(0, colon).split(",");
            String[] output = text.substring(colon + 1).split(",");
            int line = Integer.parseInt(input[0].split("#")[0]);
            int repeat = input.length > 1 ? Integer.parseInt(input[1]) : 1;
            int from = Integer.parseInt(output[0]);
            int increment = output.length > 1 ? Integer.parseInt(output[1]) : 1;
            for (int i = 0; i < repeat; i++) {
                all.add(new Copied(line + i, from + i * increment, from + (i + 1) * increment));
            }
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            // another form than that of the specification: the number of the frame stays
            return;
        }
    }

    /** Null when there is none, or the class cannot be read. */
    private static String read(Class<?> type) {
        String name = type.getName();
        try (InputStream bytes = type.getResourceAsStream(name.substring(name.lastIndexOf('.') + 1) + ".class")) {
            return bytes == null ? null : attribute(new DataInputStream(new BufferedInputStream(bytes)));
        } catch (IOException | RuntimeException e) {
            // a loader of the application's own: without the map the line is that of the copy
            return null;
        }
    }

    private static String attribute(DataInputStream in) throws IOException {
        if (in.readInt() != MAGIC) {
            return null;
        }
        in.skipNBytes(4);
        String[] names = names(in);
        in.skipNBytes(6);
        in.skipNBytes(2L * in.readUnsignedShort());
        for (int members = 0; members < 2; members++) {
            for (int i = in.readUnsignedShort(); i > 0; i--) {
                in.skipNBytes(6);
                for (int j = in.readUnsignedShort(); j > 0; j--) {
                    in.skipNBytes(2);
                    in.skipNBytes(in.readInt());
                }
            }
        }
        for (int i = in.readUnsignedShort(); i > 0; i--) {
            String name = names[in.readUnsignedShort()];
            int length = in.readInt();
            if ("SourceDebugExtension".equals(name)) {
                return new String(in.readNBytes(length), StandardCharsets.UTF_8);
            }
            in.skipNBytes(length);
        }
        return null;
    }

    /** The texts of the constant pool (4.4). */
    private static String[] names(DataInputStream in) throws IOException {
        String[] names = new String[in.readUnsignedShort()];
        for (int i = 1; i < names.length; i++) {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case 1 -> names[i] = in.readUTF();
                case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
                case 5, 6 -> {
                    in.skipNBytes(8);
                    i++;
                }
                case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
                case 15 -> in.skipNBytes(3);
                default -> throw new IOException("constant " + tag);
            }
        }
        return names;
    }
}
