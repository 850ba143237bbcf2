package io.tenantwarden.engine.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaselineTest {

    @TempDir
    Path folder;

    private Baseline read(String content) throws IOException {
        return BaselineReader.read(
                Files.writeString(folder.resolve("baseline.json"), content).toString());
    }

    @Test
    void takesTheTwoKindsThatMayBeExcused() throws IOException {
        Baseline baseline = read("""
                {"version":1,"violations":[
                  {"id":"00000001","kind":"unscoped-query"},
                  {"id":"00000002","kind":"zero-row-write"},
                  {"id":"00000003","kind":"guc-tamper"},
                  {"id":"00000004","kind":"a-kind-of-a-later-version"}]}
                """);

        assertEquals(List.of(), baseline.problems());
        assertEquals(Set.of("00000001", "00000002"), baseline.ids());
        assertTrue(baseline.knows(ViolationKind.UNSCOPED_QUERY, "00000001"));
        assertFalse(baseline.knows(ViolationKind.TENANT_SWITCH, "00000001"));
    }

    @Test
    void whatIsWrongIsToldAndNothingIsExcused() throws IOException {
        List<String> wrong = List.of(
                "",
                "not json",
                "[]",
                "{\"version\":1",
                "{}",
                "{\"version\":2,\"violations\":[]}",
                "{\"version\":1}",
                "{\"version\":1,\"violations\":{}}",
                "{\"version\":1,\"violations\":[7]}",
                "{\"version\":1,\"violations\":[{\"id\":\"00000001\",\"kind\":\"unscoped-query\"},{\"id\":\"x\",\"kind\":\"unscoped-query\"}]}",
                "{\"version\":1,\"violations\":[{\"id\":\"00000001\"}]}",
                "\u0000\u0001");
        for (String content : wrong) {
            Baseline baseline = read(content);

            assertEquals(1, baseline.problems().size(), content);
            assertTrue(
                    baseline.problems().get(0).startsWith("warden.baseline=" + folder), baseline.problems()::toString);
            assertEquals(Set.of(), baseline.ids(), content);
        }
    }

    @Test
    void aMissingOrUnreadableFileIsToldToo() {
        for (String file : List.of(folder.resolve("missing.json").toString(), folder.toString(), "a\u0000b", "")) {
            Baseline baseline = BaselineReader.read(file);

            assertEquals(1, baseline.problems().size(), file);
            assertTrue(baseline.problems().get(0).startsWith("warden.baseline=" + file), baseline.problems()::toString);
        }
    }
}
