package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import java.util.List;

final class MaterializedViewReadable implements Rule {

    @Override
    public About about() {
        return new About(
                "WD033",
                Finding.Level.WARN,
                "Materialized view of protected tables is readable",
                "It holds the rows that its owner saw when it was refreshed, usually all tenants', and cannot have policies.",
                "Takes the privilege on it away where it has a tenant column (let the application read it through a view that"
                        + " filters by tenant); without one, whether its rows belong to tenants is yours to decide.",
                "Whether rows without a tenant column belong to tenants at all, or are sums over all of them, is not known.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (CatalogTable m : facts.catalog().tables()) {
            if (m.kind() != CatalogTable.Kind.MATERIALIZED_VIEW
                    || facts.role().superuser()
                    || !facts.isGranted("SELECT", m)) {
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
                        fix(facts, options, m));
            }
        }
    }

    private static Fix fix(AuditFacts facts, AuditOptions options, CatalogTable m) {
        TenantSetting.Condition condition = facts.setting(options).condition(facts, m);
        if (condition.sql() == null) {
            return Fix.decide(
                    "decide whether the rows of " + m.qualifiedName() + " belong to tenants: if not, accept it,"
                            + " --ignore \"WD033:" + m.qualifiedName()
                            + "=why\"; if so, REVOKE SELECT on it and let the application read"
                            + " what it needs through a view that filters");
        }
        return Revoke.of(facts, List.of("SELECT"), m)
                .note(
                        "what reads it has to read a view instead: CREATE VIEW ... WITH (security_barrier) AS SELECT * FROM "
                                + m.quotedName() + " WHERE " + condition.sql() + ";");
    }
}
