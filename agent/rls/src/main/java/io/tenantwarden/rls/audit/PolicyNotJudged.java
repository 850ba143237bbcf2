package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.policy.PolicyExpression;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

final class PolicyNotJudged implements Rule {

    @Override
    public About about() {
        return new About(
                "WD044",
                Finding.Level.WARN,
                "Policies of a table without a tenant column are not judged",
                "Without a tenant column nothing tells whose rows they are, so that no rule can say whether the policies keep tenants"
                        + " apart.",
                "Says to name the table's tenant column, or to accept that it has none.",
                "A policy that compares a column with the tenant's setting, or asks a table that is judged, counts as judged.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        if (facts.role().superuser()) {
            return;
        }
        Set<CatalogTable> named = TenantColumnUnknown.named(facts, options);
        Map<String, List<CatalogTable>> judged = facts.guardedTables().stream()
                .filter(t -> t.tenantColumn() != null)
                .collect(Collectors.groupingBy(
                        CatalogTable::name, Collectors.mapping(Function.identity(), Collectors.toList())));
        UsingAlwaysTrue alwaysTrue = new UsingAlwaysTrue();
        for (CatalogTable t : facts.tablesWithPolicies()) {
            if (t.tenantColumn() != null
                    || named.contains(t)
                    || !facts.mayUse(t)
                    || !alwaysTrue.defects(facts, options, t).isEmpty()) {
                continue;
            }
            for (Policy p : t.policies()) {
                String branch =
                        p.permissive() && facts.applies(p) ? unbound(facts, options, t, p, judged.keySet()) : null;
                if (branch != null) {
                    findings.add(
                            t,
                            "table " + t.qualifiedName()
                                    + " has no tenant column, so that its policies were not judged: nothing"
                                    + " ties a row to the session in policy " + p.name() + ": ("
                                    + PolicyRule.cut(branch) + ")",
                            Fix.decide("name its tenant column, if it has one, in warden.tenant.columns (command line:"
                                    + " --tenant-columns); else read its policies, and accept it: --ignore \"WD044:"
                                    + t.qualifiedName() + "=why\""));
                    break;
                }
            }
        }
    }

    private static String unbound(
            AuditFacts facts, AuditOptions options, CatalogTable t, Policy p, Collection<String> judged) {
        TenantSetting setting = facts.setting(options);
        Set<String> gucs = new HashSet<>(options.gucs());
        gucs.addAll(setting.others().keySet());
        if (gucs.isEmpty()) {
            gucs.addAll(facts.catalog().gucsInPolicies());
        }
        boolean functions = p.gucs().stream().anyMatch(gucs::contains);
        if (!functions
                && !p.gucs().isEmpty()
                && !options.gucs().isEmpty()
                && !setting.bypassGucs().containsAll(p.gucs())) {
            // WD017 says that it reads another setting
            return null;
        }
        for (String text : new String[] {p.using(), p.check()}) {
            PolicyExpression e = facts.expression(text, t);
            String branch = e == null
                    ? null
                    : e.unboundBranch(
                            gucs,
                            setting.bypassGucs(),
                            functions,
                            names -> judged.stream().anyMatch(names::contains));
            if (branch != null) {
                return branch;
            }
        }
        return null;
    }
}
