package io.tenantwarden.engine.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadedClassesTest {

    private static final String NAME = "com.acme.TenantContext";
    private static final URL COMPILED = WebApplication.compile("package com.acme; public class TenantContext {"
            + " static { System.setProperty(\"tenant.context.initialised\", \"true\"); } }");

    private final LoadedClasses classes = new LoadedClasses(List.of(NAME));

    /** The class where one loader alone defines it. */
    private Class<?> only() {
        List<Class<?>> types = classes.watched(NAME).types();
        return types.size() == 1 ? types.get(0) : null;
    }

    private WebApplication application() {
        return new WebApplication(classes, ClassLoader.getPlatformClassLoader(), COMPILED);
    }

    private WebApplication loaded() {
        WebApplication application = application();
        try {
            application.loadClass(NAME);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
        return application;
    }

    @Test
    void oneCandidateIsUsed() throws Exception {
        WebApplication application = loaded();
        Class<?> expected = application.loadClass(NAME);
        assertSame(expected, only());
        assertSame(expected, classes.watched(NAME).only());
    }

    @Test
    void findingNeitherLoadsNorInitialises() {
        System.clearProperty("tenant.context.initialised");
        WebApplication application = application();
        assertNull(only());
        assertTrue(classes.candidates(NAME).isEmpty());
        assertNull(application.findLoaded(NAME));

        assertEquals(application, definingLoader(application));
        assertSame(application, only().getClassLoader());
        assertNull(System.getProperty("tenant.context.initialised"));
    }

    private static ClassLoader definingLoader(WebApplication application) {
        try {
            return application.loadClass(NAME).getClassLoader();
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aClassOfTheBootLoaderIsACandidateLikeOthers() {
        LoadedClasses ofJdk = new LoadedClasses(List.of("java.util.Timer"));
        ofJdk.noteClass(null, "java/util/Timer");
        assertSame(java.util.Timer.class, ofJdk.watched("java.util.Timer").only());
        java.util.List<ClassLoader> candidates = ofJdk.candidates("java.util.Timer");
        assertEquals(1, candidates.size());
        assertNull(candidates.get(0));
    }

    @Test
    void aDefinitionThatFailedIsNoCandidateUntilItIsTriedAgain() throws Exception {
        WebApplication application = application();
        ClassLoader empty = new URLClassLoader(new URL[0], null);
        classes.noteClass(empty, "com/acme/TenantContext");
        assertNull(only());

        application.loadClass(NAME);
        assertSame(application, only().getClassLoader());

        WebApplication late = application();
        classes.noteClass(late, "com/acme/TenantContext");
        assertEquals(
                List.of(application, late),
                classes.watched(NAME).types().stream()
                        .map(Class::getClassLoader)
                        .toList());
    }

    @Test
    void aLoaderThatHandsOutAnothersClassIsNoCandidate() {
        WebApplication application = loaded();
        ClassLoader delegating = new URLClassLoader(new URL[0], application);
        classes.noteClass(delegating, "com/acme/TenantContext");
        assertSame(application, only().getClassLoader());
        assertSame(application, only().getClassLoader());
    }

    @Test
    void aLoaderNotedTwiceIsOneCandidate() {
        WebApplication application = loaded();
        classes.noteClass(application, "com/acme/TenantContext");
        assertEquals(List.of(application), classes.candidates(NAME));
        assertSame(application, only().getClassLoader());
    }

    @Test
    void otherClassesAreNotNoted() {
        classes.noteClass(getClass().getClassLoader(), "com/acme/Other");
        classes.noteClass(getClass().getClassLoader(), null);
        assertTrue(classes.candidates(NAME).isEmpty());
        assertTrue(classes.candidates("org.slf4j.MDC").isEmpty());
        assertTrue(classes.candidates("org.slf4j.LoggerFactory").isEmpty());
        String message = assertThrows(IllegalArgumentException.class, () -> classes.candidates("com.acme.Other"))
                .getMessage();
        assertTrue(message.contains("com.acme.Other"), message);
    }

    /** What a server undeploys has to go. */
    @Test
    void noLoaderIsPinned() throws Exception {
        WeakReference<ClassLoader> gone = new WeakReference<>(foundOnce());
        assertTrue(WebApplication.isCollected(gone), "a class loader of an undeployed application is held");
        assertTrue(classes.candidates(NAME).isEmpty());
        assertNull(only());

        WebApplication next = loaded();
        assertEquals(List.of(next), classes.candidates(NAME));
        assertSame(next, only().getClassLoader());
    }

    private ClassLoader foundOnce() {
        WebApplication application = loaded();
        assertSame(application, only().getClassLoader());
        return application;
    }
}
