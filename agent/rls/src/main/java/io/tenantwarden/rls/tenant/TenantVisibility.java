package io.tenantwarden.rls.tenant;

import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.policy.PolicyExpression;
import io.tenantwarden.rls.sql.Identifiers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether row-level security keeps a role away from other tenants' rows of a table, and whether it shows it all rows of its
 * own tenant. The second is judged by what policies say: what is not certain is not assumed. Immutable.
 */
final class TenantVisibility {

    private final RoleFacts role;
    private final Collection<String> gucs;
    private final FollowedLinks links;

    /** @param gucs names in lower case of the settings that hold the tenant */
    TenantVisibility(RoleFacts role, Collection<String> gucs) {
        this.role = role;
        this.gucs = gucs;
        this.links = new FollowedLinks(gucs);
    }

    /** Why policies do not keep this role from other tenants' rows; null when they do. */
    String unprotected(TenantTable t) {
        if (!t.table().rls()) {
            return "it has no row-level security";
        }
        if (!t.table().forced() && role.roles().contains(t.table().owner())) {
            return "the role owns it, and FORCE ROW LEVEL SECURITY is missing";
        }
        for (Policy p : applying(t, "SELECT", true)) {
            if (p.using() != null) {
                PolicyExpression e = PolicyExpression.of(p.using(), t.table());
                // rows of nobody may be seen by everyone; what needs another setting than the tenant's is not set by us
                String open = t.table().tenantColumn() == null
                        ? null
                        : e.openBranch(e.gates().keySet());
                if (e.alwaysTrue() || open != null && !isNull(open, t)) {
                    return "its policy " + p.name() + " shows every tenant's rows" + (open == null ? "" : ": " + open);
                }
            }
        }
        return null;
    }

    private static boolean isNull(String branch, TenantTable t) {
        return FollowedLinks.stripped(branch).equals(Identifiers.quote(t.table().tenantColumn()) + " IS NULL");
    }

    /** Whether any policy lets the role reach rows by this command. */
    boolean reaches(TenantTable t, String command) {
        return !applying(t, command, true).isEmpty();
    }

    /** Why it is not certain that policies let the role reach all rows of the tenant by this command; null when it is. */
    String notInFull(TenantTable t, String command) {
        List<Policy> permissive = applying(t, command, true);
        if (permissive.isEmpty()) {
            return "no policy lets the role " + command;
        }
        boolean all = false;
        Set<TenantTable.Link> followed = new HashSet<>();
        for (Policy p : permissive) {
            all |= showsAll(p, t);
            if (t.column() == null && p.using() != null) {
                followed.addAll(links.of(p.using(), t));
            }
        }
        all |= FollowedLinks.suffice(followed, t);
        if (!all) {
            return "its " + (permissive.size() == 1 ? "policy " : "policies ") + names(permissive)
                    + " may hide rows of the tenant from the role for " + command;
        }
        for (Policy p : applying(t, command, false)) {
            if (!showsAll(p, t)
                    && !(p.using() != null
                            && PolicyExpression.of(p.using(), t.table()).alwaysTrue())) {
                return "its restrictive policy " + p.name() + " may hide rows of the tenant from the role for "
                        + command;
            }
        }
        return null;
    }

    /**
     * Whether policies show exactly the tenant's rows, all of them and no others, so that a condition of our own would only
     * be evaluated a second time.
     *
     * @param plain the settings that hold the tenant's id and nothing else
     */
    boolean exact(TenantTable t, Collection<String> plain) {
        if (unprotected(t) != null || notInFull(t, "SELECT") != null) {
            return false;
        }
        List<Policy> permissive = applying(t, "SELECT", true);
        if (t.column() != null) {
            return permissive.stream()
                    .allMatch(p -> PolicyExpression.of(p.using(), t.table()).showsOnlyWith(t.column(), plain));
        }
        return t.links().size() == 1
                && permissive.size() == 1
                && exact(t.links().get(0).other(), plain);
    }

    private List<Policy> applying(TenantTable t, String command, boolean permissive) {
        List<Policy> applying = new ArrayList<>();
        for (Policy p : t.table().policies()) {
            if (p.permissive() == permissive
                    && (p.command().equals("ALL") || p.command().equals(command))
                    && (p.roles().contains("public") || p.roles().stream().anyMatch(role.roles()::contains))) {
                applying.add(p);
            }
        }
        return applying;
    }

    private boolean showsAll(Policy p, TenantTable t) {
        if (p.using() == null) {
            return false;
        }
        boolean functions = p.gucs().stream().anyMatch(gucs::contains);
        PolicyExpression e = PolicyExpression.of(p.using(), t.table());
        return t.column() != null
                ? e.showsAllWith(t.column(), gucs, functions)
                : FollowedLinks.suffice(links.of(p.using(), t), t);
    }

    private static String names(List<Policy> policies) {
        return String.join(", ", policies.stream().map(Policy::name).toList());
    }
}
