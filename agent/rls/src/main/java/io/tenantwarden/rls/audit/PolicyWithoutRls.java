package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.Finding;
import io.tenantwarden.rls.PolicySql;

final class PolicyWithoutRls implements Rule {

    @Override
    public About about() {
        return new About(
                "WD006",
                Finding.Level.ERROR,
                "Policies without row-level security",
                "Policies do nothing until row-level security is enabled on their table, and the table looks protected.",
                "Enables and forces row-level security, so that the policies hold.",
                "It does not look at tables that are excluded by configuration.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (CatalogTable t : facts.catalog().tables()) {
            if (!t.rls() && !t.policies().isEmpty() && t.protection() != CatalogTable.Protection.EXCLUDED) {
                findings.add(
                        t,
                        "table " + t.qualifiedName() + " has " + t.policies().size()
                                + (t.policies().size() == 1 ? " policy" : " policies")
                                + " but row-level security is not enabled: nothing is filtered",
                        PolicySql.enable(t) + " " + PolicySql.force(t));
            }
        }
    }
}
