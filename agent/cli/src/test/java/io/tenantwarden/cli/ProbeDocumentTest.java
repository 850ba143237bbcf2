package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/rules.md: what it says of the probe. */
class ProbeDocumentTest {

    @Test
    void everyCheckHasItsRow() throws IOException {
        List<String> rows = Files.readString(Path.of("..", "..", "docs", "rules.md"))
                .lines()
                .filter(line -> line.startsWith("| WD9"))
                .map(line -> line.split("\\|")[1].strip() + " " + line.split("\\|")[3].strip())
                .toList();
        assertEquals(
                Stream.of(ProbeResult.Check.values())
                        .map(check -> check.rule() + " " + check.failure())
                        .toList(),
                rows);
    }
}
