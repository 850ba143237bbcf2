package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.Finding;
import io.tenantwarden.rls.PolicySql;
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
                "Enables and forces row-level security on it without a policy, so that only the way through the parent is left.",
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
                    && facts.belowRls(t);
            if (open
                    && !facts.role().superuser()
                    && facts.grants(t).stream()
                            .anyMatch(g -> PRIVILEGES.stream().anyMatch(g.privileges()::contains))) {
                findings.add(
                        t,
                        "table " + t.qualifiedName() + " is a partition or child of " + t.parent()
                                + ", whose policies do not hold when it is named itself, and role "
                                + facts.role().currentUser() + " may",
                        PolicySql.enable(t) + " " + PolicySql.force(t));
            }
        }
    }
}
