package io.tenantwarden.rls.explain;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import java.util.List;

/**
 * One way in which a statement reaches a table. Immutable.
 *
 * @param table the table
 * @param via the views and functions on the way, outermost first, in words: {@code view public.v}; empty when the statement
 *     names the table itself
 * @param rightsOf of the last of {@code via} that runs with its owner's rights, in words; null when the rights are those of
 *     the session's role
 * @param role with whose rights it is read
 * @param command the command whose policies hold: {@code SELECT}, {@code INSERT}, {@code UPDATE} or {@code DELETE}
 * @param enforcement whether policies filter
 * @param guarded whether somebody expects them to: the table is protected or has policies, or it is a copy of such a one
 */
public record Access(
        CatalogTable table,
        List<String> via,
        String rightsOf,
        ReadingRole role,
        String command,
        Enforcement enforcement,
        boolean guarded) {

    public Access {
        via = List.copyOf(via);
    }

    /** Whether policies filter what is read. */
    public boolean filtered() {
        return enforcement == Enforcement.FILTERED;
    }

    /** Whether a policy is one for the command. */
    public boolean covers(Policy policy) {
        return policy.command().equals("ALL") || policy.command().equals(command);
    }

    /** The policies that decide, permissive and restrictive. */
    public List<Policy> applying() {
        return table.policies().stream()
                .filter(p -> covers(p) && role.isMeantBy(p))
                .toList();
    }

    /** Why a policy does not count here, in words; null when it does. */
    public String whyNot(Policy policy) {
        if (!filtered()) {
            return "policies are not applied";
        }
        if (!covers(policy)) {
            return "is for " + policy.command() + " only";
        }
        return role.isMeantBy(policy) ? null : "is for " + String.join(", ", policy.roles());
    }
}
