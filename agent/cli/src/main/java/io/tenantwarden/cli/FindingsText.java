package io.tenantwarden.cli;

import com.grack.nanojson.JsonStringWriter;
import io.tenantwarden.rls.audit.Finding;
import java.util.List;
import java.util.Locale;

/** Findings as export and erase print them. Stateless. */
final class FindingsText {

    private FindingsText() {}

    static void print(Terminal terminal, List<Finding> findings) {
        for (Finding f : findings) {
            terminal.text().println(f.level() + " " + f.rule() + " " + f.object() + ": " + f.message());
            terminal.text().println("    " + f.fix());
        }
        terminal.text().flush();
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
