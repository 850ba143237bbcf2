package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;

final class RlsWithoutPolicy implements Rule {

    @Override
    public About about() {
        return new About(
                "WD005",
                Finding.Level.WARN,
                "Row-level security without a policy",
                "Roles that do not bypass row-level security see no row and cannot write, without any error that says so.",
                "Creates a policy on the tenant column; without a tenant column, whether the table is closed on purpose is"
                        + " yours to decide.",
                "It cannot know whether a table without policies is closed on purpose.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (CatalogTable t : facts.tablesOfTheirOwn()) {
            if (t.rls() && t.policies().isEmpty()) {
                findings.add(
                        t,
                        "table " + t.qualifiedName()
                                + " has row-level security but no policy: roles that do not bypass it see no row and"
                                + " cannot write",
                        t.tenantColumn() == null
                                ? Fix.decide(
                                        "decide whether " + t.qualifiedName() + " is closed on purpose: then accept it,"
                                                + " --ignore \"WD005:" + t.qualifiedName()
                                                + "=why\"; else create a policy that says"
                                                + " who may see which rows")
                                : Protection.policy(facts, options, t).and(Protection.force(facts, t)));
            }
        }
    }
}
