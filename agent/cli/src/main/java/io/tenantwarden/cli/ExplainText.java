package io.tenantwarden.cli;

import io.tenantwarden.cli.Explanation.Counts;
import io.tenantwarden.cli.Explanation.Setting;
import io.tenantwarden.cli.Explanation.Table;
import io.tenantwarden.rls.audit.Phrases;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.explain.Access;
import java.util.ArrayList;
import java.util.List;

/** An explanation for people: the sentence first, no line longer than the terminal is wide (80 columns where nobody says) but for names that are. */
final class ExplainText {

    private final Explanation e;
    private final boolean colours;
    private final int width;
    private final List<String> lines = new ArrayList<>();

    private ExplainText(Explanation e, boolean colours, int width) {
        this.e = e;
        this.colours = colours;
        this.width = width;
    }

    static void print(Explanation explanation, Terminal terminal) {
        ExplainText text = new ExplainText(
                explanation, terminal.colours(), terminal.width() == 0 ? Terminal.USUAL_WIDTH : terminal.width());
        text.all();
        text.lines.forEach(terminal.text()::println);
        terminal.text().flush();
    }

    private void all() {
        Explanation.Conclusion c = e.conclusion();
        int from = lines.size();
        wrap("", c.sentence());
        if (colours) {
            String code = c.cause().inOrder() ? "32" : "1;33";
            for (int i = from; i < lines.size(); i++) {
                lines.set(i, "\u001b[" + code + "m" + lines.get(i) + "\u001b[0m");
            }
        }
        if (!c.next().isEmpty()) {
            wrap("  ", "To do: " + c.next());
        }
        lines.add("");
        wrap(
                "",
                "Role " + e.role() + ", database " + e.database() + ", PostgreSQL " + e.serverVersion() / 10_000 + "."
                        + e.serverVersion() % 10_000);
        statement();
        settings();
        e.tables().forEach(this::table);
        if (!e.notes().isEmpty()) {
            lines.add("");
            lines.add("Not known");
            e.notes().forEach(n -> wrap("  ", n));
        }
    }

    private void statement() {
        lines.add("");
        lines.add("Statement");
        wrap("  ", WardenCli.oneLine(e.sql()));
        if (e.with() != null) {
            wrap("  ", "with tenant " + e.tenant() + ": " + outcome(e.with()));
        }
        wrap("  ", (e.with() == null ? "in this session: " : "without a tenant: ") + outcome(e.none()));
    }

    private static String outcome(ExplainSession.Run run) {
        if (run.error() != null) {
            return SqlErrors.message(run.error());
        }
        return run.rows() == null ? "not executed" : rows(run.rows());
    }

    private static String rows(long n) {
        return Phrases.count(n, "row");
    }

    private void settings() {
        if (e.settings().isEmpty()) {
            return;
        }
        lines.add("");
        lines.add("Settings");
        for (Setting s : e.settings()) {
            String value = e.with() == null
                    ? value(s.none())
                    : value(s.with())
                            + (value(s.with()).equals(value(s.none())) ? "" : ", without a tenant " + value(s.none()));
            wrap(
                    "  ",
                    s.name() + ": " + value + "; "
                            + (s.name().equals("row_security")
                                    ? "policies make statements fail"
                                    : s.policies() == 0
                                            ? "no policy reads it"
                                            : "read by " + Phrases.count(s.policies(), "policy"))
                            + (s.configured() ? "" : s.name().equals("row_security") ? "" : ", not in warden.guc"));
        }
    }

    private static String value(String value) {
        return value == null ? "not set" : value.isEmpty() ? "empty" : "'" + value + "'";
    }

    private void table(Table t) {
        Access a = t.access();
        lines.add("");
        wrap("", "Table " + t.name() + " (" + a.command() + ")");
        wrap(
                "  ",
                "read with the rights of role " + a.role().name()
                        + (a.via().isEmpty() ? "" : ", through " + String.join(", ", a.via())));
        wrap("  ", enforcement(a));
        for (Policy p : a.table().policies()) {
            String whyNot = a.whyNot(p);
            wrap(
                    "  ",
                    "policy " + p.name() + ", " + (p.permissive() ? "permissive" : "restrictive") + ", for "
                            + p.command()
                            + " to " + String.join(", ", p.roles()) + ": "
                            + (whyNot == null ? "applies" : "does not apply, " + whyNot));
            if (whyNot == null) {
                String condition = a.command().equals("INSERT") && p.check() != null ? p.check() : p.using();
                wrap("    ", WardenCli.oneLine(String.valueOf(condition)));
            }
        }
        counts(t);
        performance(t);
    }

    private static String enforcement(Access a) {
        return switch (a.enforcement()) {
            case FILTERED ->
                "policies are applied: row-level security is on"
                        + (a.table().forced() ? ", also for the owner" : ", and the role does not own it");
            case SUPERUSER -> "policies are NOT applied: the role is a superuser";
            case BYPASSRLS -> "policies are NOT applied: the role has BYPASSRLS";
            case OWNER -> "policies are NOT applied: the role is the owner, or has its rights, and FORCE is missing";
            case NOT_ENABLED -> "policies are NOT applied: row-level security is not enabled";
            case MATERIALIZED -> "policies are NOT applied: a materialized view is a copy";
            case FOREIGN -> "policies are NOT applied: a foreign table cannot have any";
        };
    }

    private void counts(Table t) {
        if (t.with() != null) {
            wrap("  ", "rows with the tenant: " + words(t.with()));
        }
        if (t.none() != null) {
            wrap("  ", (e.with() == null ? "rows in this session: " : "rows without a tenant: ") + words(t.none()));
        }
        if (t.truth() != null) {
            wrap(
                    "  ",
                    "rows that the login sees: " + t.truth().all()
                            + (t.truth().own() < 0 ? "" : ", " + t.truth().own() + " of the tenant")
                            + (t.truth().withoutTenant() <= 0
                                    ? ""
                                    : ", " + t.truth().withoutTenant() + " without any"));
        }
    }

    private static String words(Counts c) {
        return c.passed() + " of " + c.all() + "; policies filter " + c.removed();
    }

    private void performance(Table t) {
        for (ExplainPlan.Scan s : t.scans()) {
            wrap(
                    "  ",
                    "plan: " + s.node()
                            + (s.index() == null ? "" : " of index " + s.index())
                            + (s.indexCondition() == null ? "" : " " + WardenCli.oneLine(s.indexCondition())));
        }
        if (t.access().table().tenantColumn() != null && t.access().filtered()) {
            wrap(
                    "  ",
                    t.tenantIndexes().isEmpty()
                            ? "no index begins with " + t.access().table().tenantColumn()
                                    + ": the policy is checked for the rows of all tenants"
                            : "index for the policy: " + String.join(", ", t.tenantIndexes())
                                    + (t.scans().isEmpty()
                                                    || t.scans().stream()
                                                            .anyMatch(s -> t.tenantIndexes()
                                                                    .contains(s.index()))
                                            ? ""
                                            : ", not used by this plan"));
        }
        for (String what : t.notLeakproof()) {
            wrap("  ", what + " is not leakproof: it waits for the policy, and no index can serve it");
        }
        for (String what : t.perRow()) {
            wrap("  ", "evaluated for each row, policy " + what + "; in (SELECT ...) it would be once");
        }
    }

    private void wrap(String indent, String text) {
        lines.addAll(Prose.lines(indent, text, width));
    }
}
