package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
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
                "Takes the membership away, where it is a direct one and the role keeps its own privileges without it; else it"
                        + " names the way, and what would be lost.",
                "What the role could do as the other one, besides reading and writing protected tables, is not looked at.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        String me = facts.role().currentUser();
        if (facts.role().superuser()) {
            return;
        }
        List<DatabaseRole> reachable = facts.roles().byName().values().stream()
                .filter(r -> r.reachable()
                        && !r.name().equals(me)
                        && !r.name().equals(facts.role().sessionUser()))
                .sorted(Comparator.comparing(DatabaseRole::name))
                .toList();
        StringBuilder what = new StringBuilder();
        Fix fix = new Fix();
        for (DatabaseRole r : reachable) {
            String how = how(facts, r);
            if (how != null) {
                what.append(what.isEmpty() ? "" : ", ").append(r.name()).append(how);
                fix.and(MembershipFix.leave(facts, r.name(), facts.role().sessionUser()));
            }
        }
        if (!what.isEmpty()) {
            findings.add(me, "role " + me + " may SET ROLE to " + what, fix);
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
                if (t.rls() && facts.roles().bypass(r.name(), t)) {
                    return " (owner of " + t.qualifiedName() + " without FORCE)";
                }
            }
        }
        return null;
    }
}
