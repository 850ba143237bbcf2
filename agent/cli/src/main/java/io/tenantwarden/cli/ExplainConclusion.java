package io.tenantwarden.cli;

import io.tenantwarden.cli.Explanation.Cause;
import io.tenantwarden.cli.Explanation.Conclusion;
import io.tenantwarden.cli.Explanation.Counts;
import io.tenantwarden.cli.Explanation.Table;
import io.tenantwarden.rls.audit.Phrases;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.explain.Access;
import io.tenantwarden.rls.policy.PolicyExpression;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Draws the one sentence from what was found. Used once, by one thread. */
final class ExplainConclusion {

    private final Explanation e;
    private final ExplainStatement statement;
    private final Set<String> unknown;
    private final Map<String, String> verdicts;
    private final Map<String, Long> variants;
    private final Long matching;
    private final boolean seesAll;

    /**
     * @param e everything but the conclusion
     * @param unknown names in the statement that nothing has
     * @param verdicts by {@code table/policy}: the policies that say the same for every row, and what
     * @param variants other spellings of the tenant that have rows, and how many
     * @param matching how many rows would come if no policy filtered; null when not known
     * @param seesAll whether another role looked as well
     */
    ExplainConclusion(
            Explanation e,
            ExplainStatement statement,
            Set<String> unknown,
            Map<String, String> verdicts,
            Map<String, Long> variants,
            Long matching,
            boolean seesAll) {
        this.e = e;
        this.statement = statement;
        this.unknown = unknown;
        this.verdicts = verdicts;
        this.variants = variants;
        this.matching = matching;
        this.seesAll = seesAll;
    }

    Conclusion draw() {
        if (e.asked().error() != null) {
            return new ExplainErrors(e, unknown).draw();
        }
        List<Table> guarded =
                e.tables().stream().filter(t -> t.access().guarded()).toList();
        Long rows = e.asked().rows();
        if (guarded.isEmpty()) {
            return new Conclusion(
                    Cause.NOTHING_PROTECTED,
                    rowsWords(rows)
                            + ": row-level security has no part in it, since nothing that it reads has row-level"
                            + " security or a tenant column.",
                    "");
        }
        for (Table t : guarded) {
            if (!t.access().filtered()) {
                return new ExplainHole(e, statement).conclude(t, rows);
            }
        }
        for (Table t : guarded) {
            Conclusion blocked = rows != null && rows > 0 ? null : blame(t);
            if (blocked != null) {
                return blocked;
            }
        }
        return inOrder(guarded, rows);
    }

    // ---------------------------------------------------------------- a table that shows no row

    private Conclusion blame(Table t) {
        Access a = t.access();
        Counts counts = counts(t);
        String through = a.rightsOf() == null
                ? ""
                : " It is read with the rights of " + a.role().name() + ", which owns the " + a.rightsOf() + ".";
        List<Policy> permissive =
                a.applying().stream().filter(Policy::permissive).toList();
        if (a.table().policies().isEmpty()) {
            return new Conclusion(
                    Cause.NO_POLICY,
                    nothing() + ", because " + t.name()
                            + " has row-level security and no policy: then nobody sees a row.",
                    "create a policy: java -jar tenant-warden.jar ddl writes one.");
        }
        if (permissive.isEmpty()) {
            return withoutPermissive(t, through);
        }
        if (counts != null && counts.passed() > 0 || a.command().equals("INSERT") && !anyMissing(t, permissive)) {
            return null;
        }
        Conclusion setting = missingSetting(t, permissive, counts);
        if (setting != null) {
            return setting;
        }
        Conclusion restrictive = restrictive(t, counts);
        if (restrictive != null) {
            return restrictive;
        }
        return counts == null && scanned(t) > 0 || a.rightsOf() != null && counts == null
                ? null
                : noRowPasses(t, permissive, counts);
    }

    private static long scanned(Table t) {
        return t.scans().stream().mapToLong(ExplainPlan.Scan::rows).sum();
    }

    private Counts counts(Table t) {
        return e.with() == null ? t.none() : t.with();
    }

    private Conclusion withoutPermissive(Table t, String through) {
        Access a = t.access();
        List<Policy> ofOthers = a.table().policies().stream()
                .filter(p -> p.permissive() && a.covers(p))
                .toList();
        String command = a.command();
        if (ofOthers.isEmpty()) {
            Set<String> commands = new TreeSet<>();
            a.table().policies().stream().filter(Policy::permissive).forEach(p -> commands.add(p.command()));
            return new Conclusion(
                    Cause.NO_POLICY_FOR_COMMAND,
                    nothing() + ", because no policy of " + t.name() + " permits " + command + ": "
                            + (commands.isEmpty()
                                    ? "those that there are only restrict"
                                    : "those that there are permit " + String.join(", ", commands))
                            + "." + through,
                    "create a policy FOR " + command + ", or make one that is there FOR ALL.");
        }
        Policy p = ofOthers.get(0);
        Cause cause = a.rightsOf() == null
                ? Cause.POLICY_FOR_OTHER_ROLES
                : a.rightsOf().startsWith("view") ? Cause.VIEW_OWNER : Cause.SECURITY_DEFINER;
        return new Conclusion(
                cause,
                nothing() + ", because "
                        + (a.rightsOf() == null ? "" : a.rightsOf() + " reads with the rights of its owner, and ")
                        + "policy " + p.name() + " of " + t.name() + " is for " + String.join(", ", p.roles())
                        + " and not for role " + a.role().name() + ".",
                cause == Cause.VIEW_OWNER
                        ? "let the view run with the rights of who asks (security_invoker, PostgreSQL 15 and later), or"
                                + " make the policy one for its owner as well."
                        : "ALTER POLICY ... TO " + a.role().name() + ", or grant the role one of those.");
    }

    private boolean anyMissing(Table t, List<Policy> permissive) {
        return permissive.stream().anyMatch(p -> !missing(tenantSettings(p, t)).isEmpty());
    }

    /** The settings that a policy compares the tenant with, not those that open it to everybody. */
    static Set<String> tenantSettings(Policy p, Table t) {
        String text = p.using() == null ? p.check() : p.using();
        if (text == null) {
            return p.gucs();
        }
        PolicyExpression expression = PolicyExpression.of(text, t.access().table());
        Set<String> gucs = new TreeSet<>(expression.gucsOfTenantColumn());
        if (gucs.isEmpty()) {
            expression.comparisons().stream().filter(c -> c.guc() != null).forEach(c -> gucs.add(c.guc()));
        }
        if (gucs.isEmpty()) {
            gucs.addAll(p.gucs());
            gucs.removeAll(expression.gates().keySet());
        }
        return gucs;
    }

    private List<String> missing(Set<String> gucs) {
        return gucs.stream()
                .filter(g -> {
                    String value = e.value(g);
                    return value == null || value.isEmpty();
                })
                .toList();
    }

    private Conclusion missingSetting(Table t, List<Policy> permissive, Counts counts) {
        Policy blamed = null;
        String guc = null;
        for (Policy p : permissive) {
            Set<String> gucs = tenantSettings(p, t);
            if (gucs.isEmpty()) {
                continue;
            }
            List<String> missing = missing(gucs);
            if (missing.isEmpty()) {
                // this one has all that it reads
                return null;
            }
            if (blamed == null) {
                blamed = p;
                guc = missing.get(0);
            }
        }
        if (blamed == null) {
            return null;
        }
        String name = guc;
        String filtered = filtered(t, blamed, counts);
        List<String> given = e.settings().stream()
                .filter(s -> s.configured()
                        && e.value(s.name()) != null
                        && !e.value(s.name()).isEmpty())
                .map(Explanation.Setting::name)
                .toList();
        boolean configured =
                e.settings().stream().anyMatch(s -> s.configured() && s.name().equals(name));
        if (!configured && !given.isEmpty()) {
            return new Conclusion(
                    Cause.OTHER_SETTING,
                    nothing() + ", because policy " + blamed.name() + " of " + t.name() + " reads the tenant from "
                            + guc + ", which nobody sets: it is set as " + given.get(0) + filtered + ".",
                    "warden.guc=" + guc + "={tenant} (command line: --guc " + guc + "), or write the policy anew.");
        }
        boolean empty = e.value(guc) != null;
        return new Conclusion(
                empty ? Cause.SETTING_EMPTY : Cause.SETTING_UNSET,
                nothing() + ", because " + guc + " is " + (empty ? "empty" : "not set") + " in this session" + filtered
                        + ".",
                empty
                        ? "a transaction that had it is over, or somebody clears it: set it in the transaction of the"
                                + " statement."
                        : "set it in the transaction of the statement, as the agent does; --tenant shows what comes then.");
    }

    private static String filtered(Table t, Policy p, Counts counts) {
        if (counts == null) {
            return "; policy " + p.name() + " lets no row of " + t.name() + " through";
        }
        return "; policy " + p.name() + " filtered " + counts.removed() + " of " + counts.all();
    }

    private Conclusion restrictive(Table t, Counts counts) {
        Access a = t.access();
        for (Policy p : a.applying()) {
            if (p.permissive()) {
                continue;
            }
            boolean never = "false".equals(verdicts.get(t.name() + "/" + p.name()));
            List<String> missing = missing(p.gucs());
            Long passing = t.truth() == null ? null : t.truth().passing().get(p.name());
            long own = t.truth() == null ? -1 : t.truth().own();
            if (!never
                    && missing.isEmpty()
                    && !(passing != null && passing < t.truth().all() && own > 0)) {
                continue;
            }
            return new Conclusion(
                    Cause.RESTRICTIVE_POLICY,
                    nothing() + ", because the restrictive policy " + p.name() + " of " + t.name()
                            + (missing.isEmpty()
                                    ? never ? " is false for every row" : " keeps the tenant's rows back"
                                    : " reads " + missing.get(0) + ", which is "
                                            + (e.value(missing.get(0)) == null ? "not set" : "empty"))
                            + (counts == null
                                    ? ""
                                    : "; " + counts.removed() + " of " + counts.all() + " rows are filtered")
                            + (own > 0 ? ", " + own + " of them the tenant's" : "") + ".",
                    "meet its condition, " + WardenCli.oneLine(p.using()) + ", or change it.");
        }
        return null;
    }

    private Conclusion noRowPasses(Table t, List<Policy> permissive, Counts counts) {
        if (counts != null && counts.all() == 0) {
            return new Conclusion(
                    Cause.ROWS_ABSENT,
                    nothing() + ", because " + t.name() + " is empty: it has no row of any tenant.",
                    "");
        }
        if (!variants.isEmpty()) {
            Map.Entry<String, Long> first = variants.entrySet().iterator().next();
            return new Conclusion(
                    Cause.TENANT_FORMAT,
                    nothing() + ", because the tenant is written '" + e.tenant() + "' and the rows have '"
                            + first.getKey() + "': with that "
                            + Phrases.count(
                                    first.getValue(), "row of " + t.name() + " comes", "rows of " + t.name() + " come")
                            + ".",
                    "spell the tenant as the column does; warden.tenant.pattern refuses other spellings.");
        }
        Policy p = permissive.stream()
                .filter(candidate -> !tenantSettings(candidate, t).isEmpty())
                .findFirst()
                .orElse(permissive.get(0));
        if (e.tenant() == null || tenantSettings(p, t).isEmpty()) {
            return new Conclusion(
                    Cause.POLICY,
                    nothing() + ", because policy " + p.name() + " of " + t.name() + " lets no row through"
                            + (counts == null ? "" : "; it filtered " + counts.removed() + " of " + counts.all()) + ".",
                    "its condition is " + WardenCli.oneLine(String.valueOf(p.using())) + ".");
        }
        List<String> restrictive = t.access().applying().stream()
                .filter(r -> !r.permissive())
                .map(Policy::name)
                .toList();
        if (!restrictive.isEmpty() && t.truth() == null) {
            return new Conclusion(
                    Cause.RESTRICTIVE_POLICY,
                    nothing() + ": either " + t.name() + " has no row of tenant " + e.tenant()
                            + ", or the restrictive policy " + String.join(", ", restrictive) + " keeps them back.",
                    "--user of a role that sees all rows with --as " + e.role() + " tells which.");
        }
        long orphans = t.truth() == null ? 0 : t.truth().withoutTenant();
        return new Conclusion(
                Cause.ROWS_ABSENT,
                nothing() + ", because " + t.name() + " has no row of tenant " + e.tenant()
                        + (counts == null
                                ? ""
                                : ": policy " + p.name() + " filtered " + counts.removed() + " of " + counts.all())
                        + (orphans > 0 ? ", " + orphans + " of them without any tenant" : "") + ".",
                "");
    }

    // ---------------------------------------------------------------- policies are not the reason

    private Conclusion inOrder(List<Table> guarded, Long rows) {
        if (rows == null) {
            return planned(guarded);
        }
        String names = names(guarded);
        if (rows > 0) {
            Long without = e.none().rows();
            if (e.with() != null
                    && without != null
                    && without > 0
                    && guarded.stream().allMatch(ExplainConclusion::open)) {
                return new Conclusion(
                        Cause.OPEN_POLICY,
                        rowsWords(rows) + ", and " + without + " without a tenant: the policies of " + names
                                + " let rows through whoever asks.",
                        "java -jar tenant-warden.jar doctor says which, and how they would be closed.");
            }
            return new Conclusion(
                    Cause.FILTERED,
                    rowsWords(rows)
                            + (e.with() == null
                                    ? " in this session"
                                    : " with the tenant and " + without + " without one")
                            + ": the policies of " + names + " filter as they should.",
                    e.with() == null || without == null || without > 0
                            ? ""
                            : "if the application sees none, " + configured()
                                    + " is not set where the statement runs: the"
                                    + " agent in audit mode names the line.");
        }
        if (matching != null && matching > 0) {
            return new Conclusion(
                    Cause.OTHER_TENANT,
                    nothing() + ", because the " + matching + " that the statement asks for in " + names
                            + (matching == 1 ? " belongs" : " belong") + " to another tenant"
                            + (e.tenant() == null ? "" : " than " + e.tenant()) + ".",
                    "");
        }
        String own = ownRows(guarded);
        return new Conclusion(
                Cause.ROWS_ABSENT,
                nothing() + ", because none of " + own + " meets the conditions of the statement"
                        + (matching != null ? ", and no row of another tenant either" : "") + ".",
                matching != null || seesAll
                        ? ""
                        : "whether a row of another tenant does, --user of a role that sees all rows tells, with --as "
                                + e.role() + ".");
    }

    private Conclusion planned(List<Table> guarded) {
        Access a = guarded.get(0).access();
        Policy check =
                a.applying().stream().filter(Policy::permissive).findFirst().orElse(null);
        if (a.command().equals("INSERT") && check != null) {
            String condition = check.check() == null ? check.using() : check.check();
            return new Conclusion(
                    Cause.FILTERED,
                    "A new row of " + guarded.get(0).name() + " must meet policy " + check.name()
                            + ", else it is refused" + " with 42501.",
                    "its condition is " + WardenCli.oneLine(String.valueOf(condition)) + ".");
        }
        return new Conclusion(
                Cause.FILTERED, "Only " + ownRows(guarded) + " can be touched: the policies filter the others.", "");
    }

    private String ownRows(List<Table> guarded) {
        List<String> words = new ArrayList<>();
        for (Table t : guarded) {
            Counts c = counts(t);
            words.add(
                    c == null
                            ? "the visible rows of " + t.name()
                            : "the " + c.passed() + " visible rows of " + t.name());
        }
        return String.join(" and ", words);
    }

    private static boolean open(Table t) {
        return t.none() != null && t.none().passed() > 0;
    }

    private static String names(List<Table> tables) {
        return String.join(", ", new TreeSet<>(tables.stream().map(Table::name).toList()));
    }

    private String configured() {
        return e.settings().stream()
                .filter(Explanation.Setting::configured)
                .map(Explanation.Setting::name)
                .findFirst()
                .orElse("the setting");
    }

    private String nothing() {
        return nothing(statement);
    }

    static String nothing(ExplainStatement statement) {
        return statement.parsed().verb() == io.tenantwarden.rls.sql.Keyword.INSERT ? "The row is refused" : "No rows";
    }

    static String rowsWords(Long rows) {
        if (rows == null) {
            return "The statement was not executed";
        }
        return rows == 0 ? "No rows" : Phrases.count(rows, "row");
    }
}
