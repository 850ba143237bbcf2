package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.Finding;
import io.tenantwarden.rls.Identifiers;
import java.util.ArrayList;
import java.util.List;

final class UniqueWithoutTenant implements Rule {

    @Override
    public About about() {
        return new About(
                "WD027",
                Finding.Level.INFO,
                "UNIQUE without the tenant column",
                "Unique constraints ignore row-level security: a duplicate-key error tells a tenant that another one has the"
                        + " value, and two tenants cannot both use it.",
                "Makes it unique within the tenant; foreign keys that refer to it must be changed first.",
                "Primary keys are left out, since generated keys tell nothing; a value that must be unique among all tenants"
                        + " needs an ignore entry.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (CatalogTable t : facts.tenantTables()) {
            List<String> names = new ArrayList<>();
            List<String> fixes = new ArrayList<>();
            for (TableIndex i : facts.indexes(t)) {
                if (i.unique() && !i.primary() && !i.holdsTenant()) {
                    names.add(i.name());
                    fixes.add(fix(t, i));
                }
            }
            if (!names.isEmpty()) {
                findings.add(
                        t,
                        "table " + t.qualifiedName() + ": unique without " + t.tenantColumn() + ": "
                                + String.join(", ", names),
                        String.join(" ", fixes));
            }
        }
    }

    private static String fix(CatalogTable t, TableIndex i) {
        String column = Identifiers.quote(t.tenantColumn());
        if (i.constraint() != null) {
            String name = Identifiers.quote(i.constraint());
            return "ALTER TABLE " + t.quotedName() + " DROP CONSTRAINT " + name + ", ADD CONSTRAINT " + name + " "
                    + i.definition().replaceFirst("\\(", java.util.regex.Matcher.quoteReplacement("(" + column + ", "))
                    + ";";
        }
        int columns = firstParenthesis(i.definition()) + 1;
        return "DROP INDEX " + Identifiers.quote(t.schema(), i.name()) + "; "
                + i.definition().substring(0, columns) + column + ", "
                + i.definition().substring(columns) + ";";
    }

    /** Names before it may hold anything when they are quoted. */
    private static int firstParenthesis(String definition) {
        boolean quoted = false;
        for (int p = 0; p < definition.length(); p++) {
            char c = definition.charAt(p);
            quoted ^= c == '"';
            if (c == '(' && !quoted) {
                return p;
            }
        }
        throw new IllegalStateException("no columns in " + definition);
    }
}
