package io.tenantwarden.tests.jvm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A library in another version than that of the test class path, with what it needs.
 *
 * @param folder where the build copied it to, below {@code target/libraries}
 */
public record Library(String folder) {

    /** Its jars, by name. */
    public List<Path> jars() {
        Path path = Path.of(System.getProperty("project.root"), "agent-tests/target/libraries", folder);
        if (!Files.isDirectory(path)) {
            throw new IllegalStateException(path + " is not there: run ./mvnw package");
        }
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(path, "*.jar")) {
            found.forEach(jars::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        jars.sort(null);
        return jars;
    }
}
