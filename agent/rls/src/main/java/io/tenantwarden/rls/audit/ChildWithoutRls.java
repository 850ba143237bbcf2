package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import java.util.List;

final class ChildWithoutRls implements Rule {

    private static final List<String> PRIVILEGES = List.of("SELECT", "INSERT", "UPDATE", "DELETE");

    @Override
    public About about() {
        return new About(
                "WD035",
                Finding.Level.WARN,
                "Partition or child without row-level security can be addressed directly",
                "Policies of the parent hold only for statements that name the parent: whoever names the partition reads every"
                        + " tenant's rows.",
                "Gives it a policy on the tenant column of its own, enables and forces row-level security; what names the parent"
                        + " is not concerned.",
                "Privileges on single columns are not counted.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (CatalogTable t : facts.catalog().tables()) {
            boolean open = !t.rls()
                    && t.policies().isEmpty()
                    && AuditFacts.canHavePolicies(t)
                    && t.parent() != null
                    && t.protection() != CatalogTable.Protection.EXCLUDED
                    && facts.belowGuarded(t);
            if (open && !facts.role().superuser() && PRIVILEGES.stream().anyMatch(p -> facts.isGranted(p, t))) {
                findings.add(
                        t,
                        "table " + t.qualifiedName() + " is a partition or child of " + t.parent()
                                + ", whose policies do not hold when it is named itself, and role "
                                + facts.role().currentUser() + " may",
                        t.tenantColumn() == null
                                ? Fix.decide("give " + t.qualifiedName() + " the policies of " + t.parent()
                                        + ", then ENABLE and FORCE ROW LEVEL SECURITY; or REVOKE the privileges, if nothing"
                                        + " names it itself")
                                : Protection.policyAndRls(facts, options, t));
            }
        }
    }
}
