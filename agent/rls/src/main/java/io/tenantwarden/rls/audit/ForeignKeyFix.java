package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.sql.Identifiers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * SQL that puts a foreign key that holds the tenant in the place of one that does not, under the same name. The old one goes
 * when the new one is known to hold for every row. Stateless.
 */
final class ForeignKeyFix {

    private static final int SET_NULL_OF_SOME_COLUMNS = 150000;

    private ForeignKeyFix() {}

    /** Why it cannot be done with SQL that means the same otherwise; null when it can. */
    static String obstacle(AuditFacts facts, ForeignKey k) {
        if (k.from().tenantColumn() == null || !k.from().isProtected()) {
            return k.from().qualifiedName() + " has no tenant column";
        }
        if (!k.sameType()) {
            return "the tenant columns of " + k.from().qualifiedName() + " and " + k.to().qualifiedName()
                    + " are of different types";
        }
        if (!comparable(facts, k.from()) || !comparable(facts, k.to())) {
            return "its tenant column cannot be part of a key";
        }
        if (!k.plain()) {
            return "it is MATCH FULL, PERIOD or NOT ENFORCED";
        }
        if (k.onUpdate().equals("n") || k.onUpdate().equals("d")) {
            return "its ON UPDATE would set the tenant as well";
        }
        boolean sets = k.onDelete().equals("n") || k.onDelete().equals("d");
        return sets && facts.role().serverVersion() < SET_NULL_OF_SOME_COLUMNS
                ? "its ON DELETE would set the tenant as well, before PostgreSQL 15"
                : null;
    }

    private static boolean comparable(AuditFacts facts, CatalogTable t) {
        TenantColumn column = facts.keys().column(t);
        return column != null && column.comparable() && !column.virtual();
    }

    static Fix of(AuditFacts facts, ForeignKey k) {
        Fix fix = new Fix();
        if (facts.keys().isLarge(k.to()) || facts.keys().isLarge(k.from())) {
            fix.note("on large tables: writes to " + k.to().qualifiedName() + " wait while a unique index is built, "
                    + k.from().qualifiedName() + " is read as a whole");
        }
        unique(facts, k, fix);
        replace(facts, k, fix);
        return fix;
    }

    private static void unique(AuditFacts facts, ForeignKey k, Fix fix) {
        Set<String> numbers = new HashSet<>(k.targetNumbers());
        numbers.add(facts.keys().column(k.to()).number());
        if (facts.keys().of(k.to()).stream().anyMatch(i -> i.isKeyOf(numbers))) {
            return;
        }
        List<String> columns = withTenant(k.to(), k.targets());
        fix.then(
                k.to().owner(),
                Sql.unless(
                        uniqueOn(k.to(), columns),
                        "ALTER TABLE " + k.to().quotedName() + " ADD UNIQUE (" + names(columns) + ");"));
    }

    /** A query that finds a unique index that a foreign key may refer to with these columns, in any order. */
    static String uniqueOn(CatalogTable t, List<String> columns) {
        return "SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = " + Sql.regclass(t)
                + "\n    AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL"
                + " AND i.indnkeyatts = " + columns.size()
                + " AND ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a"
                + " WHERE a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]))"
                + " @> " + array(columns);
    }

    static String array(List<String> names) {
        return names.stream().map(Sql::literal).collect(Collectors.joining(", ", "ARRAY[", "]::text[]"));
    }

    private static void replace(AuditFacts facts, ForeignKey k, Fix fix) {
        String table = "ALTER TABLE " + k.from().quotedName() + " ";
        String name = Identifiers.quote(k.name());
        String next = Sql.distinctName(k.name(), "_tenant");
        String nextSql = Identifiers.quote(next);
        // NOT VALID is not allowed on partitioned tables before PostgreSQL 18
        boolean inSteps = k.from().kind() == CatalogTable.Kind.TABLE;
        String old = constraint(k.from(), k.name()) + " AND cardinality(conkey) = "
                + k.columns().size();
        String add = table + "ADD CONSTRAINT " + nextSql + " FOREIGN KEY (" + names(withTenant(k.from(), k.columns()))
                + ") REFERENCES " + k.to().quotedName() + " (" + names(withTenant(k.to(), k.targets())) + ")"
                + action(" ON UPDATE ", k.onUpdate(), k) + action(" ON DELETE ", k.onDelete(), k)
                + (k.deferrable() ? " DEFERRABLE" : "") + (k.deferred() ? " INITIALLY DEFERRED" : "")
                + (inSteps || !k.validated() ? " NOT VALID;" : ";");
        List<String> exchange = new ArrayList<>();
        if (inSteps && k.validated()) {
            exchange.add(table + "VALIDATE CONSTRAINT " + nextSql + ";");
        }
        exchange.add(table + "DROP CONSTRAINT " + name + ";");
        exchange.add(table + "RENAME CONSTRAINT " + nextSql + " TO " + name + ";");
        String words = "rows of " + k.from().qualifiedName() + " refer to rows of another tenant in "
                + k.to().qualifiedName() + ", so that foreign key " + k.name()
                + " stays as it is: let them refer to their own, then run this again";
        String violated = "foreign_key_violation";
        fix.then(
                k.from().owner(),
                Sql.triedWhen(
                        old + ")\n    AND NOT EXISTS (" + constraint(k.from(), next),
                        new Sql.Obstacle(violated, words),
                        add));
        fix.then(
                k.from().owner(),
                Sql.triedWhen(
                        old + ")\n    AND EXISTS (" + constraint(k.from(), next),
                        // one that does not hold must not refuse what the old one lets in
                        new Sql.Obstacle(violated, words, table + "DROP CONSTRAINT " + nextSql + ";"),
                        exchange.toArray(String[]::new)));
        if (!k.to().owner().equals(k.from().owner())) {
            fix.by(k.to().owner());
        }
    }

    private static String constraint(CatalogTable t, String name) {
        return "SELECT FROM pg_catalog.pg_constraint WHERE conrelid = " + Sql.regclass(t) + " AND conname = "
                + Sql.literal(name);
    }

    private static List<String> withTenant(CatalogTable t, List<String> columns) {
        List<String> all = new ArrayList<>(List.of(t.tenantColumn()));
        all.addAll(columns);
        return all;
    }

    private static String action(String when, String code, ForeignKey k) {
        return switch (code) {
            case "r" -> when + "RESTRICT";
            case "c" -> when + "CASCADE";
            // only the key, never the tenant
            case "n" -> when + "SET NULL (" + names(set(k)) + ")";
            case "d" -> when + "SET DEFAULT (" + names(set(k)) + ")";
            default -> "";
        };
    }

    private static List<String> set(ForeignKey k) {
        return k.setColumns().isEmpty() ? k.columns() : k.setColumns();
    }

    static String names(List<String> columns) {
        return columns.stream().map(Identifiers::quote).collect(Collectors.joining(", "));
    }
}
