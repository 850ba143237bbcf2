package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

final class ForeignKeyWithoutTenant implements Rule {

    @Override
    public About about() {
        return new About(
                "WD028",
                Finding.Level.INFO,
                "Foreign key without the tenant column",
                "Foreign keys ignore row-level security: a row can refer to another tenant's row, and whether the insert"
                        + " succeeds tells whether that row exists.",
                "Adds a unique constraint on tenant and key to the other table where there is none, and puts a foreign key that"
                        + " holds both in the place of this one, under its name. It warns, and changes nothing, while a row"
                        + " refers to one of another tenant.",
                "Only keys between two tenant tables are looked at.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        Map<CatalogTable, List<ForeignKey>> byTable = new LinkedHashMap<>();
        for (ForeignKey k : facts.keys().foreignKeys()) {
            boolean tenants =
                    k.from().isProtected() && k.to().isProtected() && k.from().tenantColumn() != null;
            if (tenants && !k.sameTenant()) {
                byTable.computeIfAbsent(k.from(), t -> new ArrayList<>(1)).add(k);
            }
        }
        byTable.forEach((table, keys) -> {
            Fix fix = new Fix();
            for (ForeignKey k : keys) {
                String obstacle = ForeignKeyFix.obstacle(facts, k);
                if (obstacle == null) {
                    fix.and(ForeignKeyFix.of(facts, k));
                } else {
                    fix.note("decide what takes the place of foreign key " + k.name() + " of " + table.qualifiedName()
                            + ": " + obstacle);
                }
            }
            findings.add(
                    table,
                    "table " + table.qualifiedName() + ": foreign key without " + table.tenantColumn() + ": "
                            + String.join(
                                    ", ",
                                    keys.stream()
                                            .map(k -> k.name() + " to " + k.to().qualifiedName())
                                            .toList()),
                    fix);
        });
    }
}
