package io.tenantwarden.cli;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.explain.Access;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Why a statement gives the rows that it gives. Immutable.
 *
 * @param database its name
 * @param role whom the statement is explained for
 * @param serverVersion {@code server_version_num}
 * @param sql the statement, with the values of its parameters
 * @param tenant the tenant that was asked for; null when none was
 * @param settings each setting that policies read or that is configured
 * @param none the statement in the session as it is, without a tenant
 * @param with the statement with the tenant; null when none was given
 * @param tables how it reaches each table
 * @param notes what could not be found out, in sentences
 * @param conclusion the answer
 */
record Explanation(
        String database,
        String role,
        int serverVersion,
        String sql,
        String tenant,
        List<Setting> settings,
        ExplainSession.Run none,
        ExplainSession.Run with,
        List<Table> tables,
        List<String> notes,
        Conclusion conclusion) {

    /** The reason, one word for programs. */
    enum Cause {
        /** Policies filter, and rows come. */
        FILTERED(true),
        /** There are no such rows. */
        ROWS_ABSENT(true),
        /** The rows that the statement asks for belong to somebody else. */
        OTHER_TENANT(true),
        /** Nothing that it reads has to do with tenants. */
        NOTHING_PROTECTED(true),
        SETTING_UNSET(false),
        SETTING_EMPTY(false),
        OTHER_SETTING(false),
        TENANT_FORMAT(false),
        NO_POLICY(false),
        NO_POLICY_FOR_COMMAND(false),
        POLICY_FOR_OTHER_ROLES(false),
        RESTRICTIVE_POLICY(false),
        POLICY(false),
        SUPERUSER(false),
        BYPASSRLS(false),
        OWNER(false),
        VIEW_OWNER(false),
        SECURITY_DEFINER(false),
        NOT_ENABLED(false),
        MATERIALIZED_VIEW(false),
        FOREIGN_TABLE(false),
        OPEN_POLICY(false),
        ROW_SECURITY_OFF(false),
        NO_PRIVILEGE(false),
        NO_SUCH_TABLE(false),
        ERROR(false);

        private final boolean inOrder;

        Cause(boolean inOrder) {
            this.inOrder = inOrder;
        }

        /** Whether database and session are as they should be. */
        boolean inOrder() {
            return inOrder;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * The answer.
     *
     * @param cause one word
     * @param sentence one sentence
     * @param next what to do now; empty when there is nothing to do
     */
    record Conclusion(Cause cause, String sentence, String next) {}

    /**
     * A setting.
     *
     * @param name in lower case
     * @param none its value in the session as it is; null when it is not set
     * @param with its value with the tenant; null
     * @param policies how many policies of the tables read it
     * @param configured whether it is one that {@code warden.guc} sets
     */
    record Setting(String name, String none, String with, int policies, boolean configured) {}

    /** How many rows of a table come through its policies, and how many do not. */
    record Counts(long passed, long removed) {

        long all() {
            return passed + removed;
        }
    }

    /**
     * What a role that sees all rows counts.
     *
     * @param all rows of the table
     * @param own those with the tenant in the tenant column; -1 without tenant or column
     * @param withoutTenant those with null there; -1
     * @param passing by name of a policy, the rows that it lets through; without those that cannot be evaluated
     */
    record Truth(long all, long own, long withoutTenant, Map<String, Long> passing) {}

    /**
     * One way to a table.
     *
     * @param access the way
     * @param none the rows without a tenant; null when they could not be counted
     * @param with the rows with the tenant; null
     * @param truth what the login sees; null when it does not see all
     * @param estimate how many rows the server believes there are; negative when it does not know
     * @param scans how the statement read it
     * @param tenantIndexes indexes that begin with the tenant column
     * @param notLeakproof what the statement asks for that is evaluated behind the policies
     * @param perRow policies that are evaluated for each row, and what in them
     */
    record Table(
            Access access,
            Counts none,
            Counts with,
            Truth truth,
            long estimate,
            List<ExplainPlan.Scan> scans,
            List<String> tenantIndexes,
            List<String> notLeakproof,
            List<String> perRow) {

        String name() {
            return access.table().qualifiedName();
        }
    }

    /** The statement as it was asked for: with the tenant, where there is one. */
    ExplainSession.Run asked() {
        return with == null ? none : with;
    }

    /** What a setting is in the session that was asked for; null when it is not set, or not known. */
    String value(String setting) {
        for (Setting s : settings) {
            if (s.name().equals(setting)) {
                return with == null ? s.none() : s.with();
            }
        }
        return null;
    }

    /** For programs. */
    String toJson() {
        JsonStringWriter json = JsonWriter.indent("  ").string();
        json.object().value("tool", "Tenant Warden " + WardenCli.version()).object("conclusion");
        json.value("cause", conclusion.cause().word())
                .value("sentence", conclusion.sentence())
                .value("next", conclusion.next())
                .end();
        json.value("database", database)
                .value("role", role)
                .value("serverVersion", serverVersion)
                .value("sql", sql)
                .value("tenant", tenant);
        json.array("settings");
        for (Setting s : settings) {
            json.object()
                    .value("name", s.name())
                    .value("none", s.none())
                    .value("tenant", s.with())
                    .value("policies", s.policies())
                    .value("configured", s.configured())
                    .end();
        }
        json.end();
        json.object("rows");
        run(json, "none", none);
        run(json, "tenant", with);
        json.end();
        json.array("tables");
        tables.forEach(t -> table(json, t));
        json.end();
        json.array("notes");
        notes.forEach(json::value);
        return json.end().end().done();
    }

    private static void run(JsonStringWriter json, String name, ExplainSession.Run run) {
        if (run == null) {
            json.nul(name);
        } else {
            json.object(name)
                    .value("rows", run.rows())
                    .value("error", run.error() == null ? null : SqlErrors.message(run.error()))
                    .end();
        }
    }

    private static void table(JsonStringWriter json, Table t) {
        Access a = t.access();
        json.object().value("table", t.name()).array("via");
        a.via().forEach(json::value);
        json.end()
                .value("role", a.role().name())
                .value("command", a.command())
                .value("enforcement", a.enforcement().name().toLowerCase(Locale.ROOT))
                .array("policies");
        for (Policy p : a.table().policies()) {
            json.object()
                    .value("name", p.name())
                    .value("command", p.command())
                    .value("permissive", p.permissive())
                    .value("using", p.using())
                    .value("check", p.check())
                    .value("whyNot", a.whyNot(p))
                    .end();
        }
        json.end();
        counts(json, "none", t.none());
        counts(json, "tenant", t.with());
        if (t.truth() == null) {
            json.nul("all");
        } else {
            json.object("all")
                    .value("rows", t.truth().all())
                    .value("ofTenant", t.truth().own() < 0 ? null : t.truth().own())
                    .value(
                            "withoutTenant",
                            t.truth().withoutTenant() < 0 ? null : t.truth().withoutTenant())
                    .end();
        }
        json.array("scans");
        for (ExplainPlan.Scan s : t.scans()) {
            json.object()
                    .value("relation", s.relation())
                    .value("node", s.node())
                    .value("index", s.index())
                    .value("indexCondition", s.indexCondition())
                    .value("filter", s.filter())
                    .value("rows", s.rows())
                    .value("removed", s.removed())
                    .end();
        }
        json.end().array("tenantIndexes");
        t.tenantIndexes().forEach(json::value);
        json.end().array("notLeakproof");
        t.notLeakproof().forEach(json::value);
        json.end().array("perRow");
        t.perRow().forEach(json::value);
        json.end().end();
    }

    private static void counts(JsonStringWriter json, String name, Counts counts) {
        if (counts == null) {
            json.nul(name);
        } else {
            json.object(name)
                    .value("passed", counts.passed())
                    .value("filtered", counts.removed())
                    .end();
        }
    }
}
