package io.tenantwarden.tests.demo;

import io.tenantwarden.tests.jvm.Jdk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The demo as Spring Boot recommends to start it: extracted, from a dynamic archive of its classes that a training run without
 * any agent has made.
 *
 * @param jar of the extracted application
 * @param options how a JVM uses the archive
 */
record DemoArchive(Path jar, List<String> options) {

    /** Extracts it, and makes the archive. */
    static DemoArchive make(DemoStart starts, Jdk jdk, Path application, Path folder) throws Exception {
        Path extracted = folder.resolve("extracted");
        if (!Files.exists(extracted)) {
            DemoStart.output(List.of(
                    jdk.java().toString(),
                    "-Djarmode=tools",
                    "-jar",
                    application.toString(),
                    "extract",
                    "--destination",
                    extracted.toString()));
        }
        Path jar = extracted.resolve(application.getFileName());
        Path archive = folder.resolve("jdk-" + jdk.feature() + ".jsa");
        Files.deleteIfExists(archive);
        List<String> training = new ArrayList<>(common(jdk));
        training.add("-XX:ArchiveClassesAtExit=" + archive);
        training.add("-Dspring.context.exit=onRefresh");
        DemoStart.output(starts.command(jdk, training, jar));
        if (!Files.exists(archive)) {
            throw new IOException("the training run on " + jdk + " made no archive");
        }
        List<String> options = new ArrayList<>(common(jdk));
        options.add("-XX:SharedArchiveFile=" + archive);
        return new DemoArchive(jar, options);
    }

    /** Without it an older JVM crashes with any agent; see docs/known-limits.md. */
    private static List<String> common(Jdk jdk) {
        return jdk.feature() < 25 ? List.of("-Djdk.util.jar.enableMultiRelease=false") : List.of();
    }
}
