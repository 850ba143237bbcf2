package io.tenantwarden.tests.jvm;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Jars of agents and of applications that are one class. */
public final class OtherAgent {

    private OtherAgent() {}

    /**
     * Writes a jar of one class, which is the agent.
     *
     * @param agent needs no other class; may be an application as well
     * @param to where to
     */
    public static Path jar(Class<?> agent, Path to) throws IOException {
        String entry = agent.getName().replace('.', '/') + ".class";
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", agent.getName());
        try (OutputStream file = Files.newOutputStream(to);
                JarOutputStream out = new JarOutputStream(file, manifest);
                InputStream in = agent.getClassLoader().getResourceAsStream(entry)) {
            out.putNextEntry(new JarEntry(entry));
            in.transferTo(out);
        }
        return to;
    }
}
