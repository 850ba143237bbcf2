package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Driver;
import io.tenantwarden.tests.jvm.Forked;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The portable strategy, where it is asked for and where a driver leaves no other. */
class StrategyTest {

    private static final String SCENARIOS = "io.tenantwarden.tests.scenarios.";

    @TempDir
    Path folder;

    @TestFactory
    List<DynamicTest> theBehaviourSuiteInThePortableStrategy() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (String scenario : List.of("IsolationScenario", "PoolOfOneScenario")) {
            for (Driver driver : List.of(Driver.all().get(0), Driver.NEWEST)) {
                tests.addAll(Forked.scenario(Class.forName(SCENARIOS + scenario))
                        .database(TestDatabase.create(18))
                        .driver(driver)
                        .strategy("jdbc")
                        .warden("tenant", AgentScenariosTest.SOURCE)
                        .warden("log", "stderr")
                        .then(result -> assertTrue(
                                result.lines("COVER ").stream().anyMatch(line -> line.contains(" strategy=jdbc ")),
                                result::all))
                        .tests());
            }
        }
        return tests;
    }

    /** The newest driver with one private member renamed is a driver that nobody has seen yet. */
    @TestFactory
    List<DynamicTest> anUnknownShapeFallsBackAndSaysWhatIsMissing() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        Path original = jarOf(org.postgresql.Driver.class);
        for (String member : List.of("pendingExecuteQueue", "sendOneQuery", "receiveRFQ")) {
            String other = member.substring(0, member.length() - 1) + "_";
            Path changed = folder.resolve("postgresql-" + member + ".jar");
            rename(original, changed, member, other);
            tests.addAll(Forked.scenario(Class.forName(SCENARIOS + "IsolationScenario"))
                    .database(TestDatabase.create(18))
                    .driver(new Driver("postgresql-" + member, changed))
                    .warden("tenant", AgentScenariosTest.SOURCE)
                    .warden("log", "stderr")
                    .then(result -> {
                        List<String> told = result.lines("missing: ");
                        assertEquals(1, told.size(), result::all);
                        assertTrue(told.get(0).contains("QueryExecutorImpl." + member), told::toString);
                        assertTrue(told.get(0).contains("PostgreSQL JDBC Driver 42."), told::toString);
                        assertTrue(
                                result.lines("COVER ").stream().allMatch(line -> line.contains(" strategy=jdbc ")),
                                result::all);
                    })
                    .tests());
        }
        return tests;
    }

    private static Path jarOf(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /** Both names have the same length, so that the constant pool of a class file stays as it is. */
    private static void rename(Path from, Path to, String name, String other) throws IOException {
        try (ZipFile in = new ZipFile(from.toFile());
                OutputStream file = Files.newOutputStream(to);
                ZipOutputStream out = new ZipOutputStream(file)) {
            for (Enumeration<? extends ZipEntry> entries = in.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                out.putNextEntry(new ZipEntry(entry.getName()));
                try (InputStream content = in.getInputStream(entry)) {
                    byte[] bytes = content.readAllBytes();
                    boolean driver = entry.getName().startsWith("org/postgresql/core/")
                            && entry.getName().endsWith(".class");
                    out.write(
                            driver
                                    ? new String(bytes, StandardCharsets.ISO_8859_1)
                                            .replace(name, other)
                                            .getBytes(StandardCharsets.ISO_8859_1)
                                    : bytes);
                }
                out.closeEntry();
            }
        }
    }
}
