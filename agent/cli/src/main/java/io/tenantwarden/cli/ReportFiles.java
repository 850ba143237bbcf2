package io.tenantwarden.cli;

import io.tenantwarden.engine.report.document.Report;
import io.tenantwarden.engine.report.document.ReportMerge;
import io.tenantwarden.engine.report.document.ReportReader;
import io.tenantwarden.engine.report.document.UnreadableReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** The reports that names and patterns mean, as one: a build starts several JVMs, and each keeps its own file. */
final class ReportFiles {

    private static final String WILDCARDS = "*?[{";

    private ReportFiles() {}

    /**
     * Reads and merges.
     *
     * @param patterns file names; {@code *}, {@code **}, {@code ?}, {@code {a,b}} and {@code [a-z]} are expanded, and {@code %p} is {@code *}
     * @param except a file that patterns do not mean; null for none
     * @throws CommandFailure when one of them means no file, or a file is no report
     */
    static Report read(List<String> patterns, Path except) {
        List<Report> reports = new ArrayList<>();
        for (Path file : files(patterns, except)) {
            try {
                reports.add(ReportReader.read(file));
            } catch (UnreadableReport e) {
                throw CommandFailure.couldNotRun(file + ": " + e.getMessage());
            }
        }
        return ReportMerge.of(reports);
    }

    private static Set<Path> files(List<String> patterns, Path except) {
        Set<Path> files = new TreeSet<>();
        for (String pattern : patterns) {
            List<Path> matching = matching(pattern.replace("%p", "*"), except);
            if (matching.isEmpty()) {
                throw CommandFailure.couldNotRun("no report: no file is named " + pattern
                        + ". Run the tests with -javaagent:tenant-warden.jar and warden.report, and look for a line of"
                        + " [warden] in their output");
            }
            files.addAll(matching);
        }
        return files;
    }

    private static List<Path> matching(String pattern, Path except) {
        try {
            boolean isPattern = pattern.chars().anyMatch(c -> WILDCARDS.indexOf(c) >= 0);
            if (!isPattern || Files.isRegularFile(Path.of(pattern))) {
                Path file = Path.of(pattern);
                return Files.exists(file) ? List.of(file.normalize()) : List.of();
            }
        } catch (InvalidPathException e) {
            // on Windows * is no part of a path: it is a pattern then
        }
        return walk(pattern, except);
    }

    private static List<Path> walk(String pattern, Path except) {
        String unix = pattern.replace('\\', '/');
        int slash = unix.lastIndexOf('/', firstWildcard(unix));
        // "" is the working directory, and / the root
        Path folder = Path.of(slash < 0 ? "" : unix.substring(0, Math.max(1, slash)));
        String rest = unix.substring(slash + 1);
        PathMatcher matcher;
        try {
            matcher = FileSystems.getDefault().getPathMatcher("glob:" + rest);
        } catch (PatternSyntaxException e) {
            throw CommandFailure.usage("the pattern " + pattern + " cannot be read: " + e.getDescription());
        }
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        int depth = rest.contains("**") ? Integer.MAX_VALUE : rest.split("/").length;
        try (Stream<Path> found = Files.walk(folder, depth)) {
            return found.filter(file -> matcher.matches(folder.relativize(file)))
                    .filter(Files::isRegularFile)
                    .filter(file -> !isSame(file, except))
                    .map(Path::normalize)
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw CommandFailure.couldNotRun("the folder of " + pattern + " cannot be read: " + e.getMessage());
        }
    }

    private static int firstWildcard(String pattern) {
        for (int i = 0; i < pattern.length(); i++) {
            if (WILDCARDS.indexOf(pattern.charAt(i)) >= 0) {
                return i;
            }
        }
        return pattern.length();
    }

    private static boolean isSame(Path file, Path other) {
        try {
            return other != null && Files.exists(other) && Files.isSameFile(file, other);
        } catch (IOException e) {
            return false;
        }
    }
}
