package io.tenantwarden.tests.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.AgentJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Each mutant can still be made of the jar; that each is caught is shown by {@code scripts/mutants.sh}. */
class MutantsTest {

    @TempDir
    Path folder;

    @TestFactory
    List<DynamicTest> applies() {
        return Mutant.ALL.stream()
                .map(mutant -> DynamicTest.dynamicTest(mutant.name(), () -> {
                    Path copy = folder.resolve(mutant.name() + ".jar");
                    MutantJar.write(AgentJvm.agentJar(), copy, mutant.changes());
                    try (JarFile before = new JarFile(AgentJvm.agentJar().toFile());
                            JarFile after = new JarFile(copy.toFile())) {
                        assertEquals(before.getManifest(), after.getManifest());
                        List<String> changed = before.stream()
                                .filter(entry -> !same(before, after, entry))
                                .map(ZipEntry::getName)
                                .toList();
                        long types = mutant.changes().stream()
                                .map(MutantJar.Change::type)
                                .distinct()
                                .count();
                        assertEquals(types, changed.size(), changed::toString);
                    }
                    Files.delete(copy);
                }))
                .toList();
    }

    private static boolean same(JarFile before, JarFile after, ZipEntry entry) {
        try (var one = before.getInputStream(entry);
                var other = after.getInputStream(after.getEntry(entry.getName()))) {
            return java.util.Arrays.equals(one.readAllBytes(), other.readAllBytes());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void whatIsNotThereFails() {
        for (MutantJar.Change change : List.of(
                new MutantJar.Gives("io.tenantwarden.engine.inject.WireState", "noSuchMethod", false),
                new MutantJar.Gives("io.tenantwarden.engine.inject.NoSuchType", "reset", false),
                new MutantJar.LeavesOut(
                        "io.tenantwarden.engine.inject.Injector",
                        "readyForQuery",
                        "io.tenantwarden.engine.inject.WireState",
                        "noSuchMethod"),
                new MutantJar.Reads("io.tenantwarden.engine.inject.WireState", "holds", "noSuchField", false))) {
            IllegalStateException e = assertThrows(
                    IllegalStateException.class,
                    () -> MutantJar.write(AgentJvm.agentJar(), folder.resolve("none.jar"), List.of(change)));
            assertTrue(e.getMessage().contains("mend the mutant"), e.getMessage());
        }
    }
}
