package io.tenantwarden.tests.jvm;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Kotlin's compiler, in a JVM of its own: only the tests that need Kotlin wait for it. */
public final class Kotlin {

    private static final Library COMPILER = new Library("kotlinc");
    private static final int SECONDS = 300;

    private Kotlin() {}

    /**
     * Compiles all that lies under a folder.
     *
     * @return the folder of the classes
     */
    public static Path compile(Path sources, Path classes) throws IOException {
        String libraries = COMPILER.jars().stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(List.of(
                Jdk.current().java().toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                libraries,
                "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler",
                "-no-stdlib",
                "-no-reflect",
                "-nowarn",
                "-jvm-target",
                "17",
                "-cp",
                libraries,
                "-d",
                classes.toString()));
        try (Stream<Path> files = Files.walk(sources)) {
            files.map(Path::toString).filter(name -> name.endsWith(".kt")).forEach(command::add);
        }
        Path output = Files.createTempFile(classes.toAbsolutePath().getParent(), "kotlinc", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            if (process.waitFor() != 0) {
                throw new IllegalStateException("Kotlin's compiler says\n" + Files.readString(output));
            }
        } catch (InterruptedException e) {
            throw new UncheckedIOException(new IOException(e));
        }
        return classes;
    }

    /** Puts such classes on the class path of a JVM, with Kotlin's own. */
    public static AgentJvm into(AgentJvm jvm, Path classes) {
        jvm.without("kotlin-stdlib").classPath(classes);
        COMPILER.jars().stream()
                .filter(jar -> jar.getFileName().toString().startsWith("kotlin-stdlib"))
                .forEach(jvm::classPath);
        return jvm;
    }
}
