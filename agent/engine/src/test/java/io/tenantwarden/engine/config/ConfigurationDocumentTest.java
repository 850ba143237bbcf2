package io.tenantwarden.engine.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.engine.tenant.SourceKind;
import io.tenantwarden.engine.tenant.SourceKinds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class ConfigurationDocumentTest {

    private static final Path FILE = Path.of("..", "..", "docs", "configuration.md");

    private static final String COMMAND = "mvn -pl agent/engine -am test -Dtest=ConfigurationDocumentTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Ddocs.update=true";

    @Test
    void theCommittedPageIsWhatTheKeysSay() throws Exception {
        if (Boolean.getBoolean("docs.update")) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, ConfigurationDocument.render());
        }

        assertTrue(Files.exists(FILE), "docs/configuration.md is missing; write it with: " + COMMAND);
        assertEquals(
                ConfigurationDocument.render(),
                Files.readString(FILE).replace("\r\n", "\n"),
                "docs/configuration.md is stale; write it again with: " + COMMAND);
    }

    @Test
    void everyKeyHasARowOfFiveCells() {
        for (Key<?> key : Keys.all()) {
            String row = ConfigurationDocument.render()
                    .lines()
                    .filter(line -> line.startsWith("| `" + key.name() + "` |"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(key.name() + " has no row"));
            assertEquals(7, row.split("(?<!\\\\)\\|", -1).length, row);
        }
    }

    @Test
    void everyTenantSourceIsTold() {
        for (SourceKind kind : SourceKinds.all()) {
            String name = "`" + kind.name().toLowerCase(Locale.ROOT);
            boolean alone = kind.standsAlone();
            String start = name + (alone ? "`" : ":");
            assertTrue(Values.LISTED_SOURCE.allowed().contains(start), start);
            String paragraph = ConfigurationDocument.render()
                    .split("\\*\\*Tenant sources\\.\\*\\*")[1]
                    .split("\n\n")[1];
            assertTrue(paragraph.contains(start), start);
        }
    }
}
