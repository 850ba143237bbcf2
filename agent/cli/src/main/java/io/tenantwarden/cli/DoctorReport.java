package io.tenantwarden.cli;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import io.tenantwarden.rls.audit.Finding;
import java.util.List;
import java.util.Locale;

/**
 * What doctor found. Immutable.
 *
 * @param database its name
 * @param role whom it was examined for
 * @param serverVersion {@code server_version_num}
 * @param protectedTables how many tables are protected
 * @param findings those that are not ignored, the worst first
 * @param probe what was tried on each table; null when nothing was
 */
record DoctorReport(
        String database,
        String role,
        int serverVersion,
        int protectedTables,
        List<Finding> findings,
        List<ProbeResult> probe) {

    /** {@code {"findings":[...]}} as in the agent's report, with {@code "probe"} where it was asked for. */
    String toJson() {
        JsonStringWriter json = JsonWriter.indent("  ").string();
        json.object().array("findings");
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
        if (probe != null) {
            json.array("probe");
            for (ProbeResult r : probe) {
                json.object()
                        .value("table", r.table())
                        .value("check", r.check().sentence())
                        .value("outcome", r.outcome().words())
                        .value("detail", r.detail())
                        .end();
            }
            json.end();
        }
        return json.end().done();
    }
}
