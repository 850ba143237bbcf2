package io.tenantwarden.cli;

import io.tenantwarden.cli.ProbeResult.Check;
import io.tenantwarden.cli.ProbeSession.Attempt;
import java.sql.SQLException;
import java.util.List;

/** Reads a table without a tenant, as a stranger, and as a tenant. Stateless. */
final class ProbeReads {

    private ProbeReads() {}

    static void run(ProbeRun r, Attempt own, boolean hasRows, List<ProbeResult> results) throws SQLException {
        results.add(withoutTenant(r, hasRows));
        results.add(asStranger(r, hasRows));
        results.add(asTenant(r, own));
    }

    private static ProbeResult withoutTenant(ProbeRun r, boolean hasRows) throws SQLException {
        ProbeTable t = r.table();
        Check check = Check.READ_WITHOUT_TENANT;
        if (!t.select()) {
            return r.proven(check, "the role may not read it");
        }
        Attempt never = r.untouched();
        Attempt empty = r.attempt("", "SELECT 1 FROM " + t.sql() + " LIMIT 1");
        if (never.touchedARow() || empty.touchedARow()) {
            return r.failed(
                    check,
                    "rows of " + t.name() + " are seen in a session where no tenant was "
                            + (never.touchedARow() ? "ever set" : "set any more (the setting is empty)"));
        }
        if (never.wasStopped() || empty.wasStopped()) {
            return r.notProvable(check, (never.wasStopped() ? never : empty).message());
        }
        Attempt refused = empty.error() != null ? empty : never;
        return refused.error() != null ? r.proven(check, "refused: " + refused.message()) : r.provenIf(hasRows, check);
    }

    private static ProbeResult asStranger(ProbeRun r, boolean hasRows) throws SQLException {
        ProbeTable t = r.table();
        Check check = Check.READ_AS_UNKNOWN_TENANT;
        if (!t.select()) {
            return r.proven(check, "the role may not read it");
        }
        if (r.stranger() == null) {
            return r.notProvable(check, r.noValue());
        }
        // a label of an enum may be a tenant's: then it may see its own rows
        boolean own = t.type() != null && t.type().isEnum();
        Attempt attempt = own
                ? r.attempt(
                        r.stranger(),
                        "SELECT 1 FROM " + t.sql() + " WHERE " + t.column() + " IS DISTINCT FROM " + t.cast()
                                + " LIMIT 1",
                        r.stranger())
                : r.attempt(r.stranger(), "SELECT 1 FROM " + t.sql() + " LIMIT 1");
        if (attempt.touchedARow()) {
            return r.failed(
                    check,
                    "rows of " + t.name() + " are seen as a tenant that "
                            + (own ? "they do not belong to" : "does not exist"));
        }
        return attempt.error() != null ? r.notProvable(check, attempt.message()) : r.provenIf(hasRows, check);
    }

    private static ProbeResult asTenant(ProbeRun r, Attempt own) throws SQLException {
        ProbeTable t = r.table();
        Check check = Check.READ_AS_TENANT;
        if (!t.select()) {
            return r.proven(check, "the role may not read it");
        }
        String obstacle = r.obstacle(own);
        if (obstacle != null) {
            return r.notProvable(check, obstacle);
        }
        Attempt others = r.attempt(
                r.tenant(),
                "SELECT 1 FROM " + t.sql() + " WHERE " + t.column() + " IS DISTINCT FROM " + t.cast() + " LIMIT 1",
                r.tenant());
        if (others.touchedARow()) {
            return r.failed(check, "a tenant sees rows of " + t.name() + " that are not its own");
        }
        if (others.error() != null) {
            return r.notProvable(check, others.message());
        }
        return own.row() == null
                ? r.notProvable(check, "this tenant sees no row there: give one that has some with --tenant")
                : r.proven(check, "");
    }
}
