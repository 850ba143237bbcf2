package io.tenantwarden.cli;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.audit.Phrases;
import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.tenant.DeletionPlan;
import io.tenantwarden.rls.tenant.TableReference;
import io.tenantwarden.rls.tenant.TenantTable;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What an erasure would do, for people and as JSON. Immutable.
 *
 * @param facts what the tenant has
 * @param plan what is to be done
 * @param wishes what stays
 * @param counts rows by table, of those that could be counted
 * @param findings what is in the way
 */
record ErasePlanText(
        TenantFacts facts,
        DeletionPlan plan,
        DeletionPlan.Wishes wishes,
        Map<String, Long> counts,
        List<Finding> findings) {

    /** What a small server does with indexes and no triggers; said to be rough. */
    private static final int ROWS_PER_SECOND = 10_000;

    void print(PrintStream out) {
        out.println("Erasure of one tenant from database " + facts.role().database() + ", as role "
                + facts.role().currentUser() + ". In this order:");
        out.println();
        int i = 1;
        for (TenantTable t : plan.deleted()) {
            out.printf(
                    Locale.ROOT,
                    "%4d  %-44s %12s %-4s  %s%n",
                    i++,
                    t.name(),
                    counts.containsKey(t.name()) ? counts.get(t.name()) : "?",
                    Long.valueOf(1).equals(counts.get(t.name())) ? "row" : "rows",
                    how(t) + ", " + t.bytes() / 1_000_000 + " MB with all tenants");
        }
        out.println();
        long rows = plan.deleted().stream()
                .mapToLong(t -> counts.getOrDefault(t.name(), 0L))
                .sum();
        out.println(Phrases.count(rows, "row") + " in "
                + Phrases.count(plan.deleted().size(), "table") + "; roughly "
                + Math.max(1, rows / ROWS_PER_SECOND) + " s at " + ROWS_PER_SECOND
                + " rows/s, more with triggers and many indexes");
        section(out, "Kept", kept());
        section(out, "Foreign keys taken apart first, since they lead in a circle", cycles());
        section(out, "Triggers of the application that fire", triggers());
        section(out, "Tables that are nobody's refer to the tenant's: rows that do stop the erasure", outside());
        section(out, "Stay, since they belong to no tenant (rows of the tenant refer to them)", shared());
        section(
                out,
                "Stay, as given with --exclude, or tables of extensions",
                facts.tables().excluded());
        section(
                out,
                "Materialized views that hold copies until REFRESH MATERIALIZED VIEW",
                facts.tables().copies());
        section(
                out,
                "Accepted",
                facts.accepted().entrySet().stream()
                        .map(e -> e.getKey() + " (" + e.getValue() + ")")
                        .toList());
        out.flush();
    }

    private static void section(PrintStream out, String title, List<String> lines) {
        if (!lines.isEmpty()) {
            out.println();
            out.println(title + ":");
            lines.forEach(line -> out.println("  " + line));
        }
    }

    private static String how(TenantTable t) {
        return t.kind() == TenantTable.Kind.COLUMN
                ? t.column()
                : t.kind().words()
                        + (t.links().isEmpty()
                                ? ""
                                : " by "
                                        + t.links().stream()
                                                .map(l -> l.reference().name())
                                                .collect(Collectors.joining(", ")));
    }

    private List<String> kept() {
        List<String> lines = new ArrayList<>();
        for (TenantTable t : plan.kept()) {
            Map<String, String> columns = wishes.anonymise().getOrDefault(t.name(), Map.of());
            lines.add(t.name() + ", " + Phrases.count(counts.getOrDefault(t.name(), 0L), "row") + " ("
                    + wishes.keep().get(t.name()) + ")"
                    + (columns.isEmpty() ? "" : ", anonymised: " + String.join(", ", columns.keySet())));
        }
        return lines;
    }

    private List<String> cycles() {
        List<String> lines = new ArrayList<>();
        for (DeletionPlan.Step step : plan.steps()) {
            step.unlinks()
                    .forEach(u -> lines.add(u.reference().name() + " of "
                            + u.table().name() + ": " + String.join(", ", u.columns()) + " become NULL"));
            step.deferred()
                    .forEach(r -> lines.add(r.name() + " of "
                            + facts.tables().table(r.from()).name() + ": checked at the end of the transaction"));
        }
        return lines;
    }

    private List<String> triggers() {
        List<String> lines = new ArrayList<>();
        plan.deleted().forEach(t -> t.triggers().forEach(trigger -> lines.add(t.name() + ": " + trigger)));
        return lines;
    }

    private List<String> outside() {
        List<String> lines = new ArrayList<>();
        for (TableReference r : facts.tables().references()) {
            if (facts.tables().table(r.from()) == null) {
                lines.add(r.schema() + ": " + r.name() + " refers to "
                        + facts.tables().table(r.to()).name() + ", ON DELETE "
                        + r.onDelete().sql());
            }
        }
        return lines;
    }

    private List<String> shared() {
        return facts.tables().shared().stream().map(CatalogTable::qualifiedName).toList();
    }

    String toJson() {
        JsonStringWriter json = JsonWriter.indent("  ").string();
        json.object();
        FindingsText.head(json, facts.role().database(), facts.role().currentUser());
        json.object("plan")
                .value("database", facts.role().database())
                .value("role", facts.role().currentUser())
                .array("delete");
        for (TenantTable t : plan.deleted()) {
            json.object().value("table", t.name()).value("kind", t.kind().words());
            if (counts.containsKey(t.name())) {
                json.value("rows", counts.get(t.name()));
            }
            json.value("bytesOfAllTenants", t.bytes())
                    .value("rowsOfAllTenants", t.rows())
                    .value("column", t.column())
                    .array("reachedBy");
            t.links().forEach(l -> json.value(l.reference().name()));
            json.end().array("triggers");
            t.triggers().forEach(json::value);
            json.end().end();
        }
        json.end().array("keep");
        for (TenantTable t : plan.kept()) {
            json.object()
                    .value("table", t.name())
                    .value("rows", counts.getOrDefault(t.name(), 0L))
                    .value("reason", wishes.keep().get(t.name()))
                    .array("anonymise");
            wishes.anonymise().getOrDefault(t.name(), Map.of()).keySet().forEach(json::value);
            json.end().end();
        }
        json.end();
        array(json, "cycles", cycles());
        array(json, "outside", outside());
        array(json, "shared", shared());
        array(json, "excluded", facts.tables().excluded());
        array(json, "copies", facts.tables().copies());
        json.object("accepted");
        facts.accepted().forEach(json::value);
        json.end().end();
        FindingsText.write(json, findings);
        return json.end().done();
    }

    private static void array(JsonStringWriter json, String name, List<String> values) {
        json.array(name);
        values.forEach(json::value);
        json.end();
    }
}
