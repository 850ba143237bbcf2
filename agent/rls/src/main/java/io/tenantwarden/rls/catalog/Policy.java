package io.tenantwarden.rls.catalog;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A row-level security policy as the catalog holds it. Immutable.
 *
 * @param name its name on the table
 * @param command {@code ALL}, {@code SELECT}, {@code INSERT}, {@code UPDATE} or {@code DELETE}
 * @param permissive false for a restrictive one
 * @param roles the roles it applies to; {@code public} stands for all
 * @param using the USING expression as PostgreSQL prints it; null when there is none, or when it could not be
 *     read ({@link Catalog#unreadPolicies})
 * @param check the WITH CHECK expression; null as before
 * @param gucs names in lower case of the settings it reads with {@code current_setting('...')}, in its expressions or in
 *     SQL and PL/pgSQL functions that it calls
 * @param givers by the unqualified name of a function that it calls and that returns what it reads of settings as it is, those settings
 */
public record Policy(
        String name,
        String command,
        boolean permissive,
        List<String> roles,
        String using,
        String check,
        Set<String> gucs,
        Map<String, Set<String>> givers) {

    /** One of which no functions are known. */
    public Policy(
            String name,
            String command,
            boolean permissive,
            List<String> roles,
            String using,
            String check,
            Set<String> gucs) {
        this(name, command, permissive, roles, using, check, gucs, Map.of());
    }

    /** The same with other expressions, which read these settings. */
    public Policy with(String newUsing, String newCheck, Set<String> newGucs) {
        return new Policy(name, command, permissive, roles, newUsing, newCheck, newGucs, givers);
    }

    /** The same under another name, for other roles. */
    public Policy named(String newName, List<String> newRoles) {
        return new Policy(newName, command, permissive, newRoles, using, check, gucs, givers);
    }
}
