package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import java.util.List;

final class ForeignTableReadable implements Rule {

    private static final List<String> PRIVILEGES = List.of("SELECT", "INSERT", "UPDATE", "DELETE");

    @Override
    public About about() {
        return new About(
                "WD034",
                Finding.Level.WARN,
                "Foreign table with a tenant column is reachable",
                "Foreign tables cannot have policies, and the other server sees the role of the user mapping, not the tenant.",
                "Takes the privileges on it away; let the application read it through a view that filters by tenant.",
                "What the other server filters is not known.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (CatalogTable t : facts.catalog().protectedTables()) {
            if (t.kind() == CatalogTable.Kind.FOREIGN_TABLE
                    && !facts.role().superuser()
                    && PRIVILEGES.stream().anyMatch(p -> facts.isGranted(p, t))) {
                findings.add(
                        t,
                        "foreign table " + t.qualifiedName() + " has the tenant column " + t.tenantColumn()
                                + " but cannot have policies, and role "
                                + facts.role().currentUser() + " may use it",
                        Revoke.of(facts, PRIVILEGES, t)
                                .note("what uses it has to use a view that filters by " + t.tenantColumn()
                                        + " instead; if the other server filters by tenant, accept it: --ignore \"WD034:"
                                        + t.qualifiedName() + "=why\""));
            }
        }
    }
}
