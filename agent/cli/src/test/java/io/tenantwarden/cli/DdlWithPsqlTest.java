package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With PostgreSQL's own tools, where they are installed: psql runs the files, pg_dump compares. */
class DdlWithPsqlTest {

    @TempDir
    Path folder;

    @Test
    void psqlRunsItAndPgDumpSeesNoDifferenceAfterwards() throws Exception {
        assumeTrue(isInstalled("psql") && isInstalled("pg_dump"), "psql and pg_dump are not installed");
        RentalShop shop = RentalShop.create(14);
        Path file = folder.resolve("rls.sql");
        Captured ddl = shop.run("postgres", "ddl", "--out", file.toString());
        assertEquals(0, ddl.exitCode(), ddl::toString);
        String before = dump(shop);
        psql(shop, file);
        String after = dump(shop);
        assertNotEquals(before, after);
        psql(shop, file);
        assertEquals(after, dump(shop));
        psql(shop, folder.resolve("rollback-rls.sql"));
        assertEquals(before, dump(shop));
    }

    private static boolean isInstalled(String tool) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(place -> Files.isExecutable(Path.of(place, tool)));
    }

    private void psql(RentalShop shop, Path file) throws Exception {
        run(List.of("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", file.toString(), uri(shop)));
    }

    /** Newer releases put a random word into the file. */
    private String dump(RentalShop shop) throws Exception {
        return run(List.of("pg_dump", "--schema-only", uri(shop)))
                .lines()
                .filter(line -> !line.startsWith("\\restrict") && !line.startsWith("\\unrestrict"))
                .collect(Collectors.joining("\n"));
    }

    private static String uri(RentalShop shop) {
        return "postgresql://postgres@127.0.0.1:" + shop.server.port() + "/" + shop.database;
    }

    private String run(List<String> command) throws Exception {
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertEquals(0, process.waitFor(), () -> command + ": " + read(err));
        return Files.readString(out);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }
}
