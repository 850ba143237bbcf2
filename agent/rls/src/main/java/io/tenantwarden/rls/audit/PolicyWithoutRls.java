package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.PolicySql;

final class PolicyWithoutRls implements Rule {

    @Override
    public About about() {
        return new About(
                "WD006",
                Finding.Level.ERROR,
                "Policies without row-level security",
                "Policies do nothing until row-level security is enabled on their table, and the table looks protected.",
                "Mends the policies, enables and forces row-level security, so that they hold.",
                "It does not look at tables that are excluded by configuration.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (CatalogTable t : facts.catalog().tables()) {
            if (!t.rls() && !t.policies().isEmpty() && t.protection() != CatalogTable.Protection.EXCLUDED) {
                findings.add(
                        t,
                        "table " + t.qualifiedName() + " has "
                                + Phrases.count(t.policies().size(), "policy")
                                + " but row-level security is not enabled: nothing is filtered",
                        fix(facts, findings.plan(t), t));
            }
        }
    }

    private static Fix fix(AuditFacts facts, PolicyPlan plan, CatalogTable t) {
        Fix fix = new Fix().and(plan.fix());
        return plan.locksOut()
                ? fix.note("then, when every command that the application needs has a policy: " + PolicySql.enable(t)
                        + " " + PolicySql.force(t))
                : fix.then(t.owner(), PolicySql.enable(t)).and(Protection.force(facts, t));
    }
}
