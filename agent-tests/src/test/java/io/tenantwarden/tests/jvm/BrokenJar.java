package io.tenantwarden.tests.jvm;

import static net.bytebuddy.matcher.ElementMatchers.named;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.scaffold.TypeValidation;
import net.bytebuddy.implementation.StubMethod;
import net.bytebuddy.pool.TypePool;

/**
 * The packaged jar with some of its methods made to do nothing (null, false): a test of what such a method is for has to
 * fail with this jar, otherwise it would pass without the agent, too.
 */
public final class BrokenJar {

    private static final String FOLDER = "warden/";
    private static final String ENDING = ".classdata";

    private BrokenJar() {}

    /**
     * Writes it.
     *
     * @param methods those that shall do nothing: class name, {@code #}, name; every overload is meant
     * @param to where to
     * @throws IllegalArgumentException naming a method that is not there
     */
    public static Path write(Set<String> methods, Path to) {
        Map<String, Set<String>> byClass = new LinkedHashMap<>();
        for (String method : methods) {
            String[] parts = method.split("#");
            byClass.computeIfAbsent(parts[0], name -> new LinkedHashSet<>()).add(parts[1]);
        }
        try (JarFile jar = new JarFile(AgentJvm.agentJar().toFile());
                OutputStream out = Files.newOutputStream(to);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setLevel(1);
            Map<String, byte[]> changed = new LinkedHashMap<>();
            byClass.forEach((name, some) -> changed.put(entry(name), withoutBody(new InJar(jar), name, some)));
            for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
                zip.putNextEntry(new ZipEntry(entry.getName()));
                byte[] own = changed.get(entry.getName());
                if (own != null) {
                    zip.write(own);
                } else {
                    try (InputStream in = jar.getInputStream(entry)) {
                        in.transferTo(zip);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return to;
    }

    private static String entry(String className) {
        return FOLDER + className.replace('.', '/') + ENDING;
    }

    private static byte[] withoutBody(ClassFileLocator locator, String className, Set<String> methods) {
        TypePool.Resolution found = TypePool.Default.of(
                        new ClassFileLocator.Compound(locator, ClassFileLocator.ForClassLoader.ofPlatformLoader()))
                .describe(className);
        if (!found.isResolved()) {
            throw new IllegalArgumentException("the jar has no class " + className);
        }
        TypeDescription type = found.resolve();
        var builder = new ByteBuddy().with(TypeValidation.DISABLED).redefine(type, locator);
        for (String method : methods) {
            if (type.getDeclaredMethods().filter(named(method)).isEmpty()) {
                throw new IllegalArgumentException(className + " has no method " + method);
            }
            builder = builder.method(named(method)).intercept(StubMethod.INSTANCE);
        }
        return builder.make().getBytes();
    }

    /** Finds the classes of the agent where they lie. */
    private record InJar(JarFile jar) implements ClassFileLocator {
        @Override
        public Resolution locate(String name) throws IOException {
            for (String path : List.of(entry(name), name.replace('.', '/') + ".class")) {
                JarEntry entry = jar.getJarEntry(path);
                if (entry != null) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        return new Resolution.Explicit(in.readAllBytes());
                    }
                }
            }
            return new Resolution.Illegal(name);
        }

        @Override
        public void close() {
            // whoever opened the jar closes it
        }
    }
}
