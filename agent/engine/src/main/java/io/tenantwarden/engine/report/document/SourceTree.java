package io.tenantwarden.engine.report.document;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where the application's source files lie: the file of a class, relative to the root of the repository. Class files name no folders, so it is
 * looked for by the class's package below each root. Thread-safe.
 */
public final class SourceTree {

    /** What Maven and Gradle have, when nothing else is said. */
    public static final List<String> USUAL_ROOTS = List.of(
            "src/main/java",
            "src/main/kotlin",
            "src/main/groovy",
            "src/main/scala",
            "src/test/java",
            "src/test/kotlin",
            "src/test/groovy",
            "src/test/scala");

    /** Looks at no file. */
    public static final SourceTree NONE = new SourceTree(null, List.of());

    private static final String UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    private final Path repository;
    private final List<String> roots;
    private final Map<String, SourceFile> found = new ConcurrentHashMap<>();

    private SourceTree(Path repository, List<String> roots) {
        this.repository = repository;
        this.roots = List.copyOf(roots);
    }

    /**
     * A source file.
     *
     * @param path relative to the root of the repository, with {@code /}
     * @param exists whether it is there; otherwise it is where it would usually be
     */
    public record SourceFile(String path, boolean exists) {

        /** The path as a relative URI. */
        public String uri() {
            return encoded(path);
        }
    }

    /**
     * @param repository the folder that paths are relative to
     * @param roots folders of packages, relative to it
     */
    public static SourceTree of(Path repository, List<String> roots) {
        return new SourceTree(repository, roots.stream().map(SourceTree::clean).toList());
    }

    private static String clean(String root) {
        String path = root.replace('\\', '/');
        while (path.startsWith("./")) {
            path = path.substring(2);
        }
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        return path.equals(".") ? "" : path;
    }

    /** The file of a place in the code; where there is none, the one that it usually would be. */
    public SourceFile find(Frame frame) {
        String file = fileName(frame);
        String folder = String.join(
                "/",
                Arrays.stream(frame.packageName().split("\\."))
                        .filter(part -> !part.isEmpty())
                        .toList());
        return found.computeIfAbsent(folder + "/" + file, key -> search(folder, file));
    }

    private SourceFile search(String folder, String file) {
        boolean java = file.endsWith(".java");
        for (String root : roots) {
            String rest = folder;
            while (true) {
                String path = joined(root, rest, file);
                if (isFile(path)) {
                    return new SourceFile(path, true);
                }
                // Kotlin's convention leaves out the part of the package that all files share
                int slash = rest.indexOf('/');
                if (java || rest.isEmpty()) {
                    break;
                }
                rest = slash < 0 ? "" : rest.substring(slash + 1);
            }
        }
        return new SourceFile(joined(usualRoot(file), folder, file), false);
    }

    private String usualRoot(String file) {
        if (!roots.isEmpty() && !roots.equals(USUAL_ROOTS)) {
            return roots.get(0);
        }
        return file.endsWith(".kt") ? "src/main/kotlin" : "src/main/java";
    }

    private boolean isFile(String path) {
        try {
            return repository != null && Files.isRegularFile(repository.resolve(path));
        } catch (InvalidPathException | SecurityException e) {
            return false;
        }
    }

    /** How long a line of a file is; 0 when that cannot be known. */
    int lineLength(SourceFile file, int line) {
        if (!file.exists() || line < 1) {
            return 0;
        }
        try (var lines = Files.lines(repository.resolve(file.path()), StandardCharsets.UTF_8)) {
            return lines.skip(line - 1L).findFirst().map(String::length).orElse(0);
        } catch (java.io.IOException | java.io.UncheckedIOException | SecurityException e) {
            return 0;
        }
    }

    private static String joined(String... parts) {
        List<String> filled = new ArrayList<>();
        for (String part : parts) {
            if (!part.isEmpty()) {
                filled.add(part);
            }
        }
        return String.join("/", filled);
    }

    /** What compilers write is a bare name; whatever else stands there must not lead out of the folder. */
    private static String fileName(Frame frame) {
        String name = frame.file() == null ? "" : frame.file();
        name = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
        if (!name.isEmpty() && !name.equals("..") && !name.equals(".")) {
            return name;
        }
        String simple = frame.simpleName();
        int nested = simple.indexOf('$');
        return (nested > 0 ? simple.substring(0, nested) : simple) + ".java";
    }

    /** As a path of a URI (RFC 3986, 3.3). */
    public static String encoded(String path) {
        StringBuilder uri = new StringBuilder();
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (UNRESERVED.indexOf(c) >= 0 || c == '/') {
                uri.append(c);
            } else {
                uri.append('%').append(String.format("%02X", (int) c));
            }
        }
        return uri.toString();
    }

    /** A name in the place of a file's for an object of a database, which lies in none: the same in each run. */
    public static String objectUri(String object) {
        String name = object.isBlank() ? "database" : object;
        return "database/" + encoded(name.replace("/", "%2F")).replace("%252F", "%2F");
    }
}
