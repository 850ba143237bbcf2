package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The roles of the server, and who was granted to whom. Never changes.
 *
 * @param byName all of them
 * @param privilegesOf by role that owns something, the owners whose privileges it has, itself included
 * @param memberships who was granted to whom
 */
record Roles(Map<String, DatabaseRole> byName, Map<String, Set<String>> privilegesOf, List<Membership> memberships) {

    static final Roles NONE = new Roles(Map.of(), Map.of(), List.of());

    /** Whether a role has the rights of another. */
    boolean hasRightsOf(String role, String other) {
        return privilegesOf.getOrDefault(role, Set.of(role)).contains(other);
    }

    /** Whether no policy ever filters for a role: superuser or BYPASSRLS. */
    boolean bypassEverything(String role) {
        DatabaseRole r = byName.get(role);
        return r != null && (r.superuser() || r.bypassRls());
    }

    /** Whether the policies of the table never filter for a role: superuser, BYPASSRLS, or owner without FORCE. */
    boolean bypass(String role, CatalogTable table) {
        return bypassEverything(role) || !table.forced() && hasRightsOf(role, table.owner());
    }

    /** The memberships that make a role a member of another directly. */
    List<Membership> direct(String role, String member) {
        return memberships.stream()
                .filter(m -> m.role().equals(role) && m.member().equals(member))
                .toList();
    }

    /** What a role is a member of, itself included, without these direct memberships. */
    Set<String> reachedWithout(String member, List<Membership> without) {
        Set<String> reached = new HashSet<>(Set.of(member));
        Deque<String> queue = new ArrayDeque<>(reached);
        while (!queue.isEmpty()) {
            String next = queue.poll();
            for (Membership m : memberships) {
                if (m.member().equals(next) && !without.contains(m) && reached.add(m.role())) {
                    queue.add(m.role());
                }
            }
        }
        return reached;
    }
}
