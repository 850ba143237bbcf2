package io.tenantwarden.rls.audit;

import java.util.Set;

/**
 * The schemas as the connected role has them. Never changes.
 *
 * @param all names of all schemas
 * @param toCreateIn those in which the role may create objects
 * @param usable those whose objects it may use
 * @param searchPath the role's search_path, as it is set
 */
record SchemaFacts(Set<String> all, Set<String> toCreateIn, Set<String> usable, String searchPath) {

    static final SchemaFacts NONE = new SchemaFacts(Set.of(), Set.of(), Set.of(), "");
}
