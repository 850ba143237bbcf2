package io.tenantwarden.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which room may name classes of which other room, and of which modules of the JDK. */
class RoomsTest {

    private static final String OURS = "io/tenantwarden/";

    /** The last two only in sinks of the report, which are left out where the JVM is without them. */
    private static final Set<String> JDK = Set.of("java.base", "java.sql", "jdk.jfr", "java.management");

    /** Class name to the classes it must not name. */
    private static Map<String, Set<String>> strangers(String folder, List<String> allowed, Set<String> modules)
            throws Exception {
        Map<String, Set<String>> found = new TreeMap<>();
        Map<String, ClassFile> classes = AgentJar.classes(folder);
        assertFalse(classes.isEmpty(), folder);
        classes.forEach((name, file) -> {
            for (String other : file.classes()) {
                if (allowed.stream().noneMatch(other::startsWith) && !modules.contains(module(other))) {
                    found.computeIfAbsent(name, key -> new TreeSet<>()).add(other);
                }
            }
        });
        return found;
    }

    private static String module(String internalName) {
        try {
            return Class.forName(internalName.replace('/', '.'), false, ClassLoader.getPlatformClassLoader())
                    .getModule()
                    .getName();
        } catch (ClassNotFoundException e) {
            return "none";
        }
    }

    /** Packages of one loader, each with those of the project that it may know; a circle cannot be written here, for each stands below what it knows. */
    private static final Map<String, List<String>> ARROWS = arrows();

    private static Map<String, List<String>> arrows() {
        Map<String, List<String>> arrows = new LinkedHashMap<>();
        arrows.put("rls/sql/", List.of());
        arrows.put("rls/catalog/", List.of("rls/sql/"));
        arrows.put("rls/policy/", List.of("rls/catalog/", "rls/sql/"));
        arrows.put("rls/audit/", List.of("rls/policy/", "rls/catalog/", "rls/sql/"));
        arrows.put("rls/tenant/", List.of("rls/audit/", "rls/policy/", "rls/catalog/", "rls/sql/"));
        arrows.put("rls/explain/", List.of("rls/policy/", "rls/catalog/", "rls/sql/"));
        arrows.put("engine/tenant/", List.of("bootstrap/"));
        arrows.put("engine/report/document/", List.of("rls/audit/"));
        arrows.put("engine/report/", List.of("bootstrap/", "rls/audit/"));
        arrows.put("engine/inject/", List.of("bootstrap/", "rls/catalog/", "rls/sql/"));
        arrows.put("engine/rows/", List.of("rls/catalog/", "bootstrap/"));
        arrows.put("engine/config/", List.of("engine/report/", "engine/tenant/", "rls/catalog/", "rls/sql/"));
        arrows.put("engine/coverage/", List.of("engine/config/", "engine/report/", "bootstrap/"));
        arrows.put("engine/rows/", List.of("bootstrap/", "rls/policy/", "rls/catalog/"));
        arrows.put(
                "engine/session/",
                List.of(
                        "engine/config/",
                        "engine/inject/",
                        "engine/report/",
                        "engine/rows/",
                        "engine/tenant/",
                        "bootstrap/",
                        "rls/"));
        arrows.put(
                "engine/policy/",
                List.of(
                        "engine/session/",
                        "engine/config/",
                        "engine/inject/",
                        "engine/report/",
                        "engine/rows/",
                        "engine/tenant/",
                        "bootstrap/",
                        "rls/audit/",
                        "rls/catalog/",
                        "rls/sql/"));
        arrows.put(
                "engine/drivers/",
                List.of(
                        "engine/policy/",
                        "engine/coverage/",
                        "engine/session/",
                        "engine/config/",
                        "engine/inject/",
                        "engine/report/",
                        "bootstrap/"));
        arrows.put(
                "engine/preflight/",
                List.of(
                        "engine/session/",
                        "engine/config/",
                        "engine/inject/",
                        "engine/report/",
                        "engine/tenant/",
                        "bootstrap/",
                        "rls/sql/",
                        "rls/catalog/",
                        "rls/audit/"));
        return arrows;
    }

    @ParameterizedTest
    @MethodSource("packages")
    void packagesKnowOnlyThoseBelow(String room) throws Exception {
        List<String> allowed = new ArrayList<>(List.of(OURS + room, OURS + "shaded/"));
        ARROWS.get(room).forEach(other -> allowed.add(OURS + other));
        assertEquals(
                Map.of(),
                strangers(
                        "warden/" + OURS + room,
                        allowed,
                        room.equals("engine/report/") ? JDK : Set.of("java.base", "java.sql")));
    }

    static Set<String> packages() {
        return ARROWS.keySet();
    }

    /** One name for one thing: two classes of one simple name are two words for a reader to keep apart. */
    @Test
    void noTwoClassesHaveOneName() throws Exception {
        Map<String, Set<String>> named = new TreeMap<>();
        for (String room : List.of("rls/", "engine/", "instrumentation/", "cli/")) {
            for (String name : AgentJar.classes("warden/" + OURS + room).keySet()) {
                String simple = name.substring(name.lastIndexOf('/') + 1);
                if (!simple.contains("$")) {
                    named.computeIfAbsent(simple, key -> new TreeSet<>()).add(name);
                }
            }
        }
        assertFalse(named.isEmpty());
        named.remove("package-info");
        named.values().removeIf(names -> names.size() == 1);
        assertEquals(Map.of(), named);
    }

    /** Each package has its arrows: a new one is not passed over. */
    @Test
    void everyPackageHasItsArrows() throws Exception {
        Set<String> rooms = new TreeSet<>();
        for (String module : List.of("rls/", "engine/")) {
            for (String name : AgentJar.classes("warden/" + OURS + module).keySet()) {
                String room = name.substring(OURS.length(), name.lastIndexOf('/') + 1);
                if (!room.equals("engine/") && !room.equals("engine/tenant/access/")) {
                    rooms.add(room);
                }
            }
        }
        assertEquals(rooms, new TreeSet<>(ARROWS.keySet()));
    }

    /** But for the one interface of java.instrument that the JVM hands to premain; it too is in the boot loader. */
    @Test
    void bootstrapKnowsOnlyItselfAndJavaBase() throws Exception {
        Set<String> handedIn = Set.of("java/lang/instrument/Instrumentation");
        assertEquals(
                Map.of(OURS + "bootstrap/WardenAgent", handedIn, OURS + "bootstrap/AgentStarter", handedIn),
                strangers("io/tenantwarden/", List.of(OURS + "bootstrap/"), Set.of("java.base")));
    }

    /** The boot loader finds only what is at the root of the jar; everything there but the entry points is for Java 17. */
    @Test
    void theEntryPointsLoadOnJava8() throws Exception {
        AgentJar.classes("io/tenantwarden/").forEach((name, file) -> {
            boolean entryPoint =
                    name.equals(OURS + "bootstrap/WardenAgent") || name.equals(OURS + "bootstrap/WardenCommand");
            assertEquals(entryPoint ? 52 : 61, file.major(), name);
        });
    }

    /** On an old JVM nothing but the premain class may be loaded: it names no other class of ours. */
    @Test
    void thePremainClassStandsAlone() throws Exception {
        Set<String> ours = new TreeSet<>();
        for (String name : AgentJar.classes("io/tenantwarden/")
                .get(OURS + "bootstrap/WardenAgent")
                .classes()) {
            if (name.startsWith("io/")) {
                ours.add(name);
            }
        }
        assertEquals(Set.of(OURS + "bootstrap/WardenAgent"), ours);
    }

    @Test
    void theMainClassNamesNoOtherButThePremainClass() throws Exception {
        Set<String> ours = new TreeSet<>();
        for (String name : AgentJar.classes("io/tenantwarden/")
                .get(OURS + "bootstrap/WardenCommand")
                .classes()) {
            if (name.startsWith("io/")) {
                ours.add(name);
            }
        }
        assertEquals(Set.of(OURS + "bootstrap/WardenAgent", OURS + "bootstrap/WardenCommand"), ours);
    }

    /** Of the engine only configuration and report, and what those return; no class of the agent's own work. */
    @Test
    void commandLineKnowsRlsAndOfTheEngineConfigAndReport() throws Exception {
        assertEquals(
                Map.of(),
                strangers(
                        "warden/io/tenantwarden/cli/",
                        List.of(
                                OURS + "cli/",
                                OURS + "rls/",
                                OURS + "engine/config/",
                                OURS + "engine/report/",
                                OURS + "shaded/picocli/",
                                OURS + "shaded/postgresql/",
                                OURS + "shaded/bytebuddy/jar/asm/",
                                OURS + "shaded/nanojson/"),
                        Set.of("java.base", "java.sql", "java.logging")));
    }

    /** The agent never loads the command line, nor its driver. */
    @Test
    void nobodyKnowsTheCommandLine() throws Exception {
        for (String folder : List.of("engine/", "rls/", "instrumentation/", "shaded/bytebuddy/", "shaded/nanojson/")) {
            AgentJar.classes("warden/" + OURS + folder).forEach((name, file) -> {
                for (String other : file.classes()) {
                    assertFalse(
                            other.startsWith(OURS + "cli/")
                                    || other.startsWith(OURS + "shaded/postgresql/")
                                    || other.startsWith(OURS + "shaded/picocli/"),
                            () -> name + " names " + other);
                }
            });
        }
    }

    @Test
    void rlsKnowsOnlyJdbc() throws Exception {
        assertEquals(
                Map.of(),
                strangers("warden/io/tenantwarden/rls/", List.of(OURS + "rls/"), Set.of("java.base", "java.sql")));
    }

    @Test
    void engineKnowsNoByteBuddyAndNoInstrumentation() throws Exception {
        assertEquals(
                Map.of(),
                strangers(
                        "warden/io/tenantwarden/engine/",
                        List.of(
                                OURS + "engine/",
                                OURS + "rls/",
                                OURS + "bootstrap/",
                                OURS + "shaded/nanojson/",
                                OURS + "shaded/caffeine/"),
                        JDK));
    }

    @Test
    void instrumentationKnowsNoRls() throws Exception {
        assertEquals(
                Map.of(),
                strangers(
                        "warden/io/tenantwarden/instrumentation/",
                        List.of(
                                OURS + "instrumentation/",
                                OURS + "engine/",
                                OURS + "bootstrap/",
                                OURS + "shaded/bytebuddy/"),
                        Set.of("java.base", "java.instrument")));
    }
}
