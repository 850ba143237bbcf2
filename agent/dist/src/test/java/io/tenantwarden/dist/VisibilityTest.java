package io.tenantwarden.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real application with the agent: of all that is in the jar it sees the bootstrap classes and nothing else. */
class VisibilityTest {

    @TempDir
    Path folder;

    @Test
    void applicationsSeeTheBootstrapClassesOnly() throws Exception {
        Path hidden = names("hidden", AgentJar.classes("warden/").keySet());
        Path boot = names("boot", AgentJar.classes("io/tenantwarden/").keySet());
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-javaagent:" + AgentJar.FILE,
                        "-Dwarden.log=stderr",
                        "-cp",
                        testClasses().toString(),
                        VisibilityMain.class.getName(),
                        hidden.toString(),
                        boot.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int exit = process.waitFor();
        String text = Files.readString(output, StandardCharsets.UTF_8);
        assertEquals(0, exit, text);
        assertFalse(text.contains("##wrong"), text);
        assertTrue(text.contains("##looked at " + Files.readAllLines(hidden).size()), text);
        // it would prove nothing if the agent had not started
        assertTrue(text.contains("[warden] Tenant Warden " + System.getProperty("project.version")), text);
    }

    private Path names(String file, Set<String> internalNames) throws Exception {
        return Files.writeString(
                folder.resolve(file),
                internalNames.stream()
                        .filter(name -> !name.endsWith("package-info"))
                        .map(name -> name.replace('/', '.'))
                        .collect(Collectors.joining("\n")));
    }

    private static Path testClasses() throws Exception {
        return Path.of(VisibilityTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }
}
