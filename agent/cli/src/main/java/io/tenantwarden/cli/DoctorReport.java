package io.tenantwarden.cli;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import io.tenantwarden.rls.audit.Finding;
import java.util.List;

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

    /**
     * {@code {"findings":[...]}} after tool, database, role and version of the server, as in the agent's report, with {@code "probe"} where it was
     * asked for.
     */
    String toJson() {
        JsonStringWriter json = JsonWriter.indent("  ").string();
        json.object();
        FindingsText.head(json, database, role);
        json.value("serverVersion", serverVersion).value("protectedTables", protectedTables);
        FindingsText.write(json, findings);
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
