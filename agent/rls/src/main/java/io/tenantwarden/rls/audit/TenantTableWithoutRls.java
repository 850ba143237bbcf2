package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;

final class TenantTableWithoutRls implements Rule {

    @Override
    public About about() {
        return new About(
                "WD004",
                Finding.Level.WARN,
                "Tenant table without row-level security",
                "Every role with a grant sees every tenant's rows as soon as one query forgets its condition.",
                "Creates a policy on the tenant column, enables and forces row-level security.",
                "A table is known as a tenant table by the name of its column (warden.tenant.columns) or by configuration;"
                        + " a table with neither is not looked at.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (CatalogTable t : facts.tablesOfTheirOwn()) {
            if (!t.rls() && t.policies().isEmpty() && t.tenantColumn() != null) {
                findings.add(
                        t,
                        "table " + t.qualifiedName() + " has the tenant column " + t.tenantColumn()
                                + " but no row-level security: every role with a grant sees every tenant's rows",
                        Protection.policyAndRls(facts, options, t));
            }
        }
    }
}
