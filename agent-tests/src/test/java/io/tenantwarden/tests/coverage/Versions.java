package io.tenantwarden.tests.coverage;

import io.tenantwarden.tests.jvm.Library;
import java.io.File;
import java.util.Arrays;
import java.util.List;

/** Versions of the libraries that the tests run with, taken from the names of their jars. */
final class Versions {

    private Versions() {}

    /** Version on the class path of the tests. */
    static String of(String artifact) {
        String own = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return of(
                artifact,
                Arrays.stream(own.split(File.pathSeparator))
                        .map(entry -> new File(entry).getName())
                        .toList());
    }

    /** Version in a folder of its own. */
    static String of(Library library, String artifact) {
        return of(
                artifact,
                library.jars().stream().map(jar -> jar.getFileName().toString()).toList());
    }

    private static String of(String artifact, List<String> jars) {
        List<String> found = jars.stream()
                .filter(jar -> jar.matches(artifact + "-[0-9][^/]*\\.jar"))
                .map(jar -> jar.substring(artifact.length() + 1, jar.length() - ".jar".length()))
                .distinct()
                .toList();
        if (found.size() != 1) {
            throw new IllegalStateException(artifact + " is there " + found.size() + " times: " + found
                    + "; when a version was changed, run ./mvnw -pl agent-tests clean");
        }
        return found.get(0);
    }
}
