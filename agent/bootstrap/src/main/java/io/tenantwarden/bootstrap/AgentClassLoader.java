package io.tenantwarden.bootstrap;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.security.AllPermission;
import java.security.CodeSource;
import java.security.Permissions;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Loads the agent's own classes from {@code warden/*.classdata} of the jar, where no other loader finds them. The parent
 * is the platform loader, which has {@code java.sql}; nothing of the application is visible from here.
 */
final class AgentClassLoader extends ClassLoader {

    private static final String FOLDER = "warden/";
    private static final String OURS = "io.tenantwarden.";
    private static final String BOOT = "io.tenantwarden.bootstrap.";

    static {
        registerAsParallelCapable();
    }

    private final ZipFile jar;
    private final String jarUrl;
    private final ProtectionDomain domain;

    AgentClassLoader(File file) throws IOException {
        super("tenant-warden", ClassLoader.getPlatformClassLoader());
        this.jar = new ZipFile(file);
        this.jarUrl = "jar:" + file.toURI() + "!/";
        this.domain = domain(file, this);
    }

    /**
     * The parent is not asked for what only this jar has: it would throw, a thousand times while the application starts, and far
     * up on the stack of an application an exception costs more than a class.
     */
    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OURS) || name.startsWith(BOOT)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? findClass(name) : loaded;
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes;
        try {
            bytes = read(name.replace('.', '/') + ".class");
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
        if (bytes == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, bytes, 0, bytes.length, domain);
    }

    /**
     * The agent may do everything, as the JVM's own classes may, also under a security manager that the application sets
     * later and whose policy does not know it.
     */
    private static ProtectionDomain domain(File file, ClassLoader loader) throws IOException {
        Permissions all = new Permissions();
        all.add(new AllPermission());
        CodeSource source = new CodeSource(file.toURI().toURL(), (Certificate[]) null);
        return new ProtectionDomain(source, all, loader, null);
    }

    /** Byte Buddy reads the class files of advice through here. */
    @Override
    public InputStream getResourceAsStream(String name) {
        try {
            byte[] bytes = read(name);
            return bytes == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(bytes);
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    protected URL findResource(String name) {
        String entry = entryName(name);
        if (jar.getEntry(entry) == null) {
            return null;
        }
        try {
            return new URL(jarUrl + entry);
        } catch (MalformedURLException e) {
            return null;
        }
    }

    private byte[] read(String resource) throws IOException {
        ZipEntry entry = jar.getEntry(entryName(resource));
        if (entry == null) {
            return null;
        }
        try (InputStream in = jar.getInputStream(entry)) {
            return in.readAllBytes();
        }
    }

    private static String entryName(String resource) {
        return FOLDER + (resource.endsWith(".class") ? resource + "data" : resource);
    }
}
