package io.tenantwarden.instrumentation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.RandomAccess;
import org.junit.jupiter.api.Test;

class RefusedClassTest {

    private static final String MESSAGE = "[warden] refused: on purpose, with ümlaut";

    public static class Sample<E> extends ArrayList<E> implements RandomAccess, Runnable {
        private static final long serialVersionUID = 1L;
        static final long BIG = 12345678901L;

        @Override
        public void run() {
            throw new AssertionError("the original runs");
        }
    }

    private static byte[] file() throws IOException {
        try (InputStream in =
                Sample.class.getResourceAsStream("/" + Sample.class.getName().replace('.', '/') + ".class")) {
            return in.readAllBytes();
        }
    }

    private static Class<?> load(byte[] file) throws ClassNotFoundException {
        return new ClassLoader(RefusedClassTest.class.getClassLoader()) {
            Class<?> define() {
                return defineClass(Sample.class.getName(), file, 0, file.length);
            }
        }.define();
    }

    @Test
    void isThereAndFailsWithTheMessageAsSoonAsItIsUsed() throws Exception {
        byte[] refused = RefusedClass.inPlaceOf(file(), MESSAGE);
        assertArrayEquals(java.util.Arrays.copyOf(file(), 8), java.util.Arrays.copyOf(refused, 8), "version");
        Class<?> type = load(refused);
        assertEquals(ArrayList.class, type.getSuperclass());
        assertEquals(List.of(RandomAccess.class, Runnable.class), List.of(type.getInterfaces()));
        assertEquals(Sample.class.getModifiers() & ~0x0008, type.getModifiers() & ~0x0008);
        Throwable first =
                assertThrows(LinkageError.class, () -> Class.forName(type.getName(), true, type.getClassLoader()));
        assertEquals(MESSAGE, first.getMessage());
        // and so for ever
        assertThrows(NoClassDefFoundError.class, () -> Class.forName(type.getName(), true, type.getClassLoader()));
    }

    @Test
    void aLongMessageIsCut() throws Exception {
        Class<?> type = load(RefusedClass.inPlaceOf(file(), "x".repeat(100_000)));
        assertThrows(LinkageError.class, () -> Class.forName(type.getName(), true, type.getClassLoader()));
    }

    /** What cannot even be read must not be loaded either; an empty array would mean "unchanged". */
    @Test
    void whatIsNoClassFileIsRefusedByTheJvm() throws Exception {
        for (byte[] garbage : new byte[][] {{}, {1, 2, 3}, java.util.Arrays.copyOf(file(), 60)}) {
            byte[] refused = RefusedClass.inPlaceOf(garbage, MESSAGE);
            assertTrue(refused.length > 0);
            assertThrows(ClassFormatError.class, () -> load(refused));
        }
    }
}
