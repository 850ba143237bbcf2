package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import java.util.List;

final class UnfilteredPrivileges implements Rule {

    private static final List<String> PRIVILEGES = List.of("TRUNCATE", "REFERENCES", "TRIGGER");

    @Override
    public About about() {
        return new About(
                "WD036",
                Finding.Level.WARN,
                "Role may TRUNCATE, REFERENCES or TRIGGER a protected table",
                "No policy filters them: TRUNCATE empties all tenants' rows, a foreign key tells which rows exist, a trigger"
                        + " sees every row that anyone writes.",
                "Takes these privileges away; foreign keys and triggers that are there stay.",
                "What the owner of the table may do cannot be taken away and is not reported.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (CatalogTable t : facts.guardedTables()) {
            if (facts.role().superuser() || facts.role().roles().contains(t.owner())) {
                continue;
            }
            List<String> granted =
                    PRIVILEGES.stream().filter(p -> facts.isGranted(p, t)).toList();
            if (!granted.isEmpty()) {
                findings.add(
                        t,
                        "table " + t.qualifiedName() + ": role "
                                + facts.role().currentUser() + " may " + String.join(", ", granted)
                                + ", which no policy filters",
                        Revoke.of(facts, granted, t));
            }
        }
    }
}
