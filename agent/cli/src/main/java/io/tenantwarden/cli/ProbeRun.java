package io.tenantwarden.cli;

import io.tenantwarden.cli.ProbeResult.Check;
import io.tenantwarden.cli.ProbeResult.Outcome;
import io.tenantwarden.cli.ProbeSession.Attempt;
import io.tenantwarden.engine.config.GucAssignment;
import io.tenantwarden.engine.config.GucTemplate;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One table under the probe: as whom it is tried, and how what comes of it is told. For one thread.
 *
 * @param session runs the statements
 * @param gucs what a session sets for a tenant
 * @param table what is tried
 * @param tenant a tenant that has rows; null when none is known
 * @param stranger an id that is not the tenant's; null when none can be made
 * @param other an id that is neither's; null when none can be made
 * @param untouched what the role saw in a session where no tenant was ever set
 * @param readOnly whether the server accepts no writes
 */
record ProbeRun(
        ProbeSession session,
        List<GucAssignment> gucs,
        ProbeTable table,
        String tenant,
        String stranger,
        String other,
        Attempt untouched,
        boolean readOnly) {

    /** The settings of a session of this tenant; of none for the empty id. */
    static Map<String, String> settings(List<GucAssignment> gucs, String id) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (GucAssignment assignment : gucs) {
            StringBuilder value = new StringBuilder();
            boolean known = true;
            for (GucTemplate.Part part : assignment.value().parts()) {
                switch (part.kind()) {
                    case CONSTANT -> value.append(part.constant());
                    case TENANT -> value.append(id);
                    // a value of the running application, which is not here
                    case SOURCE, THREAD, TENANT_HASH -> known = false;
                }
            }
            if (known) {
                boolean none = id.isEmpty() && assignment.value().usesTenant();
                settings.put(assignment.name(), none ? "" : value.toString());
            }
        }
        return settings;
    }

    Map<String, String> as(String id) {
        return settings(gucs, id);
    }

    Attempt attempt(String id, String sql, String... values) throws SQLException {
        return session.attempt(as(id), sql, values);
    }

    /** What the tenant itself sees: a row, or none; null when that cannot be asked. */
    Attempt own() throws SQLException {
        return tenant == null || !table.select() ? null : attempt(tenant, "SELECT 1 FROM " + table.sql() + " LIMIT 1");
    }

    /** Why nothing can be shown with the tenant; null when something can. */
    String obstacle(Attempt own) {
        if (table.column() == null) {
            return "the table has no tenant column";
        }
        if (tenant == null) {
            return "no tenant is known: give one that has rows with --tenant";
        }
        return own != null && own.error() != null ? own.message() : null;
    }

    /** Why nothing can be shown by writing; null when something can. */
    String writeObstacle() {
        if (table.column() == null) {
            return "the table has no tenant column";
        }
        if (readOnly) {
            return "this server accepts no writes (a standby?)";
        }
        return other == null ? noValue() : null;
    }

    String noValue() {
        return "no other value of type " + table.type().sql() + " can be made up";
    }

    // ---------------------------------------------------------------- results

    ProbeResult proven(Check check, String detail) {
        return new ProbeResult(table.name(), check, Outcome.PROVEN, detail, "");
    }

    ProbeResult notProvable(Check check, String why) {
        return new ProbeResult(table.name(), check, Outcome.NOT_PROVABLE, why, "");
    }

    ProbeResult provenIf(boolean hasRows, Check check) {
        return hasRows
                ? proven(check, "")
                : notProvable(
                        check,
                        "nothing was met, but the table may be empty; give a tenant that has rows with --tenant, or run"
                                + " ANALYZE");
    }

    ProbeResult failed(Check check, String what) {
        String why;
        String fix;
        if (table.active()) {
            why = "";
            fix = "-- the findings about " + table.name()
                    + " say which policy lets this through; java -jar tenant-warden.jar"
                    + " ddl writes policies that do not";
        } else if (!table.rls()) {
            why = "; it has no row-level security";
            fix = "-- the finding about " + table.name()
                    + " without row-level security (WD004, WD006 or WD035) has the SQL;"
                    + " java -jar tenant-warden.jar ddl writes it for all tables";
        } else {
            why = "; row-level security is not active for this role there (it owns the table, is a superuser or has"
                    + " BYPASSRLS)";
            fix =
                    "-- the findings about the role (WD001 to WD003) say what to change: it has to be neither superuser nor"
                            + " BYPASSRLS, and FORCE ROW LEVEL SECURITY on the table for its owner";
        }
        return new ProbeResult(table.name(), check, Outcome.FAILED, what + why, fix);
    }
}
