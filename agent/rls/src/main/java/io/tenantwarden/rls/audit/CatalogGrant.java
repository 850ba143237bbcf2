package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.sql.Identifiers;
import java.util.Set;

/**
 * Privileges on a relation that the connected role has through one grantee. Immutable.
 *
 * @param grantee a role whose privileges the connected role has; null stands for PUBLIC
 * @param grantor who granted them: only a REVOKE of that role takes them away
 * @param privileges names of privileges, as {@code aclexplode} gives them
 * @param passedOn whether the grantee has granted any of them to others
 */
record CatalogGrant(String grantee, String grantor, Set<String> privileges, boolean passedOn) {

    /** The grantee as SQL writes it. */
    String to() {
        return grantee == null ? "PUBLIC" : Identifiers.quote(grantee);
    }
}
