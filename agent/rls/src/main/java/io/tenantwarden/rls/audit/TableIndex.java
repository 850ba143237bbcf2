package io.tenantwarden.rls.audit;

import java.util.List;
import java.util.Set;

/**
 * An index of a tenant table. Immutable.
 *
 * @param name its name, in the schema of its table
 * @param columns numbers of its key columns; 0 stands for an expression
 * @param tenant the number of the table's tenant column
 * @param unique whether it is unique
 * @param primary whether it is the primary key's
 * @param exclusion whether it belongs to an exclusion constraint
 * @param plain whether it is neither partial nor one of expressions, and unique at once rather than at the end of a transaction
 * @param valid whether its building is finished
 * @param partial whether it holds only some of the rows
 * @param constraint the constraint that it belongs to; null when it is an index only
 * @param definition of the constraint, else of the index; null unless it is unique, or of an exclusion, and not the primary key's
 * @param replicaIdentity whether logical replication finds rows by it
 * @param dependents what else depends on it, other than foreign keys, in words; empty when nothing does
 */
record TableIndex(
        String name,
        List<String> columns,
        String tenant,
        boolean unique,
        boolean primary,
        boolean exclusion,
        boolean plain,
        boolean valid,
        boolean partial,
        String constraint,
        String definition,
        boolean replicaIdentity,
        String dependents) {

    /** Whether it is valid, not partial, and begins with the tenant column. */
    boolean leads() {
        return beginsWithTenant() && valid && !partial;
    }

    /** Whether it begins with the tenant column, whatever else it is. */
    boolean beginsWithTenant() {
        return columns.get(0).equals(tenant);
    }

    /** Whether the tenant column is one of its key columns. */
    boolean holdsTenant() {
        return columns.contains(tenant);
    }

    /** Whether a foreign key may refer to these columns by it. */
    boolean isKeyOf(Set<String> numbers) {
        return unique && plain && valid && columns.size() == numbers.size() && numbers.containsAll(columns);
    }
}
