package io.tenantwarden.tests.jvm;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.commons.ClassRemapper;
import net.bytebuddy.jar.asm.commons.Remapper;
import net.bytebuddy.utility.OpenedClassReader;

/** A jar whose classes have other names, as build tools make it that pack libraries into an application: texts included. */
public final class RelocatedJar {

    private RelocatedJar() {}

    /**
     * Writes it.
     *
     * @param from package with slashes, for instance {@code org/postgresql}
     * @param to the package that takes its place
     */
    public static Path write(Path original, String from, String to, Path target) {
        Remapper remapper = new Remapper(OpenedClassReader.ASM_API) {
            @Override
            public String map(String internalName) {
                return renamed(internalName, from, to);
            }

            @Override
            public Object mapValue(Object value) {
                return value instanceof String text ? renamedText(text, from, to) : super.mapValue(value);
            }
        };
        try (JarFile jar = new JarFile(original.toFile());
                OutputStream file = Files.newOutputStream(target);
                JarOutputStream out = new JarOutputStream(file)) {
            out.setLevel(1);
            for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
                String name = entry.getName();
                if (entry.isDirectory() || name.startsWith("META-INF/") && !name.startsWith("META-INF/services/")) {
                    continue;
                }
                out.putNextEntry(new JarEntry(renamed(name, from, to)));
                try (InputStream in = jar.getInputStream(entry)) {
                    out.write(content(name, in.readAllBytes(), remapper, from, to));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return target;
    }

    private static byte[] content(String name, byte[] bytes, Remapper remapper, String from, String to) {
        if (name.endsWith(".class")) {
            ClassWriter writer = new ClassWriter(0);
            OpenedClassReader.of(bytes).accept(new ClassRemapper(writer, remapper) {}, ClassReader.EXPAND_FRAMES);
            return writer.toByteArray();
        }
        if (name.startsWith("META-INF/services/")) {
            return renamedText(new String(bytes, StandardCharsets.UTF_8), from, to)
                    .getBytes(StandardCharsets.UTF_8);
        }
        return bytes;
    }

    private static String renamed(String name, String from, String to) {
        return name.startsWith(from + "/") ? to + name.substring(from.length()) : name;
    }

    private static String renamedText(String text, String from, String to) {
        return text.replace(from.replace('/', '.') + ".", to.replace('/', '.') + ".")
                .replace(from + "/", to + "/");
    }
}
