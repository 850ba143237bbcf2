package io.tenantwarden.cli;

import com.grack.nanojson.JsonStringWriter;
import io.tenantwarden.rls.audit.Finding;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Findings as export and erase print them. Stateless. */
final class FindingsText {

    private FindingsText() {}

    static void print(Terminal terminal, List<Finding> findings) {
        for (Finding f : findings) {
            Prose.lines("", f.level() + " " + f.rule() + " " + sentence(f), terminal.width())
                    .forEach(terminal.text()::println);
            Prose.lines("    ", f.fix(), terminal.width()).forEach(terminal.text()::println);
        }
        terminal.text().flush();
    }

    /** What is wrong with what: a message that names its object is not preceded by it once more. */
    static String sentence(Finding f) {
        String object = WardenCli.oneLine(f.object());
        String message = WardenCli.oneLine(f.message());
        return Pattern.compile("(?<![\\w.$])" + Pattern.quote(object) + "(?![\\w$])")
                        .matcher(message)
                        .find()
                ? message
                : object + ": " + message;
    }

    /** What every command's JSON begins with: who wrote it, and about what. */
    static void head(JsonStringWriter json, String database, String role) {
        json.value("tool", "Tenant Warden " + WardenCli.version());
        json.value("database", database);
        if (role != null) {
            json.value("role", role);
        }
    }

    /** The member {@code "findings"}, as in the agent's report. */
    static void write(JsonStringWriter json, List<Finding> findings) {
        json.array("findings");
        for (Finding f : findings) {
            json.object()
                    .value("rule", f.rule())
                    .value("level", f.level().name().toLowerCase(Locale.ROOT))
                    .value("object", f.object())
                    .value("message", f.message())
                    .value("fix", f.fix())
                    .end();
        }
        json.end();
    }
}
