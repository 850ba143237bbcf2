package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.Identifiers;
import java.util.Set;

/**
 * Privileges on a relation that the connected role has through one grantee. Immutable.
 *
 * @param grantee a role whose privileges the connected role has; null stands for PUBLIC
 * @param privileges names of privileges, as {@code aclexplode} gives them
 */
record CatalogGrant(String grantee, Set<String> privileges) {

    /** The grantee as SQL writes it. */
    String to() {
        return grantee == null ? "PUBLIC" : Identifiers.quote(grantee);
    }
}
