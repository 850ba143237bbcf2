package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.RoleFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

final class OwnerWithoutForce implements Rule {

    private static final int NAMED_TABLES = 5;

    @Override
    public About about() {
        return new About(
                "WD003",
                Finding.Level.ERROR,
                "Role owns protected tables without FORCE",
                "The owner of a table, and every role that has the owner's privileges, bypasses its policies until they are"
                        + " forced.",
                "Forces row-level security on the tables.",
                "An owner can take FORCE away again; only a role that owns nothing cannot.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        RoleFacts role = facts.role();
        if (role.superuser()) {
            // a superuser has the privileges of every role: WD001 says it all
            return;
        }
        List<CatalogTable> tables = new ArrayList<>();
        boolean member = false;
        for (CatalogTable t : facts.catalog().protectedTables()) {
            if (t.rls() && !t.forced() && role.roles().contains(t.owner())) {
                tables.add(t);
                member |= !t.owner().equals(role.currentUser());
            }
        }
        int count = tables.size();
        if (count == 0) {
            return;
        }
        String names = tables.stream()
                .limit(NAMED_TABLES)
                .map(CatalogTable::qualifiedName)
                .collect(Collectors.joining(", "));
        if (count > NAMED_TABLES) {
            // the line goes to the application's log: it has to stay readable
            names += " and " + (count - NAMED_TABLES) + " more";
        }
        Fix fix = new Fix();
        tables.forEach(t -> fix.and(Protection.force(facts, t)));
        findings.add(
                role.currentUser(),
                "role " + role.currentUser() + (member ? " has the rights of the owner of " : " owns ")
                        + Phrases.count(count, "protected table")
                        + " without FORCE ROW LEVEL SECURITY, whose policies it bypasses: " + names,
                fix);
    }
}
