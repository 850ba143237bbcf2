package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.tenantwarden.tests.coverage.SourceCase;
import io.tenantwarden.tests.coverage.SourceCases;
import io.tenantwarden.tests.coverage.Switch;
import io.tenantwarden.tests.jvm.BrokenJar;
import io.tenantwarden.tests.jvm.Forked;
import io.tenantwarden.tests.jvm.Jdk;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tests of {@link LibrarySourcesTest} again, with a jar from which what they test has been taken out: each of them has to
 * fail, and with {@code -Dmatrix.all=true} each because of its own part of the agent, while all others pass.
 */
class BrokenSourcesTest {

    private static final boolean ALL = Boolean.getBoolean("matrix.all");

    @TempDir
    static Path folder;

    @TestFactory
    Stream<DynamicTest> nothingWorksWithoutItsPart() {
        return Stream.concat(SourceCases.chosen().stream(), Stream.of(SourceCases.scopeMethods()))
                .filter(one -> ALL || one.everyJdk())
                .flatMap(one -> switches(one).stream()
                        .map(off -> dynamicTest(one + " without " + off.name(), () -> {
                            Forked.Outcome outcome = run(one, off);
                            Set<String> failed = new TreeSet<>(outcome.status().keySet());
                            failed.removeAll(outcome.passed());
                            assertEquals(new TreeSet<>(off.tests()), failed, outcome.result()::all);
                            assertEquals("0", outcome.errors(), outcome.result()::all);
                        })));
    }

    private static List<Switch> switches(SourceCase one) {
        return ALL ? one.switches() : List.of(one.everything());
    }

    private static Forked.Outcome run(SourceCase one, Switch off) {
        Path jar = BrokenJar.write(off.methods(), folder.resolve("broken.jar"));
        return one.forked(Jdk.current()).with(jvm -> jvm.agent(jar)).run();
    }
}
