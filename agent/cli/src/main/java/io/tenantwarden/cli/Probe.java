package io.tenantwarden.cli;

import io.tenantwarden.cli.ProbeResult.Check;
import io.tenantwarden.cli.ProbeResult.Outcome;
import io.tenantwarden.cli.ProbeSession.Attempt;
import io.tenantwarden.engine.config.Config;
import io.tenantwarden.engine.config.GucAssignment;
import io.tenantwarden.engine.config.GucTemplate;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tries to break isolation, table by table, as the role of the connection: in a transaction that is rolled back. What
 * cannot be shown is said, never taken for shown.
 *
 * <p>Updates and deletes carry a condition that fails with a division by zero on the first row that a policy lets through,
 * so a leak shows, but no row is touched and no trigger fires.
 */
final class Probe {

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

    private final Connection connection;
    private final Config config;
    private final String givenTenant;
    private final Terminal terminal;

    private ProbeSession session;
    private String tenant;
    private boolean readOnly;
    private String fallbackType = "uuid";
    private final Map<Long, Attempt> untouched = new HashMap<>();

    /** @param tenant a tenant that has rows; null to look for one */
    Probe(Connection connection, Config config, String tenant, Terminal terminal) {
        this.connection = connection;
        this.config = config;
        this.givenTenant = tenant;
        this.terminal = terminal;
    }

    /**
     * Probes every table with row-level security that the role has a privilege on.
     *
     * @throws SQLException when the connection is lost or the catalog cannot be read
     */
    List<ProbeResult> run() throws SQLException {
        try (ProbeSession s = new ProbeSession(connection)) {
            session = s;
            readOnly = s.readOnly();
            List<ProbeTable> all = ProbeTable.read(connection, config.tenantColumns());
            List<ProbeTable> tables =
                    all.stream().filter(t -> t.rls() && t.reachable()).toList();
            long unreachable =
                    all.stream().filter(t -> t.rls() && !t.reachable()).count();
            if (unreachable > 0) {
                terminal.progress(unreachable + " tables with row-level security left out: the role has no privilege on"
                        + " them");
            }
            // before any setting is made: from then on the server knows its name and says '' instead of NULL
            for (ProbeTable t : tables) {
                untouched.put(t.oid(), session.attempt(Map.of(), "SELECT 1 FROM " + t.sql() + " LIMIT 1"));
            }
            tenant = givenTenant == null ? sample(all) : givenTenant;
            tables.stream()
                    .filter(t -> t.columnTypeName() != null)
                    .findFirst()
                    .ifPresent(t -> fallbackType = t.columnTypeName());
            List<ProbeResult> results = new ArrayList<>();
            for (int i = 0; i < tables.size(); i++) {
                ProbeTable table = tables.get(i);
                terminal.progress("probing " + table.name() + " (" + (i + 1) + " of " + tables.size() + ")");
                probe(table, results);
            }
            return results;
        }
    }

    private String sample(List<ProbeTable> tables) throws SQLException {
        for (ProbeTable t : tables) {
            if (t.column() == null || !t.select()) {
                continue;
            }
            Attempt attempt = session.attempt(
                    noTenant(),
                    "SELECT " + t.column() + "::text FROM " + t.sql() + " WHERE " + t.column()
                            + " IS NOT NULL LIMIT 1");
            if (attempt.row() != null) {
                terminal.progress("sampled a tenant in " + t.name() + ", which shows rows without one");
                return attempt.row();
            }
        }
        terminal.progress("no tenant can be sampled, since the role sees no row without one, as it should be:"
                + " give one that has rows with --tenant");
        return null;
    }

    private Map<String, String> noTenant() {
        return settings("");
    }

    private Map<String, String> settings(String id) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (GucAssignment assignment : config.guc()) {
            StringBuilder value = new StringBuilder();
            boolean known = true;
            for (GucTemplate.Part part : assignment.value().parts()) {
                switch (part.kind()) {
                    case CONSTANT -> value.append(part.constant());
                    case TENANT -> value.append(id);
                    // a value of the running application, which is not here
                    case SOURCE -> known = false;
                }
            }
            if (known) {
                boolean none = id.isEmpty() && assignment.value().usesTenant();
                settings.put(assignment.name(), none ? "" : value.toString());
            }
        }
        return settings;
    }

    private void probe(ProbeTable t, List<ProbeResult> results) throws SQLException {
        String type = t.columnTypeName() == null ? fallbackType : t.columnTypeName();
        String stranger = RandomTenant.of(type);
        String other = RandomTenant.of(type);
        Attempt own = tenant == null || !t.select()
                ? null
                : session.attempt(settings(tenant), "SELECT 1 FROM " + t.sql() + " LIMIT 1");
        boolean hasRows = t.looksFilled() || own != null && own.row() != null;
        results.add(readWithoutTenant(t, hasRows));
        results.add(readAsStranger(t, stranger, hasRows));
        results.add(readAsTenant(t, own));
        results.add(insert(t, stranger, other));
        results.add(update(t, own, stranger, other, hasRows));
        results.add(delete(t, own, stranger, hasRows));
    }

    // ---------------------------------------------------------------- reading

    private ProbeResult readWithoutTenant(ProbeTable t, boolean hasRows) throws SQLException {
        Check check = Check.READ_WITHOUT_TENANT;
        if (!t.select()) {
            return proven(t, check, "the role may not read it");
        }
        Attempt never = untouched.get(t.oid());
        Attempt empty = session.attempt(noTenant(), "SELECT 1 FROM " + t.sql() + " LIMIT 1");
        if (never.touchedARow() || empty.touchedARow()) {
            return failed(
                    t,
                    check,
                    "rows of " + t.name() + " are seen in a session where no tenant was "
                            + (never.touchedARow() ? "ever set" : "set any more (the setting is empty)"));
        }
        if (never.wasStopped() || empty.wasStopped()) {
            return notProvable(t, check, (never.wasStopped() ? never : empty).message());
        }
        Attempt refused = empty.error() != null ? empty : never;
        return refused.error() != null
                ? proven(t, check, "refused: " + refused.message())
                : provenIf(hasRows, t, check);
    }

    private ProbeResult readAsStranger(ProbeTable t, String stranger, boolean hasRows) throws SQLException {
        Check check = Check.READ_AS_UNKNOWN_TENANT;
        if (!t.select()) {
            return proven(t, check, "the role may not read it");
        }
        if (stranger == null) {
            return notProvable(t, check, "no random value of type " + t.columnType() + " can be made");
        }
        Attempt attempt = session.attempt(settings(stranger), "SELECT 1 FROM " + t.sql() + " LIMIT 1");
        if (attempt.touchedARow()) {
            return failed(t, check, "rows of " + t.name() + " are seen as a tenant that does not exist");
        }
        return attempt.error() != null ? notProvable(t, check, attempt.message()) : provenIf(hasRows, t, check);
    }

    private ProbeResult readAsTenant(ProbeTable t, Attempt own) throws SQLException {
        Check check = Check.READ_AS_TENANT;
        if (!t.select()) {
            return proven(t, check, "the role may not read it");
        }
        String obstacle = obstacle(t, own);
        if (obstacle != null) {
            return notProvable(t, check, obstacle);
        }
        Attempt others = session.attempt(
                settings(tenant),
                "SELECT 1 FROM " + t.sql() + " WHERE " + t.column() + " IS DISTINCT FROM " + cast(t) + " LIMIT 1",
                tenant);
        if (others.touchedARow()) {
            return failed(t, check, "a tenant sees rows of " + t.name() + " that are not its own");
        }
        if (others.error() != null) {
            return notProvable(t, check, others.message());
        }
        return own.row() == null
                ? notProvable(t, check, "this tenant sees no row there: give one that has some with --tenant")
                : proven(t, check, "");
    }

    private String obstacle(ProbeTable t, Attempt own) {
        if (t.column() == null) {
            return "the table has no tenant column";
        }
        if (tenant == null) {
            return "no tenant is known: give one that has rows with --tenant";
        }
        return own != null && own.error() != null ? own.message() : null;
    }

    // ---------------------------------------------------------------- writing

    private ProbeResult insert(ProbeTable t, String stranger, String other) throws SQLException {
        Check check = Check.INSERT_FOR_OTHER;
        if (t.column() != null && !t.insert()) {
            return proven(t, check, "the role may not insert a tenant");
        }
        String obstacle = writeObstacle(t, other);
        if (obstacle != null) {
            return notProvable(t, check, obstacle);
        }
        String doubt = null;
        for (String as : new String[] {"", tenant == null ? stranger : tenant}) {
            String[] verdict = insertAs(t, as, other);
            if (verdict[0] != null) {
                return failed(t, check, verdict[0]);
            }
            doubt = doubt == null ? verdict[1] : doubt;
        }
        return doubt == null ? proven(t, check, "") : notProvable(t, check, doubt);
    }

    /** The failure and the doubt, both null when the row was refused as it should be. */
    private String[] insertAs(ProbeTable t, String as, String other) throws SQLException {
        StringBuilder columns = new StringBuilder(t.column());
        StringBuilder values = new StringBuilder(cast(t));
        t.insertColumns().forEach((column, value) -> {
            columns.append(", ").append(column);
            values.append(", ").append(value);
        });
        String sql = "INSERT INTO " + t.sql() + " (" + columns + ")" + (t.identity() ? " OVERRIDING SYSTEM VALUE" : "")
                + " VALUES (" + values + ")";
        String who = as.isEmpty() ? "without a tenant" : "as one tenant";
        Attempt attempt = session.attempt(settings(as), sql, new String[] {other}, settings(other), rowOf(t), other);
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
        if (attempt.refusedByPolicy() || as.isEmpty() && attempt.constraintOf(t) == null && !isPrivilege(attempt)) {
            return new String[] {null, null};
        }
        String constraint = attempt.constraintOf(t);
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

    private ProbeResult update(ProbeTable t, Attempt own, String stranger, String other, boolean hasRows)
            throws SQLException {
        Check check = Check.UPDATE_OF_OTHER;
        if (t.column() != null && !t.update()) {
            return proven(t, check, "the role may not update the tenant column");
        }
        String obstacle = writeObstacle(t, other);
        if (obstacle != null) {
            return notProvable(t, check, obstacle);
        }
        String update = "UPDATE " + t.sql() + " AS t SET " + t.column() + " = " + cast(t);
        ProbeResult foreign = touchForeign(t, check, update + " FROM " + ONE_ROW, other, stranger, own, hasRows);
        if (foreign.outcome() != Outcome.PROVEN) {
            return foreign;
        }
        String cannot = obstacle(t, own);
        if (cannot != null || own == null || own.row() == null) {
            return notProvable(
                    t,
                    check,
                    "rows of others cannot be touched; whether an own row can be moved to another tenant is open: "
                            + (cannot != null ? cannot : "this tenant sees no row there"));
        }
        Map<String, String> settings = new LinkedHashMap<>(settings(tenant));
        settings.put(MARK, "");
        Attempt moved = session.attempt(
                settings,
                update + " FROM " + ONE_ROW + " WHERE " + FIRST_ROW,
                new String[] {other},
                settings(other),
                rowOf(t),
                other);
        if (moved.row() != null) {
            return failed(t, check, "a tenant can move its rows of " + t.name() + " to another tenant");
        }
        if (moved.refusedByPolicy()) {
            return proven(t, check, "");
        }
        if (moved.error() == null && moved.count() == 0) {
            return nothingUpdated(t, check);
        }
        if (moved.error() == null) {
            return notProvable(t, check, "the update was accepted, but the other tenant does not see the row");
        }
        String constraint = moved.constraintOf(t);
        return constraint != null
                ? failed(
                        t,
                        check,
                        "a row of " + t.name() + " on its way to another tenant passed the policies: only " + constraint
                                + " stopped it")
                : notProvable(t, check, moved.message());
    }

    /** Proof only where the tenant has a row that could have been moved: it may see those of others. */
    private ProbeResult nothingUpdated(ProbeTable t, Check check) throws SQLException {
        return session.attempt(settings(tenant), rowOf(t), tenant).row() != null
                ? proven(t, check, "the policies let the tenant update none of its rows")
                : notProvable(
                        t,
                        check,
                        "rows of others cannot be touched; whether an own row can be moved to another tenant is open: this"
                                + " tenant has no row there");
    }

    /** A row of one tenant, and not any row: a policy may show more than the tenant's. */
    private static String rowOf(ProbeTable t) {
        return "SELECT 1 FROM " + t.sql() + " WHERE " + t.column() + " = " + cast(t) + " LIMIT 1";
    }

    private ProbeResult delete(ProbeTable t, Attempt own, String stranger, boolean hasRows) throws SQLException {
        Check check = Check.DELETE_OF_OTHER;
        if (!t.delete()) {
            return proven(t, check, "the role may not delete");
        }
        if (readOnly) {
            return notProvable(t, check, "this server accepts no writes (a standby?)");
        }
        if (stranger == null) {
            return notProvable(t, check, "no random value of type " + t.columnType() + " can be made");
        }
        return touchForeign(
                t, check, "DELETE FROM " + t.sql() + " AS t USING " + ONE_ROW, null, stranger, own, hasRows);
    }

    /** Runs a write without a tenant, as nobody, and as a tenant on the rows of others; it must meet no row. */
    private ProbeResult touchForeign(
            ProbeTable t, Check check, String write, String value, String stranger, Attempt own, boolean hasRows)
            throws SQLException {
        String verb = check == Check.DELETE_OF_OTHER ? "deleted" : "updated";
        String[] values = value == null ? new String[0] : new String[] {value};
        Attempt none = session.attempt(noTenant(), write + " WHERE " + FAILS_ON_A_ROW, values);
        if (none.touchedARow()) {
            return failed(t, check, "rows of " + t.name() + " can be " + verb + " when no tenant is set");
        }
        Attempt unknown = session.attempt(settings(stranger), write + " WHERE " + FAILS_ON_A_ROW, values);
        if (unknown.touchedARow()) {
            return failed(t, check, "rows of " + t.name() + " can be " + verb + " as a tenant that does not exist");
        }
        if (none.wasStopped() || unknown.error() != null) {
            return notProvable(t, check, (none.wasStopped() ? none : unknown).message());
        }
        if (t.select() && obstacle(t, own) == null) {
            String[] withTenant = value == null ? new String[] {tenant} : new String[] {value, tenant};
            Attempt foreign = session.attempt(
                    settings(tenant),
                    write + " WHERE CASE WHEN warden_one.n = 1 AND t." + t.column() + " IS DISTINCT FROM " + cast(t)
                            + " THEN " + FAILS_ON_A_ROW + " ELSE false END",
                    withTenant);
            if (foreign.touchedARow()) {
                return failed(
                        t, check, "rows of " + t.name() + " that belong to others can be " + verb + " by a tenant");
            }
            if (foreign.error() != null) {
                return notProvable(t, check, foreign.message());
            }
        }
        return provenIf(hasRows, t, check);
    }

    private String writeObstacle(ProbeTable t, String other) {
        if (t.column() == null) {
            return "the table has no tenant column";
        }
        if (readOnly) {
            return "this server accepts no writes (a standby?)";
        }
        return other == null ? "no random value of type " + t.columnType() + " can be made" : null;
    }

    private static String cast(ProbeTable t) {
        return "CAST(? AS " + t.columnType() + ")";
    }

    // ---------------------------------------------------------------- results

    private static ProbeResult proven(ProbeTable t, Check check, String detail) {
        return new ProbeResult(t.name(), check, Outcome.PROVEN, detail, "");
    }

    private static ProbeResult notProvable(ProbeTable t, Check check, String why) {
        return new ProbeResult(t.name(), check, Outcome.NOT_PROVABLE, why, "");
    }

    private static ProbeResult provenIf(boolean hasRows, ProbeTable t, Check check) {
        return hasRows
                ? proven(t, check, "")
                : notProvable(
                        t,
                        check,
                        "nothing was met, but the table may be empty; give a tenant that has rows with"
                                + " --tenant, or run ANALYZE");
    }

    private ProbeResult failed(ProbeTable t, Check check, String what) {
        String why = t.active()
                ? ""
                : "; row-level security is not active for this role there (it owns the table, is a superuser or has"
                        + " BYPASSRLS)";
        String fix = t.active()
                ? "the findings about " + t.name()
                        + " say which policy lets this through; java -jar tenant-warden.jar ddl"
                        + " writes policies that do not"
                : "ALTER TABLE " + t.sql() + " FORCE ROW LEVEL SECURITY; and connect as a role that is neither"
                        + " superuser nor BYPASSRLS";
        return new ProbeResult(t.name(), check, Outcome.FAILED, what + why, fix);
    }
}
