package io.tenantwarden.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is in the jar, and what is not. */
class PackagingTest {

    private static final List<String> ALLOWED = List.of("META-INF/", "io/tenantwarden/bootstrap/", "warden/");

    /** A class name of a library as a text of its own; a sentence that mentions the library is none. */
    private static final Pattern LIBRARY_CLASS =
            Pattern.compile("(net\\.bytebuddy|com\\.grack|com\\.github\\.benmanes\\.caffeine)\\.[\\w.$]+");

    @Test
    void onlyTheAllowedFolders() {
        List<String> others = AgentJar.entries().keySet().stream()
                .filter(name -> ALLOWED.stream().noneMatch(name::startsWith))
                // the folders above the bootstrap classes
                .filter(name -> !name.equals("io/") && !name.equals("io/tenantwarden/"))
                .toList();
        assertEquals(List.of(), others);
    }

    @Test
    void classesAreHiddenOutsideBootstrap() {
        List<String> visible = AgentJar.entries().keySet().stream()
                .filter(name -> name.endsWith(".class") && !name.startsWith("io/tenantwarden/bootstrap/"))
                .toList();
        assertEquals(List.of(), visible);
        assertTrue(AgentJar.entries().containsKey("warden/io/tenantwarden/instrumentation/Installer.classdata"));
    }

    @Test
    void nothingThatChangesHowAJarIsRead() {
        for (String name : AgentJar.entries().keySet()) {
            assertFalse(name.startsWith("META-INF/services/"), name);
            assertFalse(name.startsWith("META-INF/versions/"), name);
            assertFalse(name.startsWith("META-INF/maven/"), name);
            assertFalse(name.endsWith("module-info.class") || name.endsWith("module-info.classdata"), name);
            assertFalse(name.matches("META-INF/[^/]*\\.(SF|RSA|DSA|EC)"), name);
        }
    }

    @Test
    void manifest() {
        Attributes manifest = AgentJar.manifest();
        assertEquals("io.tenantwarden.bootstrap.WardenCommand", manifest.getValue("Main-Class"));
        assertEquals("io.tenantwarden.bootstrap.WardenAgent", manifest.getValue("Premain-Class"));
        assertEquals("io.tenantwarden.bootstrap.WardenAgent", manifest.getValue("Agent-Class"));
        assertEquals("false", manifest.getValue("Can-Redefine-Classes"));
        // executors and threads of the JDK are loaded before any agent
        assertEquals("true", manifest.getValue("Can-Retransform-Classes"));
        assertEquals(System.getProperty("project.version"), manifest.getValue("Implementation-Version"));
        // the agent defines its boot classes itself: a path in the manifest breaks when the file is renamed, or comes a
        // second time
        assertNull(manifest.getValue("Boot-Class-Path"));
        assertNull(manifest.getValue("Class-Path"));
        assertNull(manifest.getValue("Launcher-Agent-Class"));
        assertNull(manifest.getValue("Multi-Release"));
    }

    /** What is forgotten there cannot be found later; what the JVM itself loads from the class path must not be there twice. */
    @Test
    void theListOfBootClassesIsComplete() throws Exception {
        Set<String> expected =
                new TreeSet<>(AgentJar.classes("io/tenantwarden/").keySet());
        expected.removeIf(name ->
                name.endsWith("/package-info") || name.endsWith("/WardenAgent") || name.endsWith("/WardenCommand"));
        String list = new String(AgentJar.entries().get("warden/boot-classes"), StandardCharsets.US_ASCII);
        assertEquals(List.copyOf(expected), Stream.of(list.split(" ")).sorted().toList());
    }

    @Test
    void librariesAreRelocated() throws Exception {
        Map<String, String> found = new TreeMap<>();
        Map<String, ClassFile> classes = AgentJar.classes("warden/");
        assertTrue(classes.size() > 1_000);
        classes.forEach((name, file) -> {
            for (String text : file.texts()) {
                if (text.contains("net/bytebuddy")
                        || text.contains("com/grack")
                        || text.contains("com/github/benmanes")
                        || LIBRARY_CLASS.matcher(text).matches()) {
                    found.put(name, text);
                }
            }
        });
        assertEquals(Map.of(), found);
    }

    /** The command line's own copy of the driver must never be taken for the application's, nor the other way round. */
    @Test
    void theDriverOfTheCommandLineIsRelocated() throws Exception {
        Map<String, String> found = new TreeMap<>();
        for (String folder : List.of("cli", "shaded/postgresql", "shaded/picocli")) {
            AgentJar.classes("warden/io/tenantwarden/" + folder + "/").forEach((name, file) -> {
                for (String text : file.texts()) {
                    if (text.matches("(\\[*L)?(org/postgresql|picocli)/[\\w/$]+;?")
                            || text.matches("(org\\.postgresql|picocli)\\.[\\w.$]+")) {
                        found.put(name, text);
                    }
                }
            });
        }
        assertEquals(Map.of(), found);
        assertTrue(AgentJar.entries().containsKey("warden/io/tenantwarden/shaded/postgresql/Driver.classdata"));
        assertTrue(AgentJar.classes("warden/io/tenantwarden/instrumentation/").values().stream()
                .flatMap(file -> file.texts().stream())
                .anyMatch(text -> text.startsWith("org.postgresql") || text.startsWith("org/postgresql")));
    }

    /** Relocation also rewrites texts: what the engine knows of an application's libraries must stay as it was written. */
    @Test
    void textsOfOurOwnAreNotRelocated() throws Exception {
        Map<String, String> found = new TreeMap<>();
        for (String room : List.of("engine", "rls", "instrumentation")) {
            AgentJar.classes("warden/io/tenantwarden/" + room + "/").forEach((name, file) -> {
                for (String text : file.texts()) {
                    if (text.contains("io.tenantwarden.shaded")) {
                        found.put(name, text);
                    }
                }
            });
        }
        assertEquals(Map.of(), found);
        assertTrue(AgentJar.classes("warden/").get("io/tenantwarden/engine/report/PackageNames").texts().stream()
                .anyMatch("net.bytebuddy."::equals));
    }

    @Test
    void licencesOfWhatIsShipped() {
        assertText("META-INF/LICENSE", "Apache License", "Version 2.0, January 2004");
        assertText("META-INF/licenses/byte-buddy/LICENSE", "Apache License", "Version 2.0, January 2004");
        assertText("META-INF/licenses/byte-buddy/NOTICE", "Rafael Winterhalter");
        assertText("META-INF/licenses/asm/LICENSE", "INRIA, France Telecom", "Redistributions in binary form");
        assertText(
                "META-INF/THIRD-PARTY.txt",
                "Byte Buddy 1.",
                "ASM",
                "nanojson 1.",
                "Caffeine 3.",
                "picocli 4.",
                "driver 42.");
        assertText(
                "META-INF/licenses/pgjdbc/LICENSE", "PostgreSQL Global Development Group", "Redistributions in binary");
        for (String library : List.of("scram-client", "scram-common", "saslprep", "stringprep")) {
            assertText("META-INF/licenses/ongres/" + library + "/LICENSE", "OnGres", "Redistributions in binary form");
        }
    }

    /** A library that is added needs its licence, and an entry in THIRD-PARTY.txt. */
    @Test
    void nothingElseIsShipped() {
        List<String> libraries = AgentJar.entries().keySet().stream()
                .filter(name -> name.startsWith("warden/io/tenantwarden/shaded/"))
                .map(name -> name.split("/"))
                .filter(path -> path.length > 4)
                .map(path -> path[4])
                .distinct()
                .sorted()
                .toList();
        assertEquals(List.of("bytebuddy", "caffeine", "nanojson", "picocli", "postgresql"), libraries);
        List<String> rooms = AgentJar.entries().keySet().stream()
                .filter(name -> name.matches("warden/io/tenantwarden/[^/]+/"))
                .map(name -> name.split("/")[3])
                .sorted()
                .toList();
        assertEquals(List.of("cli", "engine", "instrumentation", "rls", "shaded"), rooms);
    }

    /** Written by the build from the dependencies, whose versions the root POM pins. */
    @Test
    void theBillOfMaterialsNamesWhatIsShipped() {
        String bill =
                new String(AgentJar.entries().get("META-INF/sbom/tenant-warden.cdx.json"), StandardCharsets.UTF_8);
        assertTrue(bill.contains("\"bomFormat\" : \"CycloneDX\""), bill);
        assertTrue(
                bill.contains("pkg:maven/io.tenantwarden/tenant-warden@" + System.getProperty("project.version")),
                bill);
        List<String> others = Pattern.compile("\"purl\" : \"pkg:maven/([^@]+)@[^\"]+\"")
                .matcher(bill)
                .results()
                .map(found -> found.group(1))
                .filter(name -> !name.startsWith("io.tenantwarden/"))
                .distinct()
                .sorted()
                .toList();
        assertEquals(
                List.of(
                        "com.github.ben-manes.caffeine/caffeine",
                        "com.grack/nanojson",
                        "info.picocli/picocli",
                        "net.bytebuddy/byte-buddy",
                        "org.postgresql/postgresql"),
                others);
    }

    /** Against the schema of CycloneDX 1.6, which its own library for Java holds. */
    @Test
    void theBillOfMaterialsIsValidAndNamesALicenceForEach() {
        String bill =
                new String(AgentJar.entries().get("META-INF/sbom/tenant-warden.cdx.json"), StandardCharsets.UTF_8);
        JsonSchema schema = JsonSchemaFactory.getInstance(
                        SpecVersion.VersionFlag.V7,
                        builder -> builder.schemaMappers(
                                mappers -> mappers.mapPrefix("http://cyclonedx.org/schema/", "classpath:")))
                .getSchema(SchemaLocation.of("http://cyclonedx.org/schema/bom-1.6.schema.json"));
        assertEquals(Set.of(), schema.validate(bill, InputFormat.JSON));
        // a schema that is not found, or takes anything, would say so too
        assertFalse(schema.validate(bill.replace("\"bomFormat\"", "\"format\""), InputFormat.JSON)
                .isEmpty());
        String components = bill.substring(bill.indexOf("\"components\""), bill.indexOf("\"dependencies\""));
        long named = Pattern.compile("\"purl\"").matcher(components).results().count();
        assertTrue(named > 5, components);
        assertEquals(
                named,
                Pattern.compile("\"licenses\" : \\[")
                        .matcher(components)
                        .results()
                        .count(),
                components);
    }

    @Test
    void theJarKnowsItsCommit() throws Exception {
        Properties properties = new Properties();
        properties.load(new ByteArrayInputStream(AgentJar.entries().get("warden/tenant-warden.properties")));
        assertTrue(properties.getProperty("commit").matches("[0-9a-f]{12,40}(-dirty)?|unknown"), properties::toString);
        assertEquals(System.getProperty("project.version"), properties.getProperty("version"));
    }

    private static void assertText(String entry, String... parts) {
        byte[] content = AgentJar.entries().get(entry);
        assertTrue(
                content != null,
                () -> entry + " is missing: "
                        + AgentJar.entries().keySet().stream()
                                .filter(name -> name.startsWith("META-INF/"))
                                .toList());
        String text = new String(content, StandardCharsets.UTF_8);
        for (String part : parts) {
            assertTrue(text.contains(part), () -> entry + " lacks: " + part);
        }
        assertFalse(text.contains("@"), () -> entry + " has an unreplaced token");
    }

    @Test
    void withinTheBudget() throws Exception {
        Properties budget = new Properties();
        try (InputStream in = PackagingTest.class.getResourceAsStream("/jar-budget.properties")) {
            budget.load(in);
        }
        assertWithin(budget, "bytes.max", AgentJar.size());
        assertWithin(budget, "entries.max", AgentJar.entries().size());
        assertWithin(
                budget,
                "bootstrap.classes.max",
                AgentJar.classes("io/tenantwarden/").size());
        assertEquals(3, budget.size(), "a line of the budget that nothing checks");
    }

    private static void assertWithin(Properties budget, String key, long actual) {
        long max = Long.parseLong(budget.getProperty(key));
        assertTrue(actual <= max, () -> key + "=" + max + " in jar-budget.properties, the jar has " + actual);
    }
}
