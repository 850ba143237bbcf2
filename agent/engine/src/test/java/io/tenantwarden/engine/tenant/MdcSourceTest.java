package io.tenantwarden.engine.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.net.URL;
import java.util.List;
import org.junit.jupiter.api.Test;

class MdcSourceTest {

    private static final URL[] LOGBACK = {
        WebApplication.jarOf(org.slf4j.MDC.class),
        WebApplication.jarOf(ch.qos.logback.classic.Logger.class),
        WebApplication.jarOf(ch.qos.logback.core.Context.class),
    };

    /** The shape of SLF4J 1.7: MDC binds by itself, without LoggerFactory. */
    private static final URL SLF4J_1_7 = WebApplication.compile("""
            package org.slf4j;
            public class MDC {
                private static final ThreadLocal<java.util.Map<String, String>> ADAPTER = ThreadLocal.withInitial(java.util.HashMap::new);
                public static void put(String key, String value) { ADAPTER.get().put(key, value); }
                public static String get(String key) { return ADAPTER.get().get(key); }
            }
            """);

    private final List<SourceSpec> specs = List.of(SourceSpec.parse("mdc:tenantId"));
    private final LoadedClasses classes = LoadedClasses.forSources(specs);
    private final TenantReader reader = new TenantReader(
            specs,
            new TenantFormat(TenantType.TEXT, null),
            new SourceContext(classes, AppFrames.NONE, Opener.NONE),
            new TestGuard());

    private WebApplication application(URL... urls) {
        return new WebApplication(classes, ClassLoader.getPlatformClassLoader(), urls);
    }

    private static void put(WebApplication application, String value) throws Exception {
        application
                .use("org.slf4j.MDC")
                .getMethod("put", String.class, String.class)
                .invoke(null, "tenantId", value);
    }

    private static int state(WebApplication application) throws Exception {
        var field = application.use("org.slf4j.LoggerFactory").getDeclaredField("INITIALIZATION_STATE");
        field.setAccessible(true);
        return field.getInt(null);
    }

    @Test
    void readsSlf4j2() throws Exception {
        assertNull(reader.read());
        WebApplication application = application(LOGBACK);
        application
                .use("org.slf4j.LoggerFactory")
                .getMethod("getLogger", String.class)
                .invoke(null, "x");
        assertNull(reader.read());
        put(application, "acme");
        assertEquals("acme", reader.read());
        put(application, "other");
        assertEquals("other", reader.read());
    }

    @Test
    void readsSlf4j1() throws Exception {
        WebApplication application = application(SLF4J_1_7);
        put(application, "acme");
        assertEquals("acme", reader.read());
    }

    /** The application's first logger must choose the backend, not a query before it. */
    @Test
    void neverSetsOffTheInitialisationOfSlf4j() throws Exception {
        WebApplication application = application(LOGBACK);
        application.loadClass("org.slf4j.MDC");
        assertNull(reader.read());
        application.loadClass("org.slf4j.LoggerFactory");
        assertNull(reader.read());
        assertEquals(0, state(application));
        put(application, "acme");
        assertEquals("acme", reader.read());
    }

    @Test
    void readsTheContextOfTheApplicationThatRuns() throws Exception {
        WebApplication first = application(LOGBACK);
        WebApplication second = application(SLF4J_1_7);
        put(first, "first");
        put(second, "second");
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try {
            thread.setContextClassLoader(first);
            assertEquals("first", reader.read());
            thread.setContextClassLoader(second);
            assertEquals("second", reader.read());
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** What a server undeploys has to go. */
    @Test
    void noApplicationIsPinned() throws Exception {
        ClassLoader[] loader = new ClassLoader[1];
        Thread thread = new Thread(() -> {
            try {
                WebApplication application = application(SLF4J_1_7);
                put(application, "acme");
                for (int i = 0; i < 1_000; i++) {
                    assertEquals("acme", reader.read());
                }
                loader[0] = application;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        thread.start();
        thread.join();
        WeakReference<ClassLoader> gone = new WeakReference<>(loader[0]);
        loader[0] = null;
        assertTrue(WebApplication.isCollected(gone));
    }
}
