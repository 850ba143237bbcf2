package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents name exists: modules, packages, classes, keys, links, scripts. */
class DocumentsTest {

    private static final Path ROOT = Path.of(System.getProperty("project.root", ".."));

    /** Names that look like keys and are file names. */
    private static final Set<String> FILE_NAMES =
            Set.of("warden.properties", "warden.json", "warden.html", "warden.sarif");

    private static final Pattern KEY = Pattern.compile("(?<![\\w./-])warden\\.[A-Za-z0-9<>.-]*[A-Za-z0-9>]");
    private static final Pattern DECLARED_KEY = Pattern.compile("(?m)^\\| `(warden\\.[^`]+)` \\|");
    private static final Pattern NOT_AVAILABLE = Pattern.compile("`(warden\\.[A-Za-z.]+)`");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]\\[]*\\]\\(([^)\\s]+)\\)");
    private static final Pattern SCRIPT = Pattern.compile("(?<![\\w/.-])scripts/[\\w./-]*\\w");
    private static final Pattern SPAN = Pattern.compile("`([^`\n]+)`");
    private static final Pattern CLASS = Pattern.compile("(?<![\\w./:-])[A-Z]\\w*[a-z]\\w*(?:\\.\\w+)?");
    private static final Pattern ROW = Pattern.compile("<a id=\"([a-z0-9-]+)\"></a>");
    private static final Pattern WORD = Pattern.compile("\\w+");

    private static String read(String file) throws IOException {
        return Files.readString(ROOT.resolve(file)).replace("\r\n", "\n");
    }

    private static List<String> documents() throws IOException {
        List<String> files = new ArrayList<>(List.of("demo/README.md"));
        for (String folder : List.of("", "docs", "docs/decisions", ".github")) {
            try (Stream<Path> list = Files.list(ROOT.resolve(folder))) {
                list.filter(file -> file.getFileName().toString().endsWith(".md"))
                        .map(file -> ROOT.relativize(file).toString().replace('\\', '/'))
                        .sorted()
                        .forEach(files::add);
            }
        }
        return files;
    }

    private static List<Path> sources(String... folders) throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String folder : folders) {
            try (Stream<Path> tree = Files.walk(ROOT.resolve(folder))) {
                tree.filter(file -> file.toString().endsWith(".java"))
                        .filter(file -> !ROOT.relativize(file).toString().contains("target"))
                        .forEach(sources::add);
            }
        }
        return sources;
    }

    /** Fences hold examples, whose names are not ours. */
    private static String withoutFences(String markdown) {
        return markdown.replaceAll("(?ms)^```.*?^```$", "");
    }

    private static boolean isNamed(String name, String text) {
        return Pattern.compile("(?<![\\w.])" + Pattern.quote(name) + "(?![\\w]|\\.\\w)")
                .matcher(text)
                .find();
    }

    @Test
    void theArchitectureNamesEveryModuleAndPackageOfTheAgent() throws IOException {
        String text = read("ARCHITECTURE.md");
        List<String> missing = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Path source : sources("agent")) {
            String path = ROOT.relativize(source.getParent()).toString().replace('\\', '/');
            int main = path.indexOf("/src/main/java/");
            if (main >= 0) {
                names.add(path.substring(main + "/src/main/java/".length()).replace('/', '.'));
            }
        }
        assertFalse(names.isEmpty());
        try (Stream<Path> folders = Files.list(ROOT.resolve("agent"))) {
            folders.filter(folder -> Files.exists(folder.resolve("pom.xml")))
                    .forEach(folder -> names.add("agent/" + folder.getFileName()));
        }
        names.stream().filter(name -> !isNamed(name, text)).sorted().forEach(missing::add);
        assertEquals(List.of(), missing, "ARCHITECTURE.md, \"Code map\", does not name these");
    }

    @Test
    void everyPackageOfTheAgentSaysWhatItIsFor() throws IOException {
        Set<Path> without = new HashSet<>();
        for (Path source : sources("agent")) {
            Path folder = source.getParent();
            if (folder.toString().replace('\\', '/').contains("/src/main/java/")
                    && !Files.exists(folder.resolve("package-info.java"))) {
                without.add(ROOT.relativize(folder));
            }
        }
        assertEquals(Set.of(), without);
    }

    @Test
    void everyKeyThatADocumentNamesIsDeclaredOrSaidToBeMissing() throws IOException {
        Set<String> declared = new HashSet<>();
        DECLARED_KEY.matcher(read("docs/configuration.md")).results().forEach(found -> declared.add(found.group(1)));
        assertFalse(declared.isEmpty());
        Set<String> notAvailable = new HashSet<>();
        NOT_AVAILABLE
                .matcher(read("docs/known-limits.md"))
                .results()
                .forEach(found -> notAvailable.add(found.group(1)));
        List<String> wrong = new ArrayList<>();
        for (String document : documents()) {
            KEY.matcher(read(document))
                    .results()
                    .map(found -> found.group())
                    .filter(name -> !FILE_NAMES.contains(name) && !notAvailable.contains(name))
                    .filter(name -> declared.stream().noneMatch(key -> means(key, name)))
                    .forEach(name -> wrong.add(document + ": " + name));
        }
        assertEquals(
                List.of(), wrong, "not in docs/configuration.md, and not in docs/known-limits.md as not available");
    }

    /** Whether the name is the key, one of its family, or the common beginning of several keys. */
    private static boolean means(String key, String name) {
        if (key.equals(name) || key.startsWith(name + ".")) {
            return true;
        }
        String family = Pattern.quote(key).replace("<name>", "\\E[a-z0-9-]+\\Q").replace("<n>", "\\E[1-9][0-9]*\\Q");
        return name.matches(family);
    }

    @Test
    void everyRelativeLinkLeadsSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (String document : documents()) {
            Matcher link = LINK.matcher(withoutFences(read(document)));
            while (link.find()) {
                String target = link.group(1);
                if (target.contains("://")) {
                    continue;
                }
                links++;
                String[] parts = target.split("#", 2);
                Path file = parts[0].isEmpty()
                        ? ROOT.resolve(document)
                        : ROOT.resolve(document).resolveSibling(parts[0]);
                boolean found = Files.exists(file)
                        && (parts.length == 1 || anchors(file).contains(parts[1]));
                if (!found) {
                    broken.add(document + ": " + target);
                }
            }
        }
        assertEquals(List.of(), broken);
        assertFalse(links == 0);
    }

    /** Those of headings as GitHub makes them, lower case, blanks as hyphens, all other punctuation dropped; and those of rows. */
    private static Set<String> anchors(Path file) throws IOException {
        String text = withoutFences(Files.readString(file));
        Set<String> anchors = text.lines()
                .filter(line -> line.matches("#{1,6} .*"))
                .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
                .map(heading -> heading.replaceAll("[^\\p{Alnum} _-]", "").replace(' ', '-'))
                .collect(Collectors.toCollection(HashSet::new));
        ROW.matcher(text).results().forEach(found -> anchors.add(found.group(1)));
        return anchors;
    }

    /** Whoever reads the code has the repository and nothing else. */
    @Test
    void nothingCitesATextThatIsNotHere() throws IOException {
        Pattern numbered = Pattern.compile("(?i)\\bpitfalls? [0-9]+|\\bas agreed\\b");
        Pattern document = Pattern.compile("(?<![\\w./%}-])(?:[\\w-]+/)*[\\w-]{3,}\\.md\\b");
        List<String> wrong = new ArrayList<>();
        List<Path> files = new ArrayList<>(sources("agent", "agent-tests", "demo"));
        for (String name : documents()) {
            files.add(ROOT.resolve(name));
        }
        for (Path file : files) {
            if (file.endsWith("DocumentsTest.java")) {
                continue;
            }
            String text = Files.readString(file);
            numbered.matcher(text).results().forEach(found -> wrong.add(file + ": " + found.group()));
            if (ROOT.relativize(file).toString().contains("src/main/")) {
                document.matcher(text)
                        .results()
                        .map(found -> found.group())
                        .filter(name ->
                                !Files.exists(ROOT.resolve(name)) && !Files.exists(ROOT.resolve("docs/" + name)))
                        .forEach(name -> wrong.add(file + ": " + name));
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void everyScriptThatADocumentNamesIsThere() throws IOException {
        List<String> missing = new ArrayList<>();
        for (String document : documents()) {
            SCRIPT.matcher(read(document))
                    .results()
                    .map(found -> found.group())
                    .filter(script -> !Files.isRegularFile(ROOT.resolve(script)))
                    .forEach(script -> missing.add(document + ": " + script));
        }
        assertEquals(List.of(), missing);
    }

    @Test
    void everyClassAndMemberThatADocumentNamesIsInTheCode() throws IOException {
        Set<String> words = new HashSet<>();
        Map<String, Set<String>> byClass = new TreeMap<>();
        for (Path source : sources("agent", "agent-tests", "demo")) {
            Set<String> own = new HashSet<>();
            WORD.matcher(Files.readString(source)).results().forEach(found -> own.add(found.group()));
            String name = source.getFileName().toString().replace(".java", "");
            byClass.computeIfAbsent(name, n -> new HashSet<>()).addAll(own);
            if (!name.equals(DocumentsTest.class.getSimpleName())) {
                words.addAll(own);
            }
        }
        words.add(DocumentsTest.class.getSimpleName());
        List<String> unknown = new ArrayList<>();
        for (String document : List.of("ARCHITECTURE.md", "CONTRIBUTING.md", "docs/how-it-is-checked.md")) {
            for (String span : spans(read(document))) {
                CLASS.matcher(span).results().map(found -> found.group()).forEach(name -> {
                    String[] parts = name.split("\\.", 2);
                    Set<String> members = byClass.get(parts[0]);
                    boolean known = words.contains(parts[0])
                            && (parts.length == 1 || members == null || members.contains(parts[1]));
                    if (!known) {
                        unknown.add(document + ": " + name);
                    }
                });
            }
        }
        assertEquals(List.of(), unknown);
    }

    private static List<String> spans(String markdown) {
        return SPAN.matcher(withoutFences(markdown))
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    /** Kinds whose names are reserved are raised by nothing, so that no document may tell people to look for them. */
    @Test
    void noDocumentPromisesAKindThatIsNotRaised() throws IOException {
        String kinds = read("agent/engine/src/main/java/io/tenantwarden/engine/report/ViolationKind.java");
        StringBuilder others = new StringBuilder();
        for (Path source : sources("agent/engine/src/main", "agent/instrumentation/src/main")) {
            if (!source.endsWith("ViolationKind.java")) {
                others.append(Files.readString(source));
            }
        }
        List<String> reserved = new ArrayList<>();
        Matcher kind = Pattern.compile("(?m)^    ([A-Z_]+)\\(\"([a-z-]+)\"").matcher(kinds);
        int found = 0;
        while (kind.find()) {
            found++;
            if (!others.toString().contains("ViolationKind." + kind.group(1))) {
                reserved.add(kind.group(2));
            }
        }
        assertFalse(found == 0, kinds);
        List<String> promised = new ArrayList<>();
        Set<String> mayNameThem = Set.of("CHANGELOG.md", "docs/known-limits.md");
        for (String document : documents()) {
            if (!mayNameThem.contains(document)) {
                read(document)
                        .lines()
                        .filter(line -> !line.contains("reserved"))
                        .forEach(line -> reserved.stream()
                                .filter(line::contains)
                                .forEach(name -> promised.add(document + ": " + name)));
            }
        }
        assertEquals(List.of(), promised, "these are not raised; a line that names one says that it is reserved");
    }
}
