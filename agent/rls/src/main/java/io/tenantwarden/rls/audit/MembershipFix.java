package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.sql.Identifiers;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** SQL that ends a membership, where nothing else hangs on it. Stateless. */
final class MembershipFix {

    private static final List<String> PRIVILEGES = List.of("SELECT", "INSERT", "UPDATE", "DELETE");

    private MembershipFix() {}

    /** Takes a role away from a member, or says why that is to be decided. */
    static Fix leave(AuditFacts facts, String role, String member) {
        List<Membership> direct = facts.roles().direct(role, member);
        Set<String> left = facts.roles().reachedWithout(member, direct);
        if (direct.isEmpty() || left.contains(role)) {
            String between = facts.roles().memberships().stream()
                    .filter(m -> m.role().equals(role) && left.contains(m.member()))
                    .map(Membership::member)
                    .distinct()
                    .sorted()
                    .collect(Collectors.joining(", "));
            return Fix.decide("decide which step to take away: " + member + " reaches " + role + " through "
                    + (between.isEmpty() ? "another role" : between) + ". REVOKE that from " + member + ", or REVOKE "
                    + role
                    + " from it");
        }
        List<String> revokes = direct.stream()
                .map(m -> "REVOKE " + Identifiers.quote(role) + " FROM " + Identifiers.quote(member)
                        + (m.grantor() == null ? "" : " GRANTED BY " + Identifiers.quote(m.grantor())) + ";")
                .toList();
        String lost = lost(facts, left);
        if (!lost.isEmpty()) {
            return Fix.decide("decide what " + member + " needs: through " + role + " it may " + lost
                    + ". GRANT it that, then " + String.join(" ", revokes));
        }
        Fix fix = new Fix();
        revokes.forEach(sql -> fix.then(Fix.SUPERUSER, sql));
        return fix;
    }

    /** What the role may do with protected tables only through what it would lose. */
    private static String lost(AuditFacts facts, Set<String> left) {
        return facts.tablesOfTheirOwn().stream()
                .filter(t -> PRIVILEGES.stream().anyMatch(p -> facts.may(p, t) && !mayWith(facts, p, t, left)))
                .map(t -> PRIVILEGES.stream()
                                .filter(p -> facts.may(p, t) && !mayWith(facts, p, t, left))
                                .collect(Collectors.joining("/"))
                        + " " + t.qualifiedName())
                .limit(5)
                .collect(Collectors.joining(", "));
    }

    private static boolean mayWith(AuditFacts facts, String privilege, CatalogTable t, Set<String> roles) {
        return facts.grants(t).stream()
                        .anyMatch(g -> g.privileges().contains(privilege)
                                && (g.grantee() == null || roles.contains(g.grantee())))
                || roles.contains(privilege.equals("SELECT") ? "pg_read_all_data" : "pg_write_all_data");
    }
}
