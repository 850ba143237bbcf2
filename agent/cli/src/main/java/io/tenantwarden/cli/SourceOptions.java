package io.tenantwarden.cli;

import io.tenantwarden.engine.report.document.SourceTree;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Option;

/** Where the application's source files lie, and where people read them. */
final class SourceOptions {

    private static final int MAX_DEPTH = 7;
    private static final int MAX_FOLDERS = 20_000;
    private static final Set<String> LANGUAGES = Set.of("java", "kotlin", "groovy", "scala");
    private static final Set<String> WITHOUT_SOURCES = Set.of("target", "build", "out", "node_modules");

    @Option(
            names = "--source-roots",
            split = ",",
            paramLabel = "FOLDER",
            description = "folders of packages, relative to the root of the repository, in which the command runs; by"
                    + " default every src/*/java below it, and the like for Kotlin, Groovy and Scala")
    private List<String> roots = List.of();

    @Option(
            names = "--source-url",
            paramLabel = "URL",
            description = "what the path of a source file is appended to for a link; in GitHub Actions it is known")
    private String url;

    SourceTree tree() {
        return SourceTree.of(Path.of(""), roots.isEmpty() ? find() : roots);
    }

    /** Null when there is nowhere to link to. */
    String url(Map<String, String> environment) {
        if (url != null) {
            if (!url.matches("https?://\\S+")) {
                throw CommandFailure.usage(
                        "--source-url " + url + " is no address of a web page: it begins with https://");
            }
            return url;
        }
        String server = environment.get("GITHUB_SERVER_URL");
        String repository = environment.get("GITHUB_REPOSITORY");
        String commit = environment.get("GITHUB_SHA");
        boolean known = server != null && server.matches("https?://\\S+") && repository != null && commit != null;
        return known ? server + "/" + repository + "/blob/" + commit + "/" : null;
    }

    /** Modules of a build lie next to each other or below each other, seldom deep. */
    private static List<String> find() {
        List<String> found = new ArrayList<>();
        int[] folders = new int[1];
        try {
            Files.walkFileTree(
                    Path.of(""),
                    EnumSet.noneOf(java.nio.file.FileVisitOption.class),
                    MAX_DEPTH,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                            String name = folder.getFileName().toString();
                            if (folders[0]++ > MAX_FOLDERS) {
                                return FileVisitResult.TERMINATE;
                            }
                            if (name.startsWith(".") || WITHOUT_SOURCES.contains(name)) {
                                return FileVisitResult.SKIP_SUBTREE;
                            }
                            if (isRoot(folder)) {
                                found.add(folder.toString().replace('\\', '/'));
                                return FileVisitResult.SKIP_SUBTREE;
                            }
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFileFailed(Path file, IOException e) {
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            return SourceTree.USUAL_ROOTS;
        }
        found.sort(null);
        return found.isEmpty() ? SourceTree.USUAL_ROOTS : found;
    }

    private static boolean isRoot(Path folder) {
        int names = folder.getNameCount();
        return names >= 3
                && LANGUAGES.contains(folder.getName(names - 1).toString())
                && folder.getName(names - 3).toString().equals("src");
    }
}
