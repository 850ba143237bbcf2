package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.Finding;
import io.tenantwarden.rls.Identifiers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

final class ForeignKeyWithoutTenant implements Rule {

    @Override
    public About about() {
        return new About(
                "WD028",
                Finding.Level.INFO,
                "Foreign key without the tenant column",
                "Foreign keys ignore row-level security: a row can refer to another tenant's row, and whether the insert"
                        + " succeeds tells whether that row exists.",
                "Adds a unique constraint on tenant and key to the other table where there is none known, and puts a foreign"
                        + " key that holds both in the place of this one.",
                "Only keys between two tenant tables are looked at; a key of the target that another rule or tool made"
                        + " unique is not recognised and made unique once more.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        Map<CatalogTable, List<ForeignKey>> byTable = new LinkedHashMap<>();
        for (ForeignKey k : facts.foreignKeys()) {
            if (!k.sameTenant() && k.from().isProtected() && k.to().isProtected()) {
                byTable.computeIfAbsent(k.from(), t -> new ArrayList<>(1)).add(k);
            }
        }
        for (Map.Entry<CatalogTable, List<ForeignKey>> e : byTable.entrySet()) {
            Set<String> fixes = new LinkedHashSet<>();
            for (ForeignKey k : e.getValue()) {
                fixes.add("ALTER TABLE " + k.to().quotedName() + " ADD UNIQUE ("
                        + columns(k.to().tenantColumn(), k.targets()) + ");");
            }
            for (ForeignKey k : e.getValue()) {
                fixes.add(replacement(k, facts.role().serverVersion()));
            }
            findings.add(
                    e.getKey(),
                    "table " + e.getKey().qualifiedName() + ": foreign key without "
                            + e.getKey().tenantColumn() + ": "
                            + String.join(
                                    ", ",
                                    e.getValue().stream()
                                            .map(k -> k.name() + " to " + k.to().qualifiedName())
                                            .toList()),
                    String.join(" ", fixes));
        }
    }

    private static String columns(String first, List<String> more) {
        StringBuilder b = new StringBuilder(Identifiers.quote(first));
        for (String c : more) {
            b.append(", ").append(Identifiers.quote(c));
        }
        return b.toString();
    }

    private static String replacement(ForeignKey k, int serverVersion) {
        String table = "ALTER TABLE " + k.from().quotedName();
        String name = Identifiers.quote(k.name());
        // NOT VALID is not allowed on partitioned tables before PostgreSQL 18
        boolean inSteps = k.from().kind() == CatalogTable.Kind.TABLE;
        return table + " DROP CONSTRAINT " + name + "; " + table + " ADD CONSTRAINT " + name + " FOREIGN KEY ("
                + columns(k.from().tenantColumn(), k.columns()) + ") REFERENCES "
                + k.to().quotedName() + " (" + columns(k.to().tenantColumn(), k.targets()) + ")"
                + action(" ON UPDATE ", k.onUpdate(), k, 0) + action(" ON DELETE ", k.onDelete(), k, serverVersion)
                + (k.deferrable() ? " DEFERRABLE" : "") + (k.deferred() ? " INITIALLY DEFERRED" : "")
                + (inSteps ? " NOT VALID; " + table + " VALIDATE CONSTRAINT " + name : "") + ";";
    }

    private static String action(String when, String code, ForeignKey k, int serverVersion) {
        return switch (code) {
            case "r" -> when + "RESTRICT";
            case "c" -> when + "CASCADE";
            // only the key, never the tenant; PostgreSQL can say that since 15
            case "n" -> serverVersion >= 150000 ? when + "SET NULL (" + names(k.columns()) + ")" : "";
            case "d" -> serverVersion >= 150000 ? when + "SET DEFAULT (" + names(k.columns()) + ")" : "";
            default -> "";
        };
    }

    private static String names(List<String> columns) {
        return String.join(", ", columns.stream().map(Identifiers::quote).toList());
    }
}
