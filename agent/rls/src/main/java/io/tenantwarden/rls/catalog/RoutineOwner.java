package io.tenantwarden.rls.catalog;

import java.util.Set;

/**
 * Whose rights a SECURITY DEFINER function has. Immutable.
 *
 * @param name of the role
 * @param bypassesRls whether no policy ever filters for it: a superuser, or BYPASSRLS
 * @param roles itself and the roles whose privileges it has; empty when it needs none
 */
record RoutineOwner(String name, boolean bypassesRls, Set<String> roles) {

    /** Whether the table has policies that do not filter for this role. */
    boolean passesPoliciesOf(CatalogTable table) {
        return bypassesRls || table.rls() && !table.enforcesFor(roles);
    }
}
