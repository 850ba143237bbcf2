package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.policy.PolicyExpression;
import io.tenantwarden.rls.sql.Identifiers;
import java.util.List;
import java.util.Set;

/**
 * A function or procedure that is SECURITY DEFINER, LEAKPROOF, IMMUTABLE, or used by a policy, directly or through
 * others. Immutable.
 *
 * @param schema its schema
 * @param name its name
 * @param arguments as {@code pg_get_function_identity_arguments} gives them
 * @param procedure whether it is called with CALL
 * @param owner its owner
 * @param securityDefiner whether it runs with the owner's rights
 * @param volatility {@code provolatile}
 * @param leakproof whether it is LEAKPROOF
 * @param config its own settings, {@code name=value}
 * @param executable whether the connected role may call it
 * @param trigger whether it is a trigger function
 * @param body what it does, in SQL or PL/pgSQL; null when it is written in another language, or locked
 * @param fixed what holds a value of it, an index or a generated column, in words; null when nothing does
 * @param policyTables the tables whose policies call it
 */
record DatabaseFunction(
        String schema,
        String name,
        String arguments,
        boolean procedure,
        String owner,
        boolean securityDefiner,
        char volatility,
        boolean leakproof,
        List<String> config,
        boolean executable,
        boolean trigger,
        String body,
        String fixed,
        List<CatalogTable> policyTables) {

    /** {@code schema.name(arguments)}. */
    String signature() {
        return schema + "." + name + "(" + arguments + ")";
    }

    /** {@code ALTER FUNCTION schema.name(arguments)}. */
    String alter() {
        return (procedure ? "ALTER PROCEDURE " : "ALTER FUNCTION ") + Identifiers.quote(schema, name) + "(" + arguments
                + ")";
    }

    /** The value of a setting of its own; null when it has none. */
    String setting(String setting) {
        for (String s : config) {
            if (s.startsWith(setting + "=")) {
                return s.substring(setting.length() + 1);
            }
        }
        return null;
    }

    /** Everything in its body that could be the name of a function or relation; empty when the body is not known. */
    Set<String> names() {
        return PolicyExpression.namesIn(body);
    }
}
