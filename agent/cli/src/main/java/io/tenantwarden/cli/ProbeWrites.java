package io.tenantwarden.cli;

import io.tenantwarden.cli.ProbeResult.Check;
import io.tenantwarden.cli.ProbeResult.Outcome;
import io.tenantwarden.cli.ProbeSession.Attempt;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes to a table what belongs to others. Updates and deletes carry a condition that fails with a division by zero on the
 * first row that a policy lets through, so a leak shows, but no row is touched and no trigger fires. Stateless.
 */
final class ProbeWrites {

    /** Raises 22012 for the first row. Volatile, so that it is not evaluated while planning. */
    private static final String FAILS_ON_A_ROW = "1.0::pg_catalog.float8 / (pg_catalog.random() * 0) > 0";

    /**
     * A second relation of one row. Without it the condition, which names no column, could be evaluated before the policies;
     * with it the condition is one of the join, which only rows that the policies let through reach. Naming a column of the
     * table instead would bring in the policies for SELECT.
     */
    private static final String ONE_ROW = "pg_catalog.generate_series(1, 1) AS warden_one(n)";

    private static final String MARK = "warden.probe";

    /** True for the first row that the policies let through; no column here either, so that an UPDATE is what it can be. */
    private static final String FIRST_ROW = "CASE WHEN pg_catalog.current_setting('" + MARK
            + "') = '' THEN pg_catalog.set_config('" + MARK + "', '1', true) = '1' ELSE false END";

    private static final String GENERATED = "the tenant column is generated from others: nobody can write it";

    private ProbeWrites() {}

    static void run(ProbeRun r, Attempt own, boolean hasRows, List<ProbeResult> results) throws SQLException {
        results.add(insert(r));
        results.add(update(r, own, hasRows));
        results.add(delete(r, own, hasRows));
    }

    private static ProbeResult insert(ProbeRun r) throws SQLException {
        ProbeTable t = r.table();
        Check check = Check.INSERT_FOR_OTHER;
        if (t.generated()) {
            return r.notProvable(check, GENERATED);
        }
        if (t.column() != null && !t.insert()) {
            return r.proven(check, "the role may not insert a tenant");
        }
        String obstacle = r.writeObstacle();
        if (obstacle != null) {
            return r.notProvable(check, obstacle);
        }
        String doubt = null;
        for (String as : new String[] {"", r.tenant() == null ? r.stranger() : r.tenant()}) {
            String[] verdict = as == null ? new String[] {null, r.noValue()} : insertAs(r, as);
            if (verdict[0] != null) {
                return r.failed(check, verdict[0]);
            }
            doubt = doubt == null ? verdict[1] : doubt;
        }
        return doubt == null ? r.proven(check, "") : r.notProvable(check, doubt);
    }

    /** The failure and the doubt, both null when the row was refused as it should be. */
    private static String[] insertAs(ProbeRun r, String as) throws SQLException {
        ProbeTable t = r.table();
        StringBuilder columns = new StringBuilder(t.column());
        StringBuilder values = new StringBuilder(t.cast());
        t.insertColumns().forEach((column, value) -> {
            columns.append(", ").append(column);
            values.append(", ").append(value);
        });
        String sql = "INSERT INTO " + t.sql() + " (" + columns + ")" + (t.identity() ? " OVERRIDING SYSTEM VALUE" : "")
                + " VALUES (" + values + ")";
        String who = as.isEmpty() ? "without a tenant" : "as one tenant";
        Attempt attempt =
                r.session().attempt(r.as(as), sql, new String[] {r.other()}, r.as(r.other()), rowOf(t), r.other());
        if (attempt.row() != null) {
            return new String[] {
                who + " a row of " + t.name() + " was inserted for another tenant, who then sees it", null
            };
        }
        if (attempt.error() == null) {
            return new String[] {
                null,
                "the row was accepted " + who + ", but the other tenant does not see it: a trigger may have changed it"
            };
        }
        String constraint = attempt.constraintOf(t);
        if (attempt.refusedByPolicy() || as.isEmpty() && constraint == null && !isPrivilege(attempt)) {
            return new String[] {null, null};
        }
        if (constraint != null) {
            return new String[] {
                who + " a row of " + t.name() + " for another tenant passed the policies: only " + constraint
                        + " stopped it",
                null
            };
        }
        return new String[] {null, attempt.message()};
    }

    private static boolean isPrivilege(Attempt attempt) {
        return attempt.isState("42501") && !attempt.refusedByPolicy() || attempt.wasStopped();
    }

    private static ProbeResult update(ProbeRun r, Attempt own, boolean hasRows) throws SQLException {
        ProbeTable t = r.table();
        Check check = Check.UPDATE_OF_OTHER;
        if (t.generated()) {
            return r.notProvable(check, GENERATED);
        }
        if (t.column() != null && !t.update()) {
            return r.proven(check, "the role may not update the tenant column");
        }
        String obstacle = r.writeObstacle();
        if (obstacle != null) {
            return r.notProvable(check, obstacle);
        }
        String update = "UPDATE " + t.sql() + " AS t SET " + t.column() + " = " + t.cast();
        ProbeResult foreign = touchForeign(r, check, update + " FROM " + ONE_ROW, r.other(), own, hasRows);
        if (foreign.outcome() != Outcome.PROVEN) {
            return foreign;
        }
        String cannot = r.obstacle(own);
        if (cannot != null || own == null || own.row() == null) {
            return r.notProvable(
                    check,
                    "rows of others cannot be touched; whether an own row can be moved to another tenant is open: "
                            + (cannot != null ? cannot : "this tenant sees no row there"));
        }
        return move(r, update);
    }

    private static ProbeResult move(ProbeRun r, String update) throws SQLException {
        ProbeTable t = r.table();
        Check check = Check.UPDATE_OF_OTHER;
        Map<String, String> settings = new LinkedHashMap<>(r.as(r.tenant()));
        settings.put(MARK, "");
        Attempt moved = r.session()
                .attempt(
                        settings,
                        update + " FROM " + ONE_ROW + " WHERE " + FIRST_ROW,
                        new String[] {r.other()},
                        r.as(r.other()),
                        rowOf(t),
                        r.other());
        if (moved.row() != null) {
            return r.failed(check, "a tenant can move its rows of " + t.name() + " to another tenant");
        }
        if (moved.refusedByPolicy()) {
            return r.proven(check, "");
        }
        if (moved.error() == null && moved.count() == 0) {
            return nothingUpdated(r);
        }
        if (moved.error() == null) {
            return r.notProvable(check, "the update was accepted, but the other tenant does not see the row");
        }
        String constraint = moved.constraintOf(t);
        return constraint != null
                ? r.failed(
                        check,
                        "a row of " + t.name() + " on its way to another tenant passed the policies: only " + constraint
                                + " stopped it")
                : r.notProvable(check, moved.message());
    }

    /** Proof only where the tenant has a row that could have been moved: it may see those of others. */
    private static ProbeResult nothingUpdated(ProbeRun r) throws SQLException {
        return r.attempt(r.tenant(), rowOf(r.table()), r.tenant()).row() != null
                ? r.proven(Check.UPDATE_OF_OTHER, "the policies let the tenant update none of its rows")
                : r.notProvable(
                        Check.UPDATE_OF_OTHER,
                        "rows of others cannot be touched; whether an own row can be moved to another tenant is open: this"
                                + " tenant has no row there");
    }

    /** A row of one tenant, and not any row: a policy may show more than the tenant's. */
    private static String rowOf(ProbeTable t) {
        return "SELECT 1 FROM " + t.sql() + " WHERE " + t.column() + " = " + t.cast() + " LIMIT 1";
    }

    private static ProbeResult delete(ProbeRun r, Attempt own, boolean hasRows) throws SQLException {
        ProbeTable t = r.table();
        Check check = Check.DELETE_OF_OTHER;
        if (!t.delete()) {
            return r.proven(check, "the role may not delete");
        }
        if (r.readOnly()) {
            return r.notProvable(check, "this server accepts no writes (a standby?)");
        }
        return touchForeign(r, check, "DELETE FROM " + t.sql() + " AS t USING " + ONE_ROW, null, own, hasRows);
    }

    /** Runs a write without a tenant, as nobody, and as a tenant on the rows of others; it must meet no row. */
    private static ProbeResult touchForeign(
            ProbeRun r, Check check, String write, String value, Attempt own, boolean hasRows) throws SQLException {
        ProbeTable t = r.table();
        String verb = check == Check.DELETE_OF_OTHER ? "deleted" : "updated";
        String[] values = value == null ? new String[0] : new String[] {value};
        Attempt none = r.attempt("", write + " WHERE " + FAILS_ON_A_ROW, values);
        if (none.touchedARow()) {
            return r.failed(check, "rows of " + t.name() + " can be " + verb + " when no tenant is set");
        }
        if (none.wasStopped()) {
            return r.notProvable(check, none.message());
        }
        boolean asTenant = t.select() && r.obstacle(own) == null;
        if (r.stranger() == null && !asTenant) {
            return r.notProvable(check, r.noValue());
        }
        if (r.stranger() != null) {
            // as nobody a row of anybody would be one too many, unless nobody's id may be a tenant's
            boolean anybody = t.type() == null || !t.type().isEnum();
            Attempt nobody = anybody
                    ? r.attempt(r.stranger(), write + " WHERE " + FAILS_ON_A_ROW, values)
                    : onRowsOfOthers(r, write, value, r.stranger());
            if (nobody.touchedARow()) {
                return r.failed(
                        check,
                        "rows of " + t.name() + " can be " + verb + " as a tenant that "
                                + (anybody ? "does not exist" : "they do not belong to"));
            }
            if (nobody.error() != null) {
                return r.notProvable(check, nobody.message());
            }
        }
        if (asTenant) {
            Attempt foreign = onRowsOfOthers(r, write, value, r.tenant());
            if (foreign.touchedARow()) {
                return r.failed(
                        check, "rows of " + t.name() + " that belong to others can be " + verb + " by a tenant");
            }
            if (foreign.error() != null) {
                return r.notProvable(check, foreign.message());
            }
        }
        return r.provenIf(hasRows, check);
    }

    private static Attempt onRowsOfOthers(ProbeRun r, String write, String value, String id) throws SQLException {
        ProbeTable t = r.table();
        String sql = write + " WHERE CASE WHEN warden_one.n = 1 AND t." + t.column() + " IS DISTINCT FROM " + t.cast()
                + " THEN " + FAILS_ON_A_ROW + " ELSE false END";
        return value == null ? r.attempt(id, sql, id) : r.attempt(id, sql, value, id);
    }
}
