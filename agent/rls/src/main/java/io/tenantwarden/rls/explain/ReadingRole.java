package io.tenantwarden.rls.explain;

import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.catalog.RoleFacts;
import java.util.Set;

/**
 * The role with whose rights a table is read: that of the session, the owner of a view, or the owner of a SECURITY DEFINER
 * function. Immutable.
 *
 * @param name the role
 * @param superuser whether it is a superuser
 * @param bypassRls whether it has BYPASSRLS
 * @param roles itself and every role whose privileges it has; what ownership and policies go by
 */
public record ReadingRole(String name, boolean superuser, boolean bypassRls, Set<String> roles) {

    public ReadingRole {
        roles = Set.copyOf(roles);
    }

    static ReadingRole of(RoleFacts facts) {
        return new ReadingRole(facts.currentUser(), facts.superuser(), facts.bypassRls(), facts.roles());
    }

    /** Whether a policy is one for this role. */
    public boolean isMeantBy(Policy policy) {
        return policy.roles().contains("public") || policy.roles().stream().anyMatch(roles::contains);
    }
}
