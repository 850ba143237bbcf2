package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.Finding;

final class RlsWithoutPolicy implements Rule {

    @Override
    public About about() {
        return new About(
                "WD005",
                Finding.Level.WARN,
                "Row-level security without a policy",
                "Roles that do not bypass row-level security see no row and cannot write, without any error that says so.",
                "Creates a policy on the tenant column; without a tenant column it disables row-level security.",
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
                                ? "ALTER TABLE " + t.quotedName()
                                        + " DISABLE ROW LEVEL SECURITY; -- or create a policy that fits"
                                : facts.tenantPolicy(t, options));
            }
        }
    }
}
