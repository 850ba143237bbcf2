package io.tenantwarden.engine.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The class that keeps the tenant is there more than once. */
class CopiesTest {

    private static final String NAME = "com.acme.TenantContext";
    private static final URL COMPILED = WebApplication.compile("""
            package com.acme;
            public class TenantContext {
                private static final ThreadLocal<String> CURRENT = new ThreadLocal<>();
                public static String current() { return CURRENT.get(); }
                public static void set(String tenant) { CURRENT.set(tenant); }
            }
            """);
    private static final AppFrames NOT_ASKED = wanted -> fail("the stack was walked");

    private final List<SourceSpec> specs = List.of(SourceSpec.parse("method:" + NAME + "#current"));
    private final LoadedClasses classes = LoadedClasses.forSources(specs);
    private final ClassLoader before = Thread.currentThread().getContextClassLoader();
    private AppFrames frames = AppFrames.NONE;
    private final TenantReader reader = new TenantReader(
            specs,
            new TenantFormat(TenantType.TEXT, null),
            new SourceContext(classes, wanted -> frames.first(wanted), Opener.NONE),
            new TestGuard());

    @AfterEach
    void contextLoader() {
        Thread.currentThread().setContextClassLoader(before);
    }

    private WebApplication application() {
        WebApplication application = new WebApplication(classes, ClassLoader.getPlatformClassLoader(), COMPILED);
        application.use(NAME);
        return application;
    }

    /** With a copy of its own, as a restart loader or a web application has it. */
    private WebApplication childOf(ClassLoader parent) {
        WebApplication child = new WebApplication(classes, parent, COMPILED) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                synchronized (getClassLoadingLock(name)) {
                    Class<?> own = findLoadedClass(name);
                    return own != null ? own : name.equals(NAME) ? findClass(name) : super.loadClass(name, resolve);
                }
            }
        };
        child.use(NAME);
        return child;
    }

    private static void set(WebApplication application, String tenant) {
        application.call(NAME, "set", tenant);
    }

    /** What runs the statement, from the inside out. */
    private void runs(ClassLoader... innermostFirst) {
        frames = wanted -> {
            for (ClassLoader loader : innermostFirst) {
                if (wanted.test(loader)) {
                    return loader;
                }
            }
            return null;
        };
    }

    private static void context(ClassLoader loader) {
        Thread.currentThread().setContextClassLoader(loader);
    }

    private String failure() {
        TenantSourceException e = assertThrows(TenantSourceException.class, reader::read);
        assertEquals(TenantSourceException.Kind.SOURCE_FAILED, e.kind());
        return e.getMessage();
    }

    @Test
    void oneCopyNeedsNoStack() throws Exception {
        frames = NOT_ASKED;
        WebApplication only = application();
        set(only, "a");
        context(new URLClassLoader(new URL[0], null));
        assertEquals("a", reader.read());
    }

    /** The thread was made by the container, or by the loader that the restart has replaced. */
    @Test
    void theRunningCodeGoesBeforeTheContextLoader() throws Exception {
        WebApplication parent = application();
        WebApplication child = childOf(parent);
        context(parent);
        runs(child);
        set(child, "a");
        assertEquals("a", reader.read());
        context(child);
        runs(parent);
        assertTrue(failure().contains("disagree"), "the parent's code has no tenant, the thread's own loader has one");
        runs(new URLClassLoader(new URL[0], child));
        assertEquals("a", reader.read());
    }

    @Test
    void aStaleValueOfTheParentsCopyIsNobodys() {
        WebApplication parent = application();
        WebApplication child = childOf(parent);
        set(parent, "b");
        for (ClassLoader each : new ClassLoader[] {parent, child, null}) {
            context(each);
            runs(child);
            set(child, "a");
            String message = failure();
            assertTrue(message.contains("loaded twice") && message.contains("WEB-INF/lib"), message);
            assertTrue(!message.contains("'a'") && !message.contains("'b'"), message);
            set(child, null);
            failure();
        }
    }

    @Test
    void copiesThatAgreeAreOne() throws Exception {
        WebApplication parent = application();
        WebApplication child = childOf(parent);
        set(parent, "a");
        set(child, "a");
        context(parent);
        runs(child);
        assertEquals("a", reader.read());
        set(parent, null);
        set(child, null);
        assertNull(reader.read());
    }

    /** A library of the container's, which has a copy as well, is called by the application. */
    @Test
    void theApplicationsCopyGoesBeforeThatOfALibraryItCalls() throws Exception {
        WebApplication parent = application();
        WebApplication child = childOf(parent);
        WebApplication beside = childOf(parent);
        set(child, "a");
        set(beside, "b");
        for (ClassLoader each : new ClassLoader[] {parent, child, null}) {
            context(each);
            runs(parent, child, parent);
            assertEquals("a", reader.read());
            runs(parent, child, beside, parent);
            assertEquals("a", reader.read());
        }
    }

    /** A library of the container's without a copy of its own is called by the application. */
    @Test
    void aFrameThatLeadsToNoCopyIsPassed() throws Exception {
        ClassLoader shared = new URLClassLoader(new URL[0], ClassLoader.getPlatformClassLoader());
        WebApplication first = application();
        WebApplication second = application();
        set(first, "a");
        set(second, "b");
        context(second);
        runs(shared, first);
        assertEquals("a", reader.read());
        runs(shared);
        assertEquals("b", reader.read());
    }

    /** Another application's value that was left on a shared thread is none of this one's business. */
    @Test
    void applicationsBesideEachOtherDoNotMatter() throws Exception {
        WebApplication first = application();
        WebApplication second = application();
        set(second, "b");
        context(first);
        runs(first);
        assertNull(reader.read());
        set(first, "a");
        assertEquals("a", reader.read());
    }

    @Test
    void whereNothingSaysWhoseItIsItIsNobodys() throws Exception {
        WebApplication first = application();
        application();
        context(null);
        assertNull(reader.read());
        set(first, "a");
        assertTrue(failure().contains("nothing on the stack says"));
    }

    /** Modules and plug-ins: a loader that asks others which are not its parents. */
    @Test
    void aLoaderThatDelegatesElsewhereIsAsked() throws Exception {
        WebApplication first = application();
        WebApplication second = application();
        set(first, "a");
        set(second, "b");
        context(null);
        runs(new ClassLoader(null) {
            @Override
            protected Class<?> findClass(String name) throws ClassNotFoundException {
                return second.loadClass(name);
            }
        });
        assertEquals("b", reader.read());
    }

    @Test
    void classesInEachOthersWayAreTold() {
        LoadedClasses.Watched watched = classes.watched(NAME);
        WebApplication parent = application();
        WebApplication beside = application();
        assertNull(Copies.shadowing(watched), "two applications beside each other");
        WebApplication child = childOf(parent);
        String told = Copies.shadowing(watched);
        assertTrue(told.contains(Integer.toHexString(System.identityHashCode(child))), told);
        assertTrue(!told.contains(Integer.toHexString(System.identityHashCode(beside))), told);
    }
}
