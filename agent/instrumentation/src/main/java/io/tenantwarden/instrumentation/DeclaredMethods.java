package io.tenantwarden.instrumentation;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which of a few names a class file declares methods of (JVM specification, chapter 4), without resolving anything: so
 * that the supertypes of a class are only looked at when it could have a method that a pattern means. Immutable.
 */
final class DeclaredMethods {

    private static final byte[] OBJECT = "java/lang/Object".getBytes(StandardCharsets.US_ASCII);

    /** What a class loader declares that decides itself where a class comes from. */
    static final DeclaredMethods LOAD_CLASS = new DeclaredMethods(List.of("loadClass"));

    private final byte[][] names;
    private final String[] texts;

    DeclaredMethods(Collection<String> names) {
        Set<String> distinct = new HashSet<>(names);
        this.texts = distinct.toArray(new String[0]);
        this.names = new byte[texts.length][];
        for (int i = 0; i < texts.length; i++) {
            this.names[i] = texts[i].getBytes(StandardCharsets.UTF_8);
        }
    }

    boolean isEmpty() {
        return names.length == 0;
    }

    /**
     * The names among ours that the class declares a method of.
     *
     * @return empty when it has no supertypes but Object, and for what is not a class file or of a form not known
     */
    Set<String> in(byte[] file) {
        try {
            return file.length < 10 ? Set.of() : read(file, true);
        } catch (ArrayIndexOutOfBoundsException | IllegalArgumentException e) {
            return Set.of(); // the JVM refuses it, or it is newer than this
        }
    }

    /**
     * As {@link #in}, supertypes or not.
     *
     * @return all names for what is not a class file or of a form not known: let somebody look who knows more
     */
    Set<String> among(byte[] file) {
        try {
            return file.length < 10 ? Set.of(texts) : read(file, false);
        } catch (ArrayIndexOutOfBoundsException | IllegalArgumentException e) {
            return Set.of(texts);
        }
    }

    private Set<String> read(byte[] file, boolean inherits) {
        int count = u2(file, 8);
        int[] which = null;
        int at = 10;
        for (int i = 1; i < count; i++) {
            int tag = file[at];
            if (tag == 1) {
                int name = indexOf(file, at + 3, u2(file, at + 1));
                if (name >= 0) {
                    which = which == null ? new int[count] : which;
                    which[i] = name + 1;
                }
            }
            at += ConstantPool.size(file, at);
            if (tag == 5 || tag == 6) {
                i++; // long and double take two entries
            }
        }
        if (which == null) {
            return Set.of();
        }
        int[] entries = entries(file, count);
        int superClass = u2(file, at + 4);
        int interfaces = u2(file, at + 6);
        if (inherits && interfaces == 0 && (superClass == 0 || isObject(file, entries, superClass))) {
            return Set.of();
        }
        at = members(file, at + 8 + 2 * interfaces, null, null);
        Set<String> found = new HashSet<>();
        members(file, at, which, found);
        return found;
    }

    private int indexOf(byte[] file, int from, int length) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].length == length && isAt(file, from, names[i])) {
                return i;
            }
        }
        return -1;
    }

    /** Passes over the fields or the methods, noting the names that matter. */
    private int members(byte[] file, int from, int[] which, Set<String> found) {
        int at = from + 2;
        for (int i = u2(file, from); i > 0; i--) {
            if (which != null && which[u2(file, at + 2)] != 0) {
                found.add(texts[which[u2(file, at + 2)] - 1]);
            }
            int attributes = u2(file, at + 6);
            at += 8;
            for (; attributes > 0; attributes--) {
                int length = u2(file, at + 2) << 16 | u2(file, at + 4);
                if (length < 0) {
                    throw new IllegalArgumentException("attribute of 2 GB");
                }
                at += 6 + length;
            }
        }
        return at;
    }

    private static boolean isObject(byte[] file, int[] entries, int classIndex) {
        int utf8 = entries[u2(file, entries[classIndex] + 1)];
        return u2(file, utf8 + 1) == OBJECT.length && isAt(file, utf8 + 3, OBJECT);
    }

    private static int[] entries(byte[] file, int count) {
        int[] entries = new int[count];
        int at = 10;
        for (int i = 1; i < count; i++) {
            entries[i] = at;
            int tag = file[at];
            at += ConstantPool.size(file, at);
            if (tag == 5 || tag == 6) {
                i++;
            }
        }
        return entries;
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
