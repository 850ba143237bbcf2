package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.Finding;
import java.util.List;

final class MaterializedViewReadable implements Rule {

    @Override
    public About about() {
        return new About(
                "WD033",
                Finding.Level.WARN,
                "Materialized view of protected tables is readable",
                "It holds the rows that its owner saw when it was refreshed, usually all tenants', and cannot have policies.",
                "Takes the privileges on it away; let the application read it through a view that filters by tenant.",
                "Whether its rows belong to tenants at all, or are sums over all of them, is not known.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (CatalogTable m : facts.catalog().tables()) {
            if (m.kind() != CatalogTable.Kind.MATERIALIZED_VIEW
                    || facts.role().superuser()
                    || facts.grants(m).stream().noneMatch(g -> g.privileges().contains("SELECT"))) {
                continue;
            }
            List<CatalogTable> below = facts.catalog().protectedBelow(m);
            if (!below.isEmpty()) {
                findings.add(
                        m.qualifiedName(),
                        below,
                        "materialized view " + m.qualifiedName() + " holds rows of "
                                + String.join(
                                        ", ",
                                        below.stream()
                                                .map(CatalogTable::qualifiedName)
                                                .toList())
                                + " that no policy filters, and role "
                                + facts.role().currentUser() + " may read it",
                        facts.revoke(List.of("SELECT"), m));
            }
        }
    }
}
