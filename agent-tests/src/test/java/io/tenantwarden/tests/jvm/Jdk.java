package io.tenantwarden.tests.jvm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.TreeMap;

/** The JDKs that the agent is tried on: the one that runs the build, and those of other versions that are installed. */
public record Jdk(int feature, Path home) {

    /** The JDK that runs this test. */
    public static Jdk current() {
        return new Jdk(Runtime.version().feature(), Path.of(System.getProperty("java.home")));
    }

    /**
     * The current JDK and every other one from 17 on that lies in {@code /usr/lib/jvm} or is named by the system property
     * {@code test.jdks} (paths separated as in PATH); one of each version, oldest first.
     */
    public static List<Jdk> all() {
        TreeMap<Integer, Jdk> byVersion = new TreeMap<>();
        for (Path home : candidates()) {
            int feature = feature(home);
            if (feature >= 17 && Files.isExecutable(home.resolve("bin/java"))) {
                byVersion.putIfAbsent(feature, new Jdk(feature, home));
            }
        }
        Jdk current = current();
        byVersion.put(current.feature(), current);
        return byVersion.values().stream()
                .sorted(Comparator.comparingInt(Jdk::feature))
                .toList();
    }

    private static List<Path> candidates() {
        List<Path> homes = new ArrayList<>();
        for (String home : System.getProperty("test.jdks", "").split(java.io.File.pathSeparator)) {
            if (!home.isBlank()) {
                homes.add(Path.of(home.strip()));
            }
        }
        Path installed = Path.of("/usr/lib/jvm");
        if (Files.isDirectory(installed)) {
            try (DirectoryStream<Path> folders = Files.newDirectoryStream(installed)) {
                folders.forEach(homes::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return homes;
    }

    private static int feature(Path home) {
        Path release = home.resolve("release");
        if (!Files.isRegularFile(release)) {
            return 0;
        }
        Properties properties = new Properties();
        try (var in = Files.newInputStream(release)) {
            properties.load(in);
        } catch (IOException e) {
            return 0;
        }
        String version = properties.getProperty("JAVA_VERSION", "0").replace("\"", "");
        String first = version.split("[.+-]")[0];
        return first.chars().allMatch(Character::isDigit) ? Integer.parseInt(first) : 0;
    }

    /** Its launcher. */
    public Path java() {
        return home.resolve("bin/java");
    }

    @Override
    public String toString() {
        return "JDK " + feature;
    }
}
