package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.ClassTree;
import io.tenantwarden.tests.jvm.Jdk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application of 10,000 classes: all are looked at, next to none is resolved, and only those that are meant are changed. */
class ClassTreeTest {

    private static final int PLAIN = 10_000;
    private static final int REPOSITORIES = 50;

    private static final Pattern COUNTS =
            Pattern.compile("classes looked at=(\\d+) resolved=(\\d+) instrumented=(\\d+)");

    private static final String DATA_SOURCE_METHODS = "public java.io.PrintWriter getLogWriter() { return null; }"
            + "public void setLogWriter(java.io.PrintWriter w) {}"
            + "public void setLoginTimeout(int s) {}"
            + "public int getLoginTimeout() { return 0; }"
            + "public java.util.logging.Logger getParentLogger() { return null; }"
            + "public <T> T unwrap(Class<T> c) { return null; }"
            + "public boolean isWrapperFor(Class<?> c) { return false; }";

    private static final String BOTH_FORMS = "public Connection getConnection() { return null; }"
            + "public Connection getConnection(String user, String password) { return null; }";

    private static final Set<String> INSTRUMENTED = Set.of(
            "generated.PlainSource (data source)",
            "generated.DerivedSource (data source)",
            "generated.BaseOfSource (data source)",
            "generated.PlainConnection (connection)",
            "generated.WrappingConnection (connection)");

    @TempDir
    static Path folder;

    private static Path jar;
    private static final List<String> SPECIAL = new ArrayList<>();

    private static void add(ClassTree tree, String name, String source) {
        tree.add(name, "import java.sql.*; import javax.sql.*;\n" + source);
        SPECIAL.add("generated." + name);
    }

    @BeforeAll
    static void generate() throws Exception {
        ClassTree tree = new ClassTree(Files.createDirectory(folder.resolve("tree")));
        add(
                tree,
                "PlainSource",
                "public class PlainSource implements DataSource {" + BOTH_FORMS + DATA_SOURCE_METHODS + "}");
        add(
                tree,
                "DerivedSource",
                "public class DerivedSource extends PlainSource { @Override public Connection getConnection() { return"
                        + " super.getConnection(); } }");
        // as Tomcat's pool has it: the base that has the methods is no DataSource
        add(tree, "BaseOfSource", "public class BaseOfSource {" + BOTH_FORMS + "}");
        add(
                tree,
                "InheritingSource",
                "public class InheritingSource extends BaseOfSource implements DataSource {" + DATA_SOURCE_METHODS
                        + "}");
        add(
                tree,
                "PlainConnection",
                "public abstract class PlainConnection implements Connection { public void close() {} }");
        add(
                tree,
                "WrappingConnection",
                "public abstract class WrappingConnection implements Connection { Connection inner; public void close()"
                        + " throws SQLException { inner.close(); } }");
        add(tree, "Closer", "public class Closer { Connection inner; public void close() {} }");
        // names the type and both methods, as code does that uses JDBC by hand
        for (int i = 0; i < REPOSITORIES; i++) {
            add(
                    tree,
                    "Repository" + i,
                    "public class Repository" + i
                            + " { DataSource source; int count() throws SQLException { Connection c ="
                            + " source.getConnection(); try { return c.getHoldability(); } finally { c.close(); } } }");
        }
        jar = tree.jar(PLAIN);
    }

    private static AgentJvm.Result load(AgentJvm jvm) {
        List<String> arguments = new ArrayList<>(
                List.of("-cp", jar + System.getProperty("path.separator") + testClasses(), mainClass(), "" + PLAIN));
        arguments.addAll(SPECIAL);
        AgentJvm.Result result = jvm.runJava(arguments);
        assertEquals(0, result.exit(), result::all);
        assertTrue(result.out().contains("##loaded " + (PLAIN + SPECIAL.size()) + " classes"), result::all);
        return result;
    }

    private static String mainClass() {
        return "io.tenantwarden.tests.scenarios.ClassTreeMain";
    }

    private static Path testClasses() {
        try {
            return Path.of(ClassTreeTest.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void matchingIsCheapAndExact() {
        for (Jdk jdk : Jdk.all()) {
            AgentJvm.Result without = load(new AgentJvm().on(jdk).withoutAgent());
            AgentJvm.Result with = load(new AgentJvm()
                    .on(jdk)
                    .property("warden.log", "stderr")
                    .property("warden.debug", "true")
                    .property("warden.tenant", AgentScenariosTest.SOURCE));
            Set<String> instrumented = new TreeSet<>();
            for (String line : with.lines("debug: instrumented ")) {
                String changed = line.substring(line.indexOf("instrumented ") + "instrumented ".length());
                // the JDK's own executors and threads are changed by name, through another transformer
                if (!changed.startsWith("java.")) {
                    instrumented.add(changed);
                }
            }
            assertEquals(new TreeSet<>(INSTRUMENTED), instrumented);
            Matcher counts = COUNTS.matcher(with.err());
            assertTrue(counts.find(), with::all);
            assertTrue(Long.parseLong(counts.group(1)) >= PLAIN + SPECIAL.size(), counts::group);
            // what only inherits such methods, or only calls them, is not even resolved; what declares one is
            assertEquals(INSTRUMENTED.size() + 1, Long.parseLong(counts.group(2)), counts::group);
            assertEquals(INSTRUMENTED.size(), Long.parseLong(counts.group(3)), counts::group);
            // for information only: timings depend on the machine
            for (String line : Arrays.asList(timing("without the agent", without), timing("with the agent", with))) {
                System.out.println(jdk + ": " + line);
            }
        }
    }

    private static String timing(String what, AgentJvm.Result result) {
        String line = result.lines("##loaded ").get(0);
        return what + ": " + line.substring(2);
    }
}
