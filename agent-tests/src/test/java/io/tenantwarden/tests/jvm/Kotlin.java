package io.tenantwarden.tests.jvm;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** Kotlin's compiler, in a JVM of its own: only the tests that need Kotlin wait for it. */
public final class Kotlin {

    private static final Library COMPILER = new Library("kotlinc");
    private static final int SECONDS = 300;

    private Kotlin() {}

    /**
     * Compiles all that lies under a folder, unless the same sources were compiled before.
     *
     * @return the folder of the classes
     */
    public static Path compile(Path sources) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(sources)) {
            files = all.filter(file -> file.toString().endsWith(".kt")).sorted().toList();
        }
        CRC32 sum = new CRC32();
        for (Path file : files) {
            sum.update(Files.readAllBytes(file));
        }
        COMPILER.jars().forEach(jar -> sum.update(jar.getFileName().toString().getBytes(StandardCharsets.UTF_8)));
        Path target = Path.of(System.getProperty("project.root"), "agent-tests/target/kotlin");
        Path classes = target.resolve(Long.toHexString(sum.getValue()));
        if (!Files.isDirectory(classes)) {
            Files.createDirectories(target);
            Path fresh = Files.createTempDirectory(target, "compiling");
            compile(files, fresh);
            Files.move(fresh, classes, StandardCopyOption.ATOMIC_MOVE);
        }
        return classes;
    }

    private static void compile(List<Path> files, Path classes) throws IOException {
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
        files.forEach(file -> command.add(file.toString()));
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
