package io.tenantwarden.engine.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class LoadedClassesTest {

    private static final String NAME = "com.acme.TenantContext";
    private static final URL COMPILED = WebApplication.compile("package com.acme; public class TenantContext {"
            + " static { System.setProperty(\"tenant.context.initialised\", \"true\"); } }");
    private static final Supplier<ClassLoader> NOT_ASKED = () -> fail("the site was asked");
    private static final Supplier<ClassLoader> NO_SITE = () -> null;

    private final LoadedClasses classes = new LoadedClasses(List.of(NAME));

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
    void oneCandidateIsUsedWhateverTheContextLoader() throws Exception {
        WebApplication application = loaded();
        Class<?> expected = application.loadClass(NAME);
        assertSame(expected, classes.find(NAME, null, NOT_ASKED));
        assertSame(expected, classes.find(NAME, ClassLoader.getSystemClassLoader(), NOT_ASKED));
        assertSame(expected, classes.find(NAME, new URLClassLoader(new URL[0], null), NOT_ASKED));
    }

    @Test
    void findingNeitherLoadsNorInitialises() {
        System.clearProperty("tenant.context.initialised");
        WebApplication application = application();
        assertNull(classes.find(NAME, application, NOT_ASKED));
        assertTrue(classes.candidates(NAME).isEmpty());
        assertNull(application.findLoaded(NAME));

        assertEquals(application, definingLoader(application));
        assertSame(application, classes.find(NAME, null, NOT_ASKED).getClassLoader());
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
    void severalAreToldApartByTheContextLoaderOrItsNearestParent() {
        WebApplication first = loaded();
        WebApplication second = loaded();
        ClassLoader child = new URLClassLoader(new URL[0], new URLClassLoader(new URL[0], second));
        assertSame(first, classes.find(NAME, first, NOT_ASKED).getClassLoader());
        assertSame(second, classes.find(NAME, second, NOT_ASKED).getClassLoader());
        assertSame(second, classes.find(NAME, child, NOT_ASKED).getClassLoader());
        assertEquals(List.of(first, second), classes.candidates(NAME));
    }

    @Test
    void theNearestOfParentAndChildWins() throws Exception {
        WebApplication shared = loaded();
        WebApplication childFirst = new WebApplication(classes, shared, COMPILED) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                synchronized (getClassLoadingLock(name)) {
                    Class<?> own = findLoadedClass(name);
                    return own != null ? own : name.equals(NAME) ? findClass(name) : super.loadClass(name, resolve);
                }
            }
        };
        childFirst.loadClass(NAME);
        assertSame(childFirst, classes.find(NAME, childFirst, NOT_ASKED).getClassLoader());
        assertSame(shared, classes.find(NAME, shared, NOT_ASKED).getClassLoader());
    }

    @Test
    void severalAreToldApartByTheSiteWhenTheContextLoaderDoesNot() {
        WebApplication first = loaded();
        WebApplication second = loaded();
        ClassLoader stranger = new URLClassLoader(new URL[0], null);
        ClassLoader inSecond = new URLClassLoader(new URL[0], second);
        assertSame(first, classes.find(NAME, null, () -> first).getClassLoader());
        assertSame(second, classes.find(NAME, stranger, () -> inSecond).getClassLoader());
        assertNull(classes.find(NAME, stranger, () -> stranger));
        assertNull(classes.find(NAME, null, NO_SITE));
    }

    @Test
    void aClassOfTheBootLoaderIsACandidateLikeOthers() {
        LoadedClasses ofJdk = new LoadedClasses(List.of("java.util.Timer"));
        ofJdk.noteClass(null, "java/util/Timer");
        assertSame(java.util.Timer.class, ofJdk.find("java.util.Timer", null, NOT_ASKED));
        java.util.List<ClassLoader> candidates = ofJdk.candidates("java.util.Timer");
        assertEquals(1, candidates.size());
        assertNull(candidates.get(0));
    }

    @Test
    void aDefinitionThatFailedIsNoCandidateUntilItIsTriedAgain() throws Exception {
        WebApplication application = application();
        ClassLoader empty = new URLClassLoader(new URL[0], null);
        classes.noteClass(empty, "com/acme/TenantContext");
        assertNull(classes.find(NAME, empty, NOT_ASKED));

        application.loadClass(NAME);
        assertSame(application, classes.find(NAME, empty, NOT_ASKED).getClassLoader());

        WebApplication late = application();
        classes.noteClass(late, "com/acme/TenantContext");
        assertSame(late, classes.find(NAME, late, NOT_ASKED).getClassLoader());
    }

    @Test
    void aLoaderThatHandsOutAnothersClassIsNoCandidate() {
        WebApplication application = loaded();
        ClassLoader delegating = new URLClassLoader(new URL[0], application);
        classes.noteClass(delegating, "com/acme/TenantContext");
        assertSame(application, classes.find(NAME, delegating, NOT_ASKED).getClassLoader());
        assertSame(application, classes.find(NAME, null, NOT_ASKED).getClassLoader());
    }

    @Test
    void aLoaderNotedTwiceIsOneCandidate() {
        WebApplication application = loaded();
        classes.noteClass(application, "com/acme/TenantContext");
        assertEquals(List.of(application), classes.candidates(NAME));
        assertSame(application, classes.find(NAME, null, NOT_ASKED).getClassLoader());
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

    /** Pitfall 30. */
    @Test
    void noLoaderIsPinned() throws Exception {
        WeakReference<ClassLoader> gone = new WeakReference<>(foundOnce());
        assertTrue(WebApplication.isCollected(gone), "a class loader of an undeployed application is held");
        assertTrue(classes.candidates(NAME).isEmpty());
        assertNull(classes.find(NAME, null, NO_SITE));

        WebApplication next = loaded();
        assertEquals(List.of(next), classes.candidates(NAME));
        assertSame(next, classes.find(NAME, null, NOT_ASKED).getClassLoader());
    }

    private ClassLoader foundOnce() {
        WebApplication application = loaded();
        assertSame(application, classes.find(NAME, null, NOT_ASKED).getClassLoader());
        return application;
    }
}
