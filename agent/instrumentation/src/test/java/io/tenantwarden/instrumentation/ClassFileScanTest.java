package io.tenantwarden.instrumentation;

import static io.tenantwarden.instrumentation.ClassFileScan.CLOSE;
import static io.tenantwarden.instrumentation.ClassFileScan.CONNECTION;
import static io.tenantwarden.instrumentation.ClassFileScan.DO_FILTER;
import static io.tenantwarden.instrumentation.ClassFileScan.FILTER_CHAIN;
import static io.tenantwarden.instrumentation.ClassFileScan.GET_CONNECTION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** The look at the constant pool: finds what it must, and never fails, whatever it is given. */
class ClassFileScanTest {

    /** A class file up to the end of its constant pool. */
    private static final class Pool {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final DataOutputStream out = new DataOutputStream(bytes);
        private int entries;

        Pool text(String text) throws IOException {
            out.writeByte(1);
            out.writeUTF(text);
            entries++;
            return this;
        }

        /** An entry of this tag with so many bytes, of which every one looks like the start of another text. */
        Pool other(int tag, int size) throws IOException {
            out.writeByte(tag);
            for (int i = 0; i < size; i++) {
                out.writeByte(1);
            }
            entries += tag == 5 || tag == 6 ? 2 : 1;
            return this;
        }

        byte[] file() throws IOException {
            return file(entries + 1);
        }

        byte[] file(int count) throws IOException {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            DataOutputStream file = new DataOutputStream(all);
            file.writeInt(0xCAFEBABE);
            file.writeInt(61);
            file.writeShort(count);
            file.write(bytes.toByteArray());
            file.write(new byte[20]);
            return all.toByteArray();
        }
    }

    private static int scan(Pool pool) throws IOException {
        return ClassFileScan.scan(pool.file());
    }

    private static int scan(Class<?> type) throws IOException {
        try (var in = type.getResourceAsStream("/" + type.getName().replace('.', '/') + ".class")) {
            return ClassFileScan.scan(in.readAllBytes());
        }
    }

    @Test
    void namesAreWholeEntries() throws Exception {
        assertEquals(GET_CONNECTION, scan(new Pool().text("getConnection")));
        assertEquals(CLOSE, scan(new Pool().text("close")));
        assertEquals(DO_FILTER, scan(new Pool().text("doFilter")));
        assertEquals(
                0,
                scan(new Pool()
                        .text("getConnectionS")
                        .text("xgetConnection")
                        .text("closed")
                        .text("clos")
                        .text("Close")
                        .text("doFilters")
                        .text("")));
    }

    @Test
    void typesArePartsOfAnEntry() throws Exception {
        for (String text : new String[] {
            "java/sql/Connection",
            "()Ljava/sql/Connection;",
            "(Ljava/lang/String;Ljava/sql/Connection;)V",
            "Ljava/util/List<Ljava/sql/Connection;>;",
            "jjjava/sql/java/sql/Connection"
        }) {
            assertEquals(CONNECTION, scan(new Pool().text(text)), text);
        }
        for (String text : new String[] {
            "(Ljakarta/servlet/ServletRequest;Ljakarta/servlet/ServletResponse;Ljakarta/servlet/FilterChain;)V",
            "javax/servlet/FilterChain",
            "sservlet/FilterChain"
        }) {
            assertEquals(FILTER_CHAIN, scan(new Pool().text(text)), text);
        }
        assertEquals(
                0,
                scan(new Pool()
                        .text("java/sql/Connectio")
                        .text("java.sql.Connection")
                        .text("servlet/FilterChai")));
        assertEquals(CONNECTION | FILTER_CHAIN, scan(new Pool().text("java/sql/Connection servlet/FilterChain")));
    }

    @Test
    void everyKindOfEntryIsSteppedOver() throws Exception {
        int[][] tags = {
            {3, 4}, {4, 4}, {5, 8}, {6, 8}, {7, 2}, {8, 2}, {9, 4}, {10, 4}, {11, 4}, {12, 4}, {15, 3}, {16, 2},
            {17, 4}, {18, 4}, {19, 2}, {20, 2}
        };
        for (int[] tag : tags) {
            Pool pool = new Pool().text("x").other(tag[0], tag[1]).text("close").other(tag[0], tag[1]);
            assertEquals(CLOSE, scan(pool), "tag " + tag[0]);
        }
        Pool all = new Pool();
        for (int[] tag : tags) {
            all.other(tag[0], tag[1]).other(tag[0], tag[1]);
        }
        assertEquals(GET_CONNECTION, scan(all.text("getConnection")));
    }

    @Test
    void whatFollowsThePoolIsNotRead() throws Exception {
        byte[] file = new Pool().text("x").text("close").file(2);
        assertEquals(0, ClassFileScan.scan(file));
    }

    @Test
    void tooShortToBeAClassFile() {
        for (int length = 0; length < 12; length++) {
            byte[] file = new byte[length];
            Arrays.fill(file, (byte) 1);
            assertEquals(0, ClassFileScan.scan(file), "length " + length);
        }
    }

    @Test
    void cutAnywhereItGivesNoMoreThanTheWhole() throws Exception {
        byte[] whole = new Pool()
                .text("java/sql/Connection")
                .other(5, 8)
                .text("getConnection")
                .other(7, 2)
                .text("doFilter")
                .text("servlet/FilterChain")
                .text("close")
                .file();
        int all = ClassFileScan.scan(whole);
        assertEquals(GET_CONNECTION | CLOSE | CONNECTION | DO_FILTER | FILTER_CHAIN, all);
        int before = 0;
        for (int length = 0; length <= whole.length; length++) {
            int found = ClassFileScan.scan(Arrays.copyOf(whole, length));
            assertEquals(before, found & before, "length " + length);
            before = found;
        }
        assertEquals(all, before);
    }

    @Test
    void wrongCountsAndLengths() throws Exception {
        Pool pool = new Pool().text("close");
        assertEquals(CLOSE, ClassFileScan.scan(pool.file(65535)));
        assertEquals(0, ClassFileScan.scan(pool.file(0)));
        byte[] tooLong = pool.file();
        tooLong[11] = (byte) 0xff; // length of the text: 65285 bytes that are not there
        assertEquals(0, ClassFileScan.scan(tooLong));
        byte[] unknownTag = pool.file();
        unknownTag[10] = 2;
        assertEquals(0, ClassFileScan.scan(unknownTag));
    }

    @Test
    void longTexts() throws Exception {
        String filler = "j".repeat(65_000);
        assertEquals(CONNECTION, scan(new Pool().text(filler + "java/sql/Connection")));
        assertEquals(0, scan(new Pool().text(filler)));
    }

    /** Damaged class files: the JVM refuses them later, the scan must not fail before. */
    @Test
    void damagedBytes() throws Exception {
        byte[] whole;
        try (var in = ClassFileScanTest.class.getResourceAsStream("ClassFileScanTest.class")) {
            whole = in.readAllBytes();
        }
        Random random = new Random(42);
        int highest = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = Arrays.copyOf(whole, random.nextInt(whole.length + 1));
            for (int n = 0; n < 10 && damaged.length > 0; n++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            highest = Math.max(highest, ClassFileScan.scan(damaged));
        }
        assertTrue(highest <= 31);
        byte[] noise = new byte[4_096];
        for (int i = 0; i < 20_000; i++) {
            random.nextBytes(noise);
            assertTrue(ClassFileScan.scan(noise) <= 31);
        }
    }

    @Test
    void realClasses() throws Exception {
        int source = GET_CONNECTION | CONNECTION;
        assertEquals(source, scan(DataSource.class) & source);
        assertEquals(source, scan(org.postgresql.ds.common.BaseDataSource.class) & source);
        int connection = CLOSE | CONNECTION;
        assertEquals(connection, scan(org.postgresql.jdbc.PgConnection.class) & connection);
        assertEquals(0, scan(Supplier.class));
        assertEquals(0, scan(TypeInstrumentation.class) & (DO_FILTER | FILTER_CHAIN));
    }
}
