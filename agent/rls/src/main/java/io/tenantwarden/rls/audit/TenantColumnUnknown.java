package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.policy.ComparedColumn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

final class TenantColumnUnknown implements Rule {

    @Override
    public About about() {
        return new About(
                "WD041",
                Finding.Level.WARN,
                "Tenant column is not configured",
                "Tables with another tenant column than those that are configured are no tenant tables to Warden: what is wrong"
                        + " with them is not found, and without row-level security they are not looked at at all.",
                "Says what to set: warden.tenant.columns, or --tenant-columns on the command line.",
                "The column is told from policies that compare it with the tenant's setting, or with what a function returns that"
                        + " reads it; without any such policy only a name that is like the configured one is found.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        NamedColumns columns = facts.columns();
        Map<String, List<CatalogTable>> compared = compared(facts, options);
        List<String> right = new ArrayList<>(columns.configured());
        right.removeAll(columns.missing());
        right.addAll(compared.keySet());
        compared.forEach((column, tables) -> findings.add(
                column,
                "column " + column + " is compared with the tenant in policies of " + Phrases.tables(tables.size())
                        + " ("
                        + Phrases.some(tables) + "), but is no tenant column ("
                        + String.join(", ", columns.configured())
                        + ")"
                        + others(columns, column, tables),
                set(right)));
        for (String missing : columns.read() ? columns.missing() : List.<String>of()) {
            if (!compared.isEmpty()) {
                // the one above says what to set instead
                continue;
            }
            List<String> like = columns.like(missing);
            if (facts.catalog().isEmpty() && like.isEmpty()) {
                // nothing tells that this database has tenants at all
                continue;
            }
            List<String> likely = new ArrayList<>(right);
            like.stream()
                    .map(l -> l.substring(0, l.lastIndexOf(" (in ")))
                    .limit(1)
                    .forEach(likely::add);
            findings.add(
                    missing,
                    "no table has the tenant column " + missing
                            + (like.isEmpty() ? "" : "; columns with names like it: " + String.join(", ", like)),
                    likely.isEmpty()
                            ? Fix.decide("set the name of the tenant column: warden.tenant.columns=NAME (command line:"
                                    + " --tenant-columns NAME)")
                            : set(likely));
        }
    }

    /** By column that is not configured, the tables without a configured one whose policies compare it. */
    private static Map<String, List<CatalogTable>> compared(AuditFacts facts, AuditOptions options) {
        Set<String> bypass = facts.setting(options).bypassGucs();
        Map<String, List<CatalogTable>> compared = new LinkedHashMap<>();
        for (ComparedColumn c : ComparedColumn.in(facts.catalog(), options.gucs(), bypass)) {
            List<CatalogTable> tables = c.tables().stream()
                    .filter(t -> t.tenantColumn() == null)
                    // the table of the tenants themselves has the tenant as its key
                    .filter(t -> !facts.columns().isKey(c.column(), t))
                    .toList();
            // whether a column is a key is not known before it was read; the tenants' own table is one table
            boolean enough = facts.columns().read() ? !tables.isEmpty() : tables.size() > 1;
            if (!facts.columns().configured().contains(c.column()) && enough) {
                compared.put(c.column(), tables);
            }
        }
        return compared;
    }

    /** The tables that it names. */
    static Set<CatalogTable> named(AuditFacts facts, AuditOptions options) {
        Set<CatalogTable> named = new HashSet<>();
        compared(facts, options).values().forEach(named::addAll);
        return named;
    }

    private static String others(NamedColumns columns, String column, List<CatalogTable> tables) {
        List<CatalogTable> others = new ArrayList<>(columns.with(column));
        others.removeAll(tables);
        return others.isEmpty()
                ? ""
                : "; " + Phrases.count(others.size(), "other table has it", "other tables have it") + ": "
                        + Phrases.some(others);
    }

    private static Fix set(List<String> columns) {
        String all = String.join(",", new LinkedHashSet<>(columns));
        return Fix.decide("set warden.tenant.columns=" + all + " (command line: --tenant-columns \"" + all + "\")");
    }
}
