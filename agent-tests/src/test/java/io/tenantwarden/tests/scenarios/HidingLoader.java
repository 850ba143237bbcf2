package io.tenantwarden.tests.scenarios;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.jar.JarFile;

/**
 * A class loader of an application that loads some packages itself and lets nobody below it see the agent's, as plug-in
 * systems do that give a plug-in what they choose.
 */
public class HidingLoader extends URLClassLoader {

    private final boolean showsResources;

    HidingLoader(ClassLoader parent, URL... jars) {
        this(parent, true, jars);
    }

    /** @param showsResources whether class files can be read through it, as agents do */
    HidingLoader(ClassLoader parent, boolean showsResources, URL... jars) {
        super("hiding", jars, parent);
        this.showsResources = showsResources;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (name.startsWith("io.tenantwarden.") && !isOfScenario(name)) {
            throw new ClassNotFoundException(name + " is not for plug-ins");
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            if (known != null) {
                return known;
            }
            if (isOwn(name)) {
                return showsResources ? findClass(name) : define(name);
            }
        }
        return super.loadClass(name, resolve);
    }

    /** The scenario's own, and what the JVM must find in the system class loader for the agent to start. */
    private static boolean isOfScenario(String name) {
        return name.startsWith("io.tenantwarden.tests.")
                || name.endsWith(".WardenAgent")
                || name.endsWith(".AgentClassLoader");
    }

    private static boolean isOwn(String name) {
        return name.startsWith("org.postgresql.") || name.equals(PlugIn.class.getName());
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        try (JarFile jar = new JarFile(Path.of(getURLs()[0].getPath()).toFile());
                InputStream in = jar.getInputStream(jar.getEntry(name.replace('.', '/') + ".class"))) {
            byte[] bytes = in.readAllBytes();
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException | NullPointerException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    @Override
    public URL getResource(String name) {
        return showsResources ? super.getResource(name) : fail(name);
    }

    @Override
    public InputStream getResourceAsStream(String name) {
        return showsResources ? super.getResourceAsStream(name) : fail(name);
    }

    private static <T> T fail(String name) {
        throw new UncheckedIOException(new IOException("resources are not for plug-ins: " + name));
    }
}
