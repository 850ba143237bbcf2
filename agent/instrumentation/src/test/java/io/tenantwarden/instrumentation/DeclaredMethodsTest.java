package io.tenantwarden.instrumentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** The look at the names of methods: exact, so that few classes are asked for their supertypes. */
class DeclaredMethodsTest {

    private static final DeclaredMethods NAMES = new DeclaredMethods(List.of("call", "runFor", "runFor"));

    static class Base {
        long field = 5L;
        double other = 2.0;

        void runFor(String tenant) {}
    }

    static final class Derived extends Base implements Callable<String> {
        @Override
        void runFor(String tenant) {}

        @Override
        public String call() {
            return "call";
        }
    }

    /** Calls both, declares neither. */
    static final class Caller extends Base {
        String work(Callable<String> task) throws Exception {
            runFor("a");
            return task.call();
        }
    }

    interface Child extends Callable<String> {
        default void runFor() {}
    }

    private static byte[] file(Class<?> type) throws IOException {
        try (var in = type.getResourceAsStream("/" + type.getName().replace('.', '/') + ".class")) {
            return in.readAllBytes();
        }
    }

    @Test
    void onlyWhatIsDeclaredCounts() throws Exception {
        assertEquals(Set.of("call", "runFor"), NAMES.in(file(Derived.class)));
        assertEquals(Set.of(), NAMES.in(file(Caller.class)));
        assertEquals(Set.of("runFor"), NAMES.in(file(Child.class)));
        assertEquals(Set.of(), NAMES.in(file(DeclaredMethodsTest.class)));
    }

    @Test
    void aClassWithoutSupertypesIsNotAsked() throws Exception {
        assertEquals(Set.of(), NAMES.in(file(Base.class)));
        assertEquals(Set.of("runFor"), NAMES.among(file(Base.class)));
    }

    @Test
    void whatCannotBeReadMayHaveAll() throws Exception {
        byte[] newer = file(Caller.class);
        newer[10] = 99; // a constant that this version does not know
        assertEquals(Set.of(), NAMES.in(newer));
        assertEquals(Set.of("call", "runFor"), NAMES.among(newer));
        assertEquals(Set.of("call", "runFor"), NAMES.among(new byte[3]));
        assertEquals(Set.of(), NAMES.among(file(Caller.class)));
    }

    @Test
    void whatIsNoClassFileHasNone() throws Exception {
        byte[] file = file(Derived.class);
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            byte[] broken = Arrays.copyOf(file, random.nextInt(file.length));
            for (int j = 0; j < 3 && broken.length > 0; j++) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt();
            }
            assertTrue(Set.of("call", "runFor").containsAll(NAMES.in(broken)));
            assertTrue(Set.of("call", "runFor").containsAll(NAMES.among(broken)));
        }
    }
}
