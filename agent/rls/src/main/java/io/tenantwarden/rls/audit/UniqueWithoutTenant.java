package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.sql.Identifiers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

final class UniqueWithoutTenant implements Rule {

    @Override
    public About about() {
        return new About(
                "WD027",
                Finding.Level.INFO,
                "UNIQUE without the tenant column",
                "Unique constraints ignore row-level security: a duplicate-key error tells a tenant that another one has the"
                        + " value, and two tenants cannot both use it.",
                "Makes it unique within the tenant, under its name; foreign keys that refer to it are replaced first, as with"
                        + " WD028. Where something else hangs on it, or it is an exclusion constraint, says what to decide.",
                "Primary keys are left out, since generated keys tell nothing; a value that must be unique among all tenants"
                        + " needs an ignore entry. ON CONFLICT in the application is not seen.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (CatalogTable t : facts.tenantTables()) {
            List<String> names = new ArrayList<>();
            Fix fix = new Fix();
            for (TableIndex i : facts.keys().of(t)) {
                if ((i.unique() || i.exclusion()) && !i.primary() && !i.holdsTenant()) {
                    names.add(i.name());
                    List<ForeignKey> keys = facts.keys().foreignKeys().stream()
                            .filter(k -> k.to() == t && i.name().equals(k.index()))
                            .toList();
                    String obstacle = obstacle(facts, t, i, keys);
                    if (obstacle == null) {
                        fix.and(fix(facts, t, i, keys));
                    } else {
                        fix.note("decide about " + i.name() + " of " + t.qualifiedName() + ", " + obstacle);
                    }
                }
            }
            if (!names.isEmpty()) {
                findings.add(
                        t,
                        "table " + t.qualifiedName() + ": unique without " + t.tenantColumn() + ": "
                                + String.join(", ", names),
                        fix);
            }
        }
    }

    private static String obstacle(AuditFacts facts, CatalogTable t, TableIndex i, List<ForeignKey> keys) {
        TenantColumn column = facts.keys().column(t);
        if (!column.comparable() || column.virtual()) {
            return "which cannot hold " + t.tenantColumn();
        }
        if (i.exclusion()) {
            return "an exclusion constraint: write it anew with " + Identifiers.quote(t.tenantColumn())
                    + " WITH = as its first part (for GiST, the extension btree_gist knows how)";
        }
        if (i.replicaIdentity()) {
            return "which logical replication finds rows by: give the table another REPLICA IDENTITY first";
        }
        if (!i.dependents().isEmpty()) {
            return "which " + i.dependents() + " depends on: change that together with it";
        }
        for (ForeignKey k : keys) {
            String why = k.sameTenant() ? null : ForeignKeyFix.obstacle(facts, k);
            if (why != null) {
                return "which foreign key " + k.name() + " of " + k.from().qualifiedName() + " refers to: " + why;
            }
        }
        for (Map.Entry<String, java.util.Set<String>> f : facts.onConflict().entrySet()) {
            if (f.getValue().contains(t.name())) {
                return "which ON CONFLICT in function " + f.getKey() + " may name by its columns: change both together";
            }
        }
        return null;
    }

    private static Fix fix(AuditFacts facts, CatalogTable t, TableIndex i, List<ForeignKey> keys) {
        Fix fix = new Fix();
        for (ForeignKey k : keys) {
            if (!k.sameTenant()) {
                fix.and(ForeignKeyFix.of(facts, k));
            }
        }
        if (facts.keys().isLarge(t)) {
            fix.note("on large tables: writes to " + t.qualifiedName() + " wait while the index is built");
        }
        fix.then(t.owner(), i.constraint() == null ? index(t, i, keys) : constraint(t, i, keys));
        return fix.note("INSERT ... ON CONFLICT that names the columns of " + i.name() + " has to name "
                + t.tenantColumn() + " as well");
    }

    private static String constraint(CatalogTable t, TableIndex i, List<ForeignKey> keys) {
        String table = "ALTER TABLE " + t.quotedName() + " ";
        String name = Identifiers.quote(i.constraint());
        String exchange = table + "DROP CONSTRAINT " + name + ", ADD CONSTRAINT " + name + " "
                + i.definition()
                        .replaceFirst(
                                "\\(",
                                java.util.regex.Matcher.quoteReplacement(
                                        "(" + Identifiers.quote(t.tenantColumn()) + ", "))
                + ";";
        String asItIs = "SELECT FROM pg_catalog.pg_constraint WHERE conrelid = " + Sql.regclass(t) + " AND conname = "
                + Sql.literal(i.constraint()) + " AND cardinality(conkey) = "
                + i.columns().size();
        boolean plain = i.plain() && i.definition().equals("UNIQUE (" + plainColumns(i) + ")");
        return keys.isEmpty()
                ? Sql.when(asItIs, exchange)
                : Sql.triedWhen(asItIs, stillUsed(t, i), plain ? exchange(t, i, keys, exchange) : exchange);
    }

    private static Sql.Obstacle stillUsed(CatalogTable t, TableIndex i) {
        return new Sql.Obstacle(
                "dependent_objects_still_exist",
                i.name() + " of " + t.qualifiedName() + " stays as it is: a foreign key refers to it. When that has the"
                        + " tenant in it, run this again");
    }

    private static String plainColumns(TableIndex i) {
        int open = i.definition().indexOf('(');
        return open < 0 ? "" : i.definition().substring(open + 1, i.definition().length() - 1);
    }

    /** The foreign keys need a unique constraint with the tenant before this one can go: then that takes its name. */
    private static String exchange(CatalogTable t, TableIndex i, List<ForeignKey> keys, String otherwise) {
        List<String> columns = new ArrayList<>(List.of(t.tenantColumn()));
        columns.addAll(keys.get(0).targets());
        String table = "ALTER TABLE " + t.quotedName() + " ";
        String name = Identifiers.quote(i.constraint());
        String found = "FROM pg_catalog.pg_constraint c WHERE c.conrelid = " + Sql.regclass(t)
                + "\n      AND c.contype = 'u' AND cardinality(c.conkey) = " + columns.size()
                + " AND ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.conrelid"
                + " AND a.attnum = ANY (c.conkey)) @> " + ForeignKeyFix.array(columns);
        return "IF EXISTS (SELECT " + found + ") THEN\n      " + table + "DROP CONSTRAINT " + name
                + ";\n      EXECUTE (SELECT pg_catalog.format('"
                + (table + "RENAME CONSTRAINT ").replace("%", "%%").replace("'", "''")
                + "%I TO " + name.replace("%", "%%").replace("'", "''") + "', c.conname) " + found
                + " ORDER BY c.oid LIMIT 1);\n    ELSE\n      " + otherwise + "\n    END IF;";
    }

    private static String index(CatalogTable t, TableIndex i, List<ForeignKey> keys) {
        String definition = i.definition();
        int only = outsideQuotes(definition, " ON ONLY ");
        if (only >= 0) {
            definition = definition.substring(0, only) + " ON " + definition.substring(only + " ON ONLY ".length());
        }
        int columns = outsideQuotes(definition, "(") + 1;
        String asItIs = "SELECT FROM pg_catalog.pg_index i WHERE i.indexrelid = pg_catalog.to_regclass("
                + Sql.literal(Identifiers.quote(t.schema(), i.name())) + ") AND i.indrelid = " + Sql.regclass(t)
                + " AND i.indnkeyatts = " + i.columns().size();
        String[] exchange = {
            "DROP INDEX " + Identifiers.quote(t.schema(), i.name()) + ";",
            definition.substring(0, columns) + Identifiers.quote(t.tenantColumn()) + ", "
                    + definition.substring(columns) + ";"
        };
        return keys.isEmpty() ? Sql.when(asItIs, exchange) : Sql.triedWhen(asItIs, stillUsed(t, i), exchange);
    }

    /** Where a text stands for the first time; names before it may hold anything when they are quoted. */
    private static int outsideQuotes(String definition, String wanted) {
        boolean quoted = false;
        for (int p = 0; p < definition.length(); p++) {
            quoted ^= definition.charAt(p) == '"';
            if (!quoted && definition.startsWith(wanted, p)) {
                return p;
            }
        }
        return -1;
    }
}
