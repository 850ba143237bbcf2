package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What all commands have in common. */
class CommandFamilyTest {

    private static final List<String> COMMANDS =
            List.of("init", "doctor", "ddl", "explain", "export", "erase", "report", "check", "version");

    @Test
    void eachHasJson() {
        for (String command : COMMANDS) {
            Captured help = Captured.run(command, "--help");
            assertTrue(help.out().contains("--json "), () -> command + help);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 60, 100})
    void helpIsAsWideAsTheTerminal(int columns) {
        Map<String, String> environment = columns == 0 ? Map.of() : Map.of("COLUMNS", String.valueOf(columns));
        int width = columns == 0 ? 80 : columns;
        int widest = 0;
        for (String command : COMMANDS) {
            Captured help = Captured.run(environment, false, command, "--help");
            // sentences and examples that people wrote are lines of their own
            String options =
                    help.out().substring(help.out().indexOf("\n  "), help.out().indexOf("--version "));
            for (String line : options.lines().toList()) {
                assertTrue(line.length() <= width, () -> command + ": " + line);
                widest = Math.max(widest, line.length());
            }
        }
        assertTrue(widest > width - 15, "it is used: " + widest);
    }

    @Test
    void theVersionSaysCommitAndJdk() throws Exception {
        String java = System.getProperty("java.version");
        String line = Captured.run("--version").out();
        assertTrue(line.matches("(?s)Tenant Warden \\S+, commit \\S+, JDK \\Q" + java + "\\E \\(.+\\)\\R"), line);
        assertEquals(line, Captured.run("version").out());
        assertEquals(line, Captured.run("doctor", "--version").out());
        JsonObject json =
                JsonParser.object().from(Captured.run("version", "--json").out());
        assertTrue(json.getString("jdk").startsWith(java), json::toString);
        assertTrue(json.has("commit") && json.has("version"), json::toString);
    }

    /** Made of what picocli knows: a command or an option that is added is in both. */
    @Test
    void manualAndCompletionNameEveryCommandAndOption() {
        String man = Captured.run("man").out();
        String completion = Captured.run("completion").out();
        assertTrue(man.startsWith(".TH TENANT-WARDEN 1 "), man);
        for (String command : COMMANDS) {
            assertTrue(man.contains("\n.SS " + command + "\n"), command);
            assertTrue(completion.contains(" " + command), command);
            Captured.run(command, "--help")
                    .out()
                    .lines()
                    .map(String::strip)
                    .filter(l -> l.matches("--[a-z-]+.*"))
                    .map(l -> l.replaceFirst("^(--[a-z-]+).*", "$1"))
                    .forEach(option -> {
                        assertTrue(man.contains("\\fB" + option.replace("-", "\\-") + "\\fR"), command + " " + option);
                        assertTrue(completion.contains(option), command + " " + option);
                    });
        }
    }
}
