package io.tenantwarden.tests.coverage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of what is covered says what the tests do, and forgets no source. */
class CoverageDocumentTest {

    private static final Path DOCS = Path.of(System.getProperty("project.root", ".."), "docs");
    private static final Path FILE = DOCS.resolve("coverage.md");
    private static final Pattern SOURCE = Pattern.compile("(?m)^\\| ((?:`[a-z]+:?[^`]*`(?:, )?)+) \\|");

    private static List<SourceCase> cases() {
        List<SourceCase> cases = new ArrayList<>(SourceCases.all());
        cases.add(SourceCases.scopeMethods());
        return cases;
    }

    @Test
    void theCommittedPageIsWhatTheTestsDo() throws IOException {
        String now = CoverageDocument.render();
        if (Boolean.getBoolean("docs.update")) {
            Files.writeString(FILE, now);
        }
        assertTrue(Files.exists(FILE), "docs/coverage.md is missing; write it with: " + CoverageDocument.COMMAND);
        assertEquals(
                now,
                Files.readString(FILE).replace("\r\n", "\n"),
                "docs/coverage.md is stale; write it again with: " + CoverageDocument.COMMAND);
    }

    /** A line of the page is only true when its tests are there, and fail without the part of the agent that it is about. */
    @Test
    void everyLineHasTestsThatDependOnTheAgent() throws ClassNotFoundException {
        Set<String> wrong = new TreeSet<>();
        for (SourceCase one : cases()) {
            Set<String> dependent = one.everything().tests();
            Class<?> scenario = Class.forName(
                    "io.tenantwarden.tests.scenarios." + one.scenario(),
                    false,
                    getClass().getClassLoader());
            Set<String> methods = new HashSet<>();
            for (var method : scenario.getDeclaredMethods()) {
                methods.add(method.getName() + "()");
            }
            for (Row row : one.rows()) {
                assertFalse(row.tests().isEmpty(), row.toString());
                for (String test : row.tests()) {
                    if (!dependent.contains(test) || test.endsWith("()") && !methods.contains(test)) {
                        wrong.add(one + ": " + test);
                    }
                }
            }
        }
        assertEquals(Set.of(), wrong);
    }

    @Test
    void everySourceOfTheGuideIsThere() throws IOException {
        Set<String> told = new TreeSet<>();
        String guide = Files.readString(DOCS.resolve("tenant-sources.md"));
        SOURCE.matcher(guide).results().forEach(found -> {
            for (String source : found.group(1).split(", ")) {
                told.add(source.replaceAll("[`]|:.*", ""));
            }
        });
        Set<String> covered = new TreeSet<>();
        SourceCases.all()
                .forEach(one ->
                        one.rows().forEach(row -> covered.add(row.source().replaceAll(":.*", ""))));
        assertEquals(told, covered);
    }
}
