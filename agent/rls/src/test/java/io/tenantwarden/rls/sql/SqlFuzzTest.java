package io.tenantwarden.rls.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short run of the fuzzer, from the same seed each time; {@code scripts/fuzz.sh} is the long one. */
class SqlFuzzTest {

    private static final int RUNS = 10_000;

    @TempDir
    Path folder;

    @Test
    void theReaderHoldsWhatItPromisesOnWhateverTheFuzzerFinds() throws Exception {
        Path corpus = Files.createDirectory(folder.resolve("corpus"));
        int seeds = 0;
        for (String sql : List.of(
                "select * from invoices where note = 'x' and id = $1",
                "with a as (select 1) update t set x = e'\\'' from a -- end",
                "set local app.tenant_id = 'a'; /* b */ select $q$ c $q$",
                "declare c cursor for select \"A b\".\"c\" from only s.t as u")) {
            Files.writeString(corpus.resolve("seed" + seeds++), sql);
        }
        Path output = folder.resolve("output");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + SqlFuzz.class.getName(),
                "--instrumentation_includes=io.tenantwarden.**",
                "--reproducer_path=" + folder,
                "-runs=" + RUNS,
                "-seed=1",
                "-max_len=500",
                corpus.toString()));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        String text = Files.readString(output);
        assertEquals(0, process.waitFor(), text);
        assertTrue(text.contains("Done " + RUNS + " runs"), text);
    }
}
