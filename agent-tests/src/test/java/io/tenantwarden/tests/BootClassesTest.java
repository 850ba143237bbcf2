package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.BrokenJar;
import io.tenantwarden.tests.jvm.Forked;
import io.tenantwarden.tests.jvm.Jdk;
import io.tenantwarden.tests.jvm.OtherAgent;
import io.tenantwarden.tests.jvm.TestDatabase;
import io.tenantwarden.tests.scenarios.AttachTwiceMain;
import io.tenantwarden.tests.scenarios.IdleAgent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** How the agent's classes come into the boot loader, and what the application keeps: its archive of classes. */
class BootClassesTest {

    private static final String HOOKS = "io.tenantwarden.bootstrap.Hooks source: ";
    private static final String APPENDED = "bootstrap classpath has been appended";

    @TempDir
    Path folder;

    private static AgentJvm enforced(AgentJvm jvm) {
        return jvm.property("warden.tenant", AgentScenariosTest.SOURCE)
                .property("warden.mode", "enforce")
                .property("warden.log", "stderr");
    }

    private static List<String> notOurs(AgentJvm.Result result) {
        return result.err()
                .lines()
                .filter(line -> !line.startsWith("[warden] "))
                .toList();
    }

    private static String source(Path log, String what) throws Exception {
        return Files.readAllLines(log).stream()
                .filter(line -> line.contains(what))
                .map(line -> line.substring(line.indexOf(what) + what.length()))
                .reduce((first, second) -> first + ", " + second)
                .orElse("not loaded");
    }

    /** The archive is made without the agent. A first line shows that there is one class to be had from it. */
    @TestFactory
    List<DynamicTest> classesOfTheApplicationComeFromItsArchive() throws Exception {
        Path jar = OtherAgent.jar(IdleAgent.class, folder.resolve("app.jar"));
        List<String> application = List.of("-cp", jar.toString(), IdleAgent.class.getName());
        String main = IdleAgent.class.getName() + " source: ";
        return Jdk.all().stream()
                .map(jdk -> dynamicTest(jdk.toString(), () -> {
                    Path archive = folder.resolve(jdk.feature() + ".jsa");
                    AgentJvm.Result made = new AgentJvm()
                            .on(jdk)
                            .withoutAgent()
                            .option("-XX:ArchiveClassesAtExit=" + archive)
                            .runJava(application);
                    assertTrue(Files.exists(archive), made::all);
                    Path log = folder.resolve(jdk.feature() + ".log");
                    AgentJvm.Result result = enforced(new AgentJvm().on(jdk))
                            .option("-XX:SharedArchiveFile=" + archive, "-Xlog:class+load:file=" + log)
                            .runJava(application);
                    assertEquals(0, result.exit(), result::all);
                    assertEquals(1, result.lines("mode=enforce").size(), result::all);
                    assertEquals("shared objects file (top)", source(log, main));
                    assertEquals(List.of(), notOurs(result), result::all);
                    String ours = source(log, HOOKS);
                    assertTrue(!ours.contains("not loaded") && !ours.contains("tenant-warden.jar"), ours);
                }))
                .toList();
    }

    /** A class of a named module that reads nothing of ours is instrumented, and finds the bridge. */
    @TestFactory
    List<DynamicTest> namedModulesFindTheBridge() throws Exception {
        Path sources = Files.createDirectories(folder.resolve("module/com/acme/app"));
        Path info = Files.writeString(
                folder.resolve("module/module-info.java"), "module com.acme.app { requires java.sql; }");
        Path main = Files.writeString(sources.resolve("Main.java"), """
                package com.acme.app;
                public class Main implements java.sql.Driver {
                    public static void main(String[] arguments) throws Exception {
                        System.out.println("connected: " + new Main().connect("jdbc:acme:x", null));
                    }
                    public java.sql.Connection connect(String url, java.util.Properties properties) { return null; }
                    public boolean acceptsURL(String url) { return true; }
                    public java.sql.DriverPropertyInfo[] getPropertyInfo(String url, java.util.Properties p) { return null; }
                    public int getMajorVersion() { return 1; }
                    public int getMinorVersion() { return 0; }
                    public boolean jdbcCompliant() { return false; }
                    public java.util.logging.Logger getParentLogger() { return null; }
                }
                """);
        Path classes = folder.resolve("classes");
        int compiled = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        System.out,
                        System.err,
                        "--release",
                        "17",
                        "-d",
                        classes.toString(),
                        info.toString(),
                        main.toString());
        assertEquals(0, compiled);
        return Jdk.all().stream()
                .map(jdk -> dynamicTest(jdk.toString(), () -> {
                    AgentJvm.Result result = enforced(new AgentJvm().on(jdk))
                            .property("warden.debug", "true")
                            .runJava(List.of("-p", classes.toString(), "-m", "com.acme.app/com.acme.app.Main"));
                    assertEquals(0, result.exit(), result::all);
                    assertEquals(
                            1,
                            result.lines("instrumented com.acme.app.Main (driver")
                                    .size(),
                            result::all);
                    assertEquals(1, result.lines("connected: null").size(), result::all);
                    assertEquals(List.of(), notOurs(result), result::all);
                }))
                .toList();
    }

    /** A JVM that does not let a boot class be defined: everything works, at the price that one line names. */
    @TestFactory
    List<DynamicTest> whereNothingCanBeDefinedTheJarIsAppended() throws Exception {
        Path broken = BrokenJar.write(
                Set.of("io.tenantwarden.instrumentation.BootDefinition#names"), folder.resolve("broken.jar"));
        return Forked.scenario(Class.forName("io.tenantwarden.tests.scenarios.ConstantSourceScenario"))
                .database(TestDatabase.create(18))
                .warden("tenant", "value:a")
                .warden("mode", "enforce")
                .with(jvm -> jvm.agent(broken))
                .then(result -> {
                    List<String> told = result.lines("lets no boot class be defined");
                    assertEquals(1, told.size(), result::all);
                    assertTrue(told.get(0).contains("add -Xbootclasspath/a:" + broken), result::all);
                    assertTrue(result.lines(APPENDED).size() <= 1, result::all);
                })
                .tests();
    }

    /** Two agents of the same jar, and another one before and after: one starts, and nothing is said of sharing. */
    @Test
    void theSameAgentTwiceStartsOnce() throws Exception {
        Path other = OtherAgent.jar(IdleAgent.class, folder.resolve("other.jar"));
        AgentJvm.Result result = enforced(new AgentJvm())
                .after(other)
                .option("-javaagent:" + AgentJvm.agentJar(), "-javaagent:" + other)
                .runJava(List.of("-version"));
        assertEquals(0, result.exit(), result::all);
        assertEquals(1, result.lines("mode=enforce").size(), result::all);
        assertEquals(1, result.lines("this JVM has the agent already").size(), result::all);
        assertEquals(List.of(), result.lines(APPENDED), result::all);
    }

    /** The boot classes are there since the first attach, which was given up for its configuration. */
    @Test
    void anAttachThatWasGivenUpMayBeTriedAgain() {
        AgentJvm.Result result = new AgentJvm()
                .withoutAgent()
                .option("-Djdk.attach.allowAttachSelf=true")
                .run(
                        AttachTwiceMain.class,
                        AgentJvm.agentJar().toString(),
                        "mode=wrong;log=stderr",
                        "mode=audit;log=stderr",
                        "mode=audit;log=stderr");
        assertEquals(0, result.exit(), result::all);
        assertEquals(1, result.lines("attach it again").size(), result::all);
        assertEquals(1, result.lines("mode=audit (from").size(), result::all);
        assertEquals(1, result.lines("this JVM has the agent already").size(), result::all);
        assertEquals(List.of(), result.lines(APPENDED), result::all);
    }
}
