package io.tenantwarden.engine.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TenantReaderTest {

    private static final String NAME = "com.acme.TenantContext";

    private static final URL COMPILED = WebApplication.compile(
            """
            package com.acme;
            import java.util.*;
            import java.util.concurrent.atomic.*;
            import java.util.function.*;
            public class TenantContext extends Base {
                static final ThreadLocal<String> CURRENT = new ThreadLocal<>();
                private static final ThreadLocal<Tenant> TENANT = ThreadLocal.withInitial(() -> new Tenant("t-local", 7));
                static final Supplier<Object> SUPPLIER = () -> Optional.of(new AtomicReference<>("t-supplied"));
                static final AtomicReference<String> REFERENCE = new AtomicReference<>("t-reference");
                static final Optional<String> OPTIONAL = Optional.of("t-optional");
                static final String PLAIN = "t-plain";
                static final long NUMBER = 42;
                static Supplier<Object> endless;
                static { endless = () -> endless; }
                final String instance = "x";
                static String value;
                static Runnable task = () -> {};

                static void set(String tenant) { CURRENT.set(tenant); value = tenant; }
                static void run(Runnable runnable) { task = runnable; }

                public static String current() { return CURRENT.get(); }
                private static Tenant tenant() { return new Tenant("t-private", 9); }
                protected static Optional<UUID> uuid() { return Optional.of(new UUID(1, 0xABCDEF)); }
                static long number() { return -5; }
                static Integer boxed() { return 12; }
                static Optional<String> nobody() { return Optional.empty(); }
                static String queries() { task.run(); return value; }
                static String failing() { throw new IllegalStateException("no tenant " + value); }
                static String nothingGiven() { return Objects.requireNonNull(value); }
                static String interrupted() throws Exception { throw new InterruptedException(); }
                static String overflow() { return overflow() + 1; }
                static Object noText() { return new Object[0].getClass() == null ? null : new Plain(); }
                static Object array() { return new String[] {"a"}; }
                static Object list() { return List.of("a"); }
                static Object wholeRecord() { return new Tenant("t-1", 1); }
                static Object enumeration() { return Region.EU; }
                static Object failingText() { return new Object() { public String toString() { throw new RuntimeException(value); } }; }
                static Object builder() { return new StringBuilder("t-builder"); }
                String instanceMethod() { return "x"; }
                static String withArgument(int i) { return "x"; }
                static void returnsNothing() {}

                enum Region { EU }
                static class Plain {}
            }
            """,
            "package com.acme; record Tenant(String id, int number) { private String secret() { return \"s-\" + id; } }",
            "package com.acme; class Base { static String inherited() { return \"t-inherited\"; } }",
            "package com.acme; public class Singleton { public static final Singleton INSTANCE = new Singleton();"
                    + " private Singleton() {} public final String current() { return \"t-object\"; } }",
            "package com.acme; public class WithCompanion {"
                    + " public static final Inner Companion = new Inner();"
                    + " public static final class Inner { public final String current() { return \"t-companion\"; } } }",
            "package com.acme; public class Broken { static String value = String.valueOf(1 / Integer.parseInt(\"0\"));"
                    + " static String current() { return value; } }");

    private final TestGuard guard = new TestGuard();
    private LoadedClasses classes;
    private AppFrames frames = AppFrames.NONE;

    @AfterEach
    void nothingStaysOnTheThread() {
        assertFalse(guard.isReading());
    }

    private TenantReader reader(TenantType type, String... sources) {
        List<SourceSpec> specs = new ArrayList<>();
        for (String source : sources) {
            specs.add(SourceSpec.parse(source));
        }
        classes = LoadedClasses.forSources(specs);
        return new TenantReader(
                specs,
                new TenantFormat(type, null),
                new SourceContext(classes, wanted -> frames.first(wanted), Opener.NONE),
                guard);
    }

    private WebApplication start(String... names) {
        WebApplication application = new WebApplication(classes, ClassLoader.getPlatformClassLoader(), COMPILED);
        for (String name : names) {
            application.use(name);
        }
        return application;
    }

    private static TenantSourceException failure(TenantReader reader) {
        return assertThrows(TenantSourceException.class, reader::read);
    }

    @ParameterizedTest
    @CsvSource({
        "method:com.acme.TenantContext#tenant.id, t-private",
        "method:com.acme.TenantContext#tenant.secret, s-t-private",
        "method:com.acme.TenantContext#tenant().number(), 9",
        "method:com.acme.TenantContext#uuid, 00000000-0000-0001-0000-000000abcdef",
        "method:com.acme.TenantContext#number, -5",
        "method:com.acme.TenantContext#boxed, 12",
        "method:com.acme.TenantContext#inherited, t-inherited",
        "method:com.acme.TenantContext#enumeration, EU",
        "method:com.acme.TenantContext#builder, t-builder",
        "field:com.acme.TenantContext#TENANT.id, t-local",
        "field:com.acme.TenantContext#SUPPLIER, t-supplied",
        "field:com.acme.TenantContext#REFERENCE, t-reference",
        "field:com.acme.TenantContext#REFERENCE.get, t-reference",
        "field:com.acme.TenantContext#OPTIONAL, t-optional",
        "field:com.acme.TenantContext#PLAIN, t-plain",
        "field:com.acme.TenantContext#NUMBER, 42",
        "value:acme, acme",
    })
    void readsWhatTheApplicationKeeps(String source, String expected) throws Exception {
        TenantReader reader = reader(TenantType.TEXT, source);
        start(NAME);
        assertEquals(expected, reader.read());
        assertEquals(expected, reader.read());
    }

    /** Kotlin's {@code object} and {@code companion object}, as they are compiled without {@code @JvmStatic}. */
    @Test
    void readsKotlinSingletons() throws Exception {
        TenantReader object = reader(TenantType.TEXT, "method:com.acme.Singleton#current");
        start("com.acme.Singleton");
        assertEquals("t-object", object.read());
        TenantReader companion = reader(TenantType.TEXT, "method:com.acme.WithCompanion#current");
        start("com.acme.WithCompanion");
        assertEquals("t-companion", companion.read());
    }

    @Test
    void aThreadLocalIsReadOnTheThreadThatAsks() throws Exception {
        TenantReader reader = reader(TenantType.TEXT, "field:com.acme.TenantContext#CURRENT");
        WebApplication application = start(NAME);
        application.call(NAME, "set", "acme");
        assertEquals("acme", reader.read());
        String[] elsewhere = {"unread"};
        Thread other = new Thread(() -> {
            try {
                elsewhere[0] = reader.read();
            } catch (TenantSourceException e) {
                elsewhere[0] = e.toString();
            }
        });
        other.start();
        other.join();
        assertNull(elsewhere[0]);
        application.call(NAME, "set", null);
    }

    @Test
    void nullAndBlankPassToTheNextSource() throws Exception {
        TenantReader reader = reader(
                TenantType.TEXT,
                "method:com.acme.TenantContext#current",
                "method:com.acme.TenantContext#nobody",
                "value:fallback");
        WebApplication application = start(NAME);
        assertEquals("fallback", reader.read());
        application.call(NAME, "set", " \t ");
        assertEquals("fallback", reader.read());
        application.call(NAME, "set", "acme");
        assertEquals("acme", reader.read());
        application.call(NAME, "set", null);
        assertEquals("fallback", reader.read());
        assertNull(reader(TenantType.TEXT).read());
    }

    @Test
    void aClassThatIsNotLoadedYetPassesAndIsNamed() throws Exception {
        TenantReader reader = reader(TenantType.TEXT, "method:com.acme.TenantContext#boxed", "value:fallback");
        assertEquals("fallback", reader.read());
        assertEquals(List.of("method:com.acme.TenantContext#boxed"), reader.notLoaded());
        start(NAME);
        assertEquals("12", reader.read());
        assertEquals(List.of(), reader.notLoaded());
    }

    /** Falling through to the next source could let the client choose. */
    @Test
    void aSourceThatThrowsEndsTheSearch() {
        TenantReader reader = reader(TenantType.TEXT, "method:com.acme.TenantContext#failing", "value:forged");
        WebApplication application = start(NAME);
        application.call(NAME, "set", "acme-secret");
        TenantSourceException e = failure(reader);
        assertEquals(TenantSourceException.Kind.SOURCE_FAILED, e.kind());
        assertEquals("method:com.acme.TenantContext#failing", e.source());
        assertTrue(e.getMessage().contains("java.lang.IllegalStateException"), e.getMessage());
        assertTrue(e.getMessage().contains("com.acme.TenantContext.failing(TenantContext.java:"), e.getMessage());
        assertFalse(e.getMessage().contains("acme-secret"), e.getMessage());
        assertEquals(0, e.getStackTrace().length);
        assertNull(e.getCause());
    }

    @Test
    void aFailureInTheJdkNamesTheApplicationsFrame() {
        TenantReader reader = reader(TenantType.TEXT, "method:com.acme.TenantContext#nothingGiven");
        start(NAME);
        String message = failure(reader).getMessage();
        assertTrue(message.contains("at com.acme.TenantContext.nothingGiven("), message);
    }

    /** Falling through to the next source could let the client choose. */
    @Test
    void anInvalidValueEndsTheSearch() {
        TenantReader reader =
                reader(TenantType.UUID, "method:com.acme.TenantContext#current", "value:" + new java.util.UUID(1, 2));
        WebApplication application = start(NAME);
        application.call(NAME, "set", "acme-secret");
        TenantSourceException e = failure(reader);
        assertEquals(TenantSourceException.Kind.INVALID_TENANT, e.kind());
        assertEquals("method:com.acme.TenantContext#current", e.source());
        assertFalse(e.getMessage().contains("acme-secret"), e.getMessage());
    }

    @Test
    void whateverIsThrownFailsTheSource() {
        TenantReader overflow = reader(TenantType.TEXT, "method:com.acme.TenantContext#overflow");
        start(NAME);
        assertTrue(failure(overflow).getMessage().contains("java.lang.StackOverflowError"));

        TenantReader interrupted = reader(TenantType.TEXT, "method:com.acme.TenantContext#interrupted");
        start(NAME);
        assertTrue(failure(interrupted).getMessage().contains("java.lang.InterruptedException"));
        assertTrue(Thread.interrupted(), "the interruption was swallowed");

        TenantReader text = reader(TenantType.TEXT, "method:com.acme.TenantContext#failingText");
        start(NAME);
        assertEquals(TenantSourceException.Kind.SOURCE_FAILED, failure(text).kind());

        TenantReader endless = reader(TenantType.TEXT, "field:com.acme.TenantContext#endless");
        start(NAME);
        assertTrue(failure(endless).getMessage().contains("holders"));

        TenantReader broken = reader(TenantType.TEXT, "method:com.acme.Broken#current");
        try {
            start().loadClass("com.acme.Broken");
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
        assertTrue(failure(broken).getMessage().contains("java.lang.ArithmeticException at com.acme.Broken"));
        assertTrue(failure(broken).getMessage().contains("java.lang.NoClassDefFoundError"));
    }

    @ParameterizedTest
    @CsvSource({
        "noText, 'com.acme.TenantContext$Plain, which has no text form'",
        "array, 'java.lang.String[], which is not one value'",
        "list, 'which is not one value; append the index of the element that is the tenant, [0]'",
        "wholeRecord, 'com.acme.Tenant, which has no text form'",
    })
    void anObjectThatIsNotAnIdFailsInsteadOfSendingItsTextForm(String method, String expected) {
        TenantReader reader = reader(TenantType.TEXT, "method:com.acme.TenantContext#" + method);
        start(NAME);
        TenantSourceException e = failure(reader);
        assertEquals(TenantSourceException.Kind.SOURCE_FAILED, e.kind());
        assertTrue(e.getMessage().contains(expected), e.getMessage());
        assertTrue(e.getMessage().contains("append"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "method:com.acme.TenantContext#curent | there is no method curent in com.acme.TenantContext | current",
                "method:com.acme.TenantContext#CURRENT | there is no method CURRENT | current",
                "method:com.acme.TenantContext#instanceMethod | instanceMethod is not static | nearest",
                "method:com.acme.TenantContext#withArgument | withArgument takes arguments | nearest",
                "method:com.acme.TenantContext#returnsNothing | returnsNothing returns nothing | nearest",
                "field:com.acme.TenantContext#CURENT | there is no field CURENT in com.acme.TenantContext | CURRENT",
                "field:com.acme.TenantContext#instance | instance is not static | nearest",
                "method:com.acme.TenantContext#tenant.idd | no getter or field idd in com.acme.Tenant | nearest: id",
            })
    void aMissingMemberFailsAndNamesTheNearest(String source, String reason, String hint) {
        TenantReader reader = reader(TenantType.TEXT, source, "value:forged");
        start(NAME);
        TenantSourceException e = failure(reader);
        assertEquals(TenantSourceException.Kind.SOURCE_FAILED, e.kind());
        assertTrue(e.getMessage().contains(reason), e.getMessage());
        assertTrue(e.getMessage().contains(hint), e.getMessage());
    }

    /** Asking again from inside the source would not end. */
    @Test
    void aSourceThatRunsSqlGetsNoAnswerAndIsReportedOnce() throws Exception {
        TenantReader reader = reader(TenantType.TEXT, "method:com.acme.TenantContext#queries", "value:fallback");
        WebApplication application = start(NAME);
        List<String> inner = new ArrayList<>();
        int[] queries = new int[1];
        Runnable query = () -> {
            if (queries[0]++ > 10) {
                // without a guard this would have no end
                return;
            }
            try {
                inner.add(reader.read());
            } catch (TenantSourceException e) {
                inner.add(e.toString());
            }
        };
        application.call(NAME, "set", "acme");
        application.call(NAME, "run", query);
        assertEquals("acme", reader.read());
        assertEquals("acme", reader.read());
        assertEquals(2, inner.size());
        assertNull(inner.get(0));
        assertNull(inner.get(1));
        assertEquals(List.of("method:com.acme.TenantContext#queries, value:fallback"), guard.recursive);
        assertTrue(reader.runsSql());
    }

    @Test
    void whoeverAnswersIsKnownWhenSomebodyAsks() throws Exception {
        TenantReader reader = reader(TenantType.TEXT, "method:com.acme.TenantContext#current", "value:fallback");
        WebApplication application = start(NAME);
        assertEquals("value:fallback", reader.answering().text());
        application.call(NAME, "set", "acme");
        assertEquals("method:com.acme.TenantContext#current", reader.answering().text());
        assertTrue(reader.isConstant("fallback"));
        assertFalse(reader.isConstant("acme"));
        assertFalse(reader.runsSql());
    }

    @Test
    void theGuardIsLeftWhenASourceThrows() {
        TenantReader reader = reader(TenantType.TEXT, "method:com.acme.TenantContext#failing");
        start(NAME);
        failure(reader);
        assertFalse(guard.isReading());
        failure(reader);
        assertEquals(List.of(), guard.recursive);
    }

    @Test
    void twoApplicationsWithTheSameClassKeepTheirTenantsApart() throws Exception {
        TenantReader reader = reader(TenantType.TEXT, "method:com.acme.TenantContext#current");
        WebApplication first = start(NAME);
        WebApplication second = start(NAME);
        first.call(NAME, "set", "first");
        second.call(NAME, "set", "second");
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try {
            thread.setContextClassLoader(first);
            assertEquals("first", reader.read());
            thread.setContextClassLoader(second);
            assertEquals("second", reader.read());
            thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
            assertEquals(
                    TenantSourceException.Kind.SOURCE_FAILED, failure(reader).kind(), "nobody can tell whose it is");
            frames = wanted -> wanted.test(first) ? first : null;
            assertEquals("first", reader.read());
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void aConstantThatIsNoTenantIsAConfigurationError() {
        String message = assertThrows(IllegalArgumentException.class, () -> reader(TenantType.UUID, "value:acme"))
                .getMessage();
        assertTrue(message.startsWith("'value:acme' gave a value that is not a UUID"), message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "method:com.acme.TenantContext#current",
                "field:com.acme.TenantContext#CURRENT",
                "field:com.acme.TenantContext#TENANT.id"
            })
    void readingTheSameTenantAgainAllocatesNothing(String source) throws Exception {
        TenantReader reader = reader(TenantType.TEXT, source);
        start(NAME).call(NAME, "set", "acme");
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        String first = reader.read();
        long bytes = Long.MAX_VALUE;
        int reads = 20_000;
        for (int round = 0; round < 10; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < reads; i++) {
                assertSame(first, reader.read());
            }
            bytes = Math.min(bytes, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(bytes < reads, bytes + " bytes for " + reads + " reads");
    }

    /** What a server undeploys has to go. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "method:com.acme.TenantContext#current",
                "method:com.acme.TenantContext#tenant.id",
                "field:com.acme.TenantContext#CURRENT",
                "field:com.acme.TenantContext#TENANT.id",
                "method:com.acme.TenantContext#enumeration",
                "method:com.acme.TenantContext#failing",
                "method:com.acme.TenantContext#curent",
                "method:com.acme.TenantContext#noText",
                "field:com.acme.TenantContext#SUPPLIER"
            })
    void noApplicationIsPinned(String source) throws Exception {
        TenantReader reader = reader(TenantType.TEXT, source);
        WeakReference<ClassLoader> gone = new WeakReference<>(readOften(reader));
        assertTrue(WebApplication.isCollected(gone), "an undeployed application is held by " + source);
        assertNull(reader.read());
    }

    private ClassLoader readOften(TenantReader reader) throws Exception {
        ClassLoader[] application = new ClassLoader[1];
        // on a thread of its own: the application's own ThreadLocals die with it
        Thread thread = new Thread(() -> {
            WebApplication started = start(NAME);
            started.call(NAME, "set", "acme");
            for (int i = 0; i < 5_000; i++) {
                try {
                    reader.read();
                } catch (TenantSourceException e) {
                    assertEquals(0, e.getStackTrace().length);
                }
            }
            application[0] = started;
        });
        thread.start();
        thread.join();
        return application[0];
    }
}
