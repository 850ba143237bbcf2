package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.Finding;
import io.tenantwarden.rls.Identifiers;
import java.util.Comparator;
import java.util.List;

final class BypassBySetRole implements Rule {

    @Override
    public About about() {
        return new About(
                "WD008",
                Finding.Level.WARN,
                "SET ROLE leads to a role that bypasses row-level security",
                "One injected SET ROLE switches every policy off for the rest of the session.",
                "Takes the membership away.",
                "Memberships in between are not named; where the path has several steps, revoke the one that is not needed.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        String me = facts.role().currentUser();
        if (facts.role().bypassesRls()) {
            return;
        }
        List<DatabaseRole> reachable = facts.roles().stream()
                .filter(r -> r.reachable()
                        && !r.name().equals(me)
                        && !r.name().equals(facts.role().sessionUser()))
                .sorted(Comparator.comparing(DatabaseRole::name))
                .toList();
        StringBuilder what = new StringBuilder();
        StringBuilder fix = new StringBuilder();
        for (DatabaseRole r : reachable) {
            String how = how(facts, r);
            if (how != null) {
                what.append(what.isEmpty() ? "" : ", ").append(r.name()).append(how);
                fix.append(fix.isEmpty() ? "" : " ")
                        .append("REVOKE ")
                        .append(Identifiers.quote(r.name()))
                        .append(" FROM ")
                        .append(Identifiers.quote(facts.role().sessionUser()))
                        .append(';');
            }
        }
        if (!what.isEmpty()) {
            findings.add(me, "role " + me + " may SET ROLE to " + what, fix.toString());
        }
    }

    private static String how(AuditFacts facts, DatabaseRole r) {
        if (r.superuser()) {
            return " (superuser)";
        }
        if (r.bypassRls()) {
            return " (BYPASSRLS)";
        }
        // whose rights are inherited is WD003's business
        if (!r.inherited()) {
            for (CatalogTable t : facts.catalog().protectedTables()) {
                if (t.rls() && facts.bypasses(r.name(), t)) {
                    return " (owner of " + t.qualifiedName() + " without FORCE)";
                }
            }
        }
        return null;
    }
}
