package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.catalog.PolicySql;
import io.tenantwarden.rls.policy.PolicyExpression;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which setting holds the tenant, and which ones open the tables: what is configured, compared with what policies read.
 * Never changes.
 */
final class TenantSetting {

    private static final String DEFAULT = "app.tenant_id";

    private final String guc;
    private final Map<String, Integer> others;
    private final Set<String> bypass;
    private final Map<String, Gate> unnamed;

    /**
     * A setting that opens tables although it is not configured as one that does.
     *
     * @param value what it has to be
     * @param tables whose policies it opens
     */
    record Gate(String value, Set<CatalogTable> tables) {}

    private TenantSetting(String guc, Map<String, Integer> others, Set<String> bypass, Map<String, Gate> unnamed) {
        this.guc = guc;
        this.others = others;
        this.bypass = bypass;
        this.unnamed = unnamed;
    }

    static TenantSetting of(AuditFacts facts, AuditOptions options) {
        Map<String, Gate> unnamed = unnamed(facts, options);
        Set<String> bypass = new HashSet<>(options.bypassGucs());
        bypass.addAll(unnamed.keySet());
        Set<String> configured = new HashSet<>(options.gucs());
        configured.removeAll(options.bypassGucs());
        Map<String, Integer> others = new TreeMap<>();
        int right = 0;
        for (CatalogTable t : facts.tablesWithPolicies()) {
            Set<String> read = new TreeSet<>();
            boolean here = false;
            for (Policy p : t.policies()) {
                here |= configured.stream().anyMatch(p.gucs()::contains);
                for (String text : new String[] {p.using(), p.check()}) {
                    if (text != null && t.tenantColumn() != null) {
                        PolicyExpression e = facts.expression(text, t);
                        Set<String> ofColumn = e.gucsOfTenantColumn();
                        // what a function reads is the tenant's where the column is compared with what it returns
                        read.addAll(ofColumn.isEmpty() && e.mentionsTenantColumn() ? p.gucs() : ofColumn);
                    }
                }
            }
            right += here ? 1 : 0;
            if (!here) {
                read.removeAll(bypass);
                read.forEach(g -> others.merge(g, 1, Integer::sum));
            }
        }
        String guc;
        if (options.gucs().isEmpty()) {
            guc = others.isEmpty()
                    ? DEFAULT
                    : others.size() == 1 ? others.keySet().iterator().next() : null;
        } else {
            int most = others.values().stream().mapToInt(n -> n).max().orElse(0);
            guc = most > right ? null : options.gucs().get(0);
        }
        return new TenantSetting(guc, others, bypass, unnamed);
    }

    private static Map<String, Gate> unnamed(AuditFacts facts, AuditOptions options) {
        Map<String, Gate> gates = new TreeMap<>();
        for (CatalogTable t : facts.tablesWithPolicies()) {
            for (Policy p : t.policies()) {
                if (t.tenantColumn() == null || !p.permissive() || !facts.applies(p)) {
                    continue;
                }
                for (String text : new String[] {p.using(), p.check()}) {
                    PolicyExpression e = facts.expression(text, t);
                    if (e == null || e.closed(options.bypassGucs())) {
                        continue;
                    }
                    Map<String, String> found = e.gates();
                    found.keySet().removeAll(options.gucs());
                    found.keySet().removeAll(options.bypassGucs());
                    Set<String> with = new HashSet<>(options.bypassGucs());
                    with.addAll(found.keySet());
                    if (!found.isEmpty() && e.closed(with)) {
                        found.forEach((guc, value) -> gates.computeIfAbsent(
                                        guc,
                                        k -> new Gate(
                                                value,
                                                new TreeSet<>(Comparator.comparing(CatalogTable::qualifiedName))))
                                .tables()
                                .add(t));
                    }
                }
            }
        }
        return gates;
    }

    /** The setting that holds the tenant; null when policies and configuration do not agree on it. */
    String guc() {
        return guc;
    }

    /** The settings that policies compare the tenant column with where they read no configured one: in how many tables. */
    Map<String, Integer> others() {
        return others;
    }

    /** The settings that open the tables, configured or not. */
    Set<String> bypassGucs() {
        return bypass;
    }

    /** Those that are not configured. */
    Map<String, Gate> unnamedBypasses() {
        return unnamed;
    }

    /** What to decide first where policies and configuration do not agree. */
    String question() {
        List<String> read = new ArrayList<>(others.keySet());
        read.sort(Comparator.comparing((String g) -> -others.get(g)).thenComparing(g -> g));
        String first = read.get(0);
        return "decide which setting holds the tenant: policies of "
                + Phrases.count(others.get(first), "table read", "tables read") + " " + first
                + (read.size() > 1
                        ? " (others " + String.join(", ", read.subList(1, Math.min(read.size(), 5))) + ")"
                        : "")
                + ". If it is that one: warden.guc=" + first + "={tenant} (command line: --guc " + first
                + "); if it is the configured one, write these policies anew (command line: ddl)";
    }

    /** The condition that a row of the table belongs to the tenant. */
    Condition condition(AuditFacts facts, CatalogTable table) {
        if (table.tenantColumn() == null) {
            return new Condition(
                    null,
                    "decide whose rows these are: the table has no tenant column. If one of its columns is: name it in"
                            + " warden.tenant.columns (command line: --tenant-columns)");
        }
        TenantColumn column = facts.keys().column(table);
        if (column == null ? !PolicySql.canCompare(table.tenantColumnType()) : !column.comparable()) {
            return new Condition(
                    null,
                    "give the tenant column " + table.tenantColumn() + " another type: no policy can compare "
                            + table.tenantColumnType() + " with the id of a tenant");
        }
        return guc == null ? new Condition(null, question()) : new Condition(PolicySql.condition(table, guc), null);
    }

    /**
     * A condition, or why there is none.
     *
     * @param sql null when there is none
     * @param obstacle what to do first; null when there is a condition
     */
    record Condition(String sql, String obstacle) {}
}
