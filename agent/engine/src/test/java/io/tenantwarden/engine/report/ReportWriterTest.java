package io.tenantwarden.engine.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportWriterTest {

    @TempDir
    Path folder;

    private final List<LogLine> log = new ArrayList<>();

    private static ReportWriter.Content content(String text) {
        return target -> target.write(text);
    }

    private ReportWriter writer(String name) {
        return new ReportWriter(folder.resolve(name).toString(), log::add);
    }

    private List<String> names(Path in) throws IOException {
        try (var files = Files.list(in)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void replacesTheFileAndLeavesNothingElse() throws IOException {
        try (ReportWriter writer = writer("warden.json")) {
            assertTrue(writer.write(content("long first content")));
            assertTrue(writer.write(content("second")));
        }

        assertEquals("second", Files.readString(folder.resolve("warden.json")));
        assertEquals(List.of("warden.json", "warden.json.lock"), names(folder));
        assertEquals(List.of(), log);
    }

    @Test
    void onlyTheOwnerMayReadIt() throws IOException {
        Files.writeString(folder.resolve("warden.json"), "readable by all before");
        try (ReportWriter writer = writer("warden.json")) {
            writer.write(content("x"));
        }

        for (String name : names(folder)) {
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))),
                    name);
        }
    }

    @Test
    void createsFoldersAndPutsTheProcessIdIn() throws IOException {
        try (ReportWriter writer = writer("a/b/warden-%p.json")) {
            writer.write(content("x"));
        }

        long pid = ProcessHandle.current().pid();
        assertEquals("x", Files.readString(folder.resolve("a/b/warden-" + pid + ".json")));
    }

    @Test
    void aSecondLiveWriterTakesAnotherNameAndSaysSo() throws IOException {
        try (ReportWriter first = writer("warden.json");
                ReportWriter second = writer("warden.json");
                ReportWriter third = writer("warden.json")) {
            first.write(content("1"));
            second.write(content("2"));
            third.write(content("3"));
            first.write(content("1 again"));
        }

        assertEquals("1 again", Files.readString(folder.resolve("warden.json")));
        assertEquals("2", Files.readString(folder.resolve("warden-2.json")));
        assertEquals("3", Files.readString(folder.resolve("warden-3.json")));
        assertEquals(2, log.size());
        assertEquals(Level.WARN, log.get(0).level());
        assertTrue(
                log.get(0).text().contains("warden-2.json") && log.get(0).text().contains("%p"), log::toString);
    }

    @Test
    void aWriterThatIsGoneLeavesItsName() throws IOException {
        writer("warden.json").close();
        try (ReportWriter first = writer("warden.json")) {
            first.write(content("1"));
        }
        try (ReportWriter second = writer("warden.json")) {
            second.write(content("2"));
        }

        assertEquals("2", Files.readString(folder.resolve("warden.json")));
        assertEquals(List.of(), log);
    }

    @Test
    void aPathThatCannotBeWrittenIsToldOnceAndTriedAgain() throws IOException {
        Path obstacle = Files.writeString(folder.resolve("obstacle"), "a file where a folder should be");
        try (ReportWriter writer = writer("obstacle/warden.json")) {
            assertFalse(writer.write(content("1")));
            assertFalse(writer.write(content("2")));

            assertEquals(1, log.size());
            assertEquals(Level.ERROR, log.get(0).level());
            assertTrue(log.get(0).text().contains("obstacle/warden.json"), log::toString);

            Files.delete(obstacle);
            assertTrue(writer.write(content("3")));
        }
        assertEquals("3", Files.readString(folder.resolve("obstacle/warden.json")));
    }

    @Test
    void aPathThatIsNoneIsTold() {
        try (ReportWriter writer = writer("x")) {
            assertTrue(writer.write(content("1")));
        }
        try (ReportWriter writer = new ReportWriter("a\u0000b", log::add)) {
            assertFalse(writer.write(content("1")));
        }
        assertEquals(1, log.size());
    }

    /** Writes reports of very different lengths as fast as it can. */
    static final class WritesForEver {

        public static void main(String[] arguments) {
            ReportWriter writer = new ReportWriter(arguments[0], line -> System.out.println(line.text()));
            for (int i = 0; ; i++) {
                writer.write(content("{\"n\":" + i + ",\"filler\":\"" + "x".repeat(i % 5 * 100_000) + "\"}"));
            }
        }
    }

    @Test
    void aKilledProcessLeavesAWholeReportAndItsName() throws Exception {
        Path report = folder.resolve("warden.json");
        for (int round = 0; round < 5; round++) {
            Files.deleteIfExists(report);
            Process process = ForkedJvm.start(WritesForEver.class, folder.resolve("output"), report.toString());
            try {
                Waiting.until("the report is there", () -> Files.exists(report));
                Thread.sleep(20L * round);
                try (ReportWriter second = writer("warden.json")) {
                    second.write(content("second"));
                }
                assertTrue(Files.exists(folder.resolve("warden-2.json")), "another process holds the name");
            } finally {
                process.destroyForcibly().waitFor();
            }
            JsonParser.object().from(Files.readString(report));
        }
        try (ReportWriter next = writer("warden.json")) {
            next.write(content("next"));
        }
        assertEquals("next", Files.readString(report), "the lock of a killed process is gone");
        assertFalse(Files.exists(folder.resolve("warden.json.tmp")));
    }
}
