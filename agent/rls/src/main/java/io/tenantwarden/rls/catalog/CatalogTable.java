package io.tenantwarden.rls.catalog;

import io.tenantwarden.rls.sql.Identifiers;
import java.util.List;

/**
 * A table, view or the like as the catalog holds it. Immutable.
 *
 * @param oid its object id, unsigned
 * @param schema the schema's name
 * @param name its name
 * @param kind what it is
 * @param owner name of the owning role
 * @param rls whether row-level security is enabled
 * @param forced whether it is forced on the owner
 * @param tenantColumn the tenant column; null when it has none
 * @param tenantColumnType the type of that column as SQL writes it, without its length: a cast to varchar(4) would cut a longer
 *     tenant id down to another one; null when the table has no such column
 * @param tenantColumnNumber the number of that column ({@code pg_attribute.attnum}); 0 when the table has no such column, or one of which other
 *     values count as the same (a nondeterministic collation)
 * @param estimatedRows how many rows of its own it has as far as the server's statistics say ({@code pg_class.reltuples}); -1 when
 *     they say nothing, because it was never vacuumed or analyzed
 * @param policies its policies, by name
 * @param parent {@code schema.table} of the table it is a partition or child of; null when it is none
 * @param children {@code schema.table} of its partitions or children
 * @param protection whether it is protected, and why
 */
public record CatalogTable(
        long oid,
        String schema,
        String name,
        Kind kind,
        String owner,
        boolean rls,
        boolean forced,
        String tenantColumn,
        String tenantColumnType,
        int tenantColumnNumber,
        double estimatedRows,
        List<Policy> policies,
        String parent,
        List<String> children,
        Protection protection) {

    /** The kinds of relation that SQL reads from. */
    public enum Kind {
        TABLE('r'),
        PARTITIONED_TABLE('p'),
        VIEW('v'),
        MATERIALIZED_VIEW('m'),
        FOREIGN_TABLE('f'),
        SEQUENCE('S');

        private final char code;

        Kind(char code) {
            this.code = code;
        }

        static Kind of(String relkind) {
            for (Kind k : values()) {
                if (k.code == relkind.charAt(0)) {
                    return k;
                }
            }
            throw new IllegalArgumentException("relkind " + relkind);
        }

        /** Whether it holds rows of its own and is no copy of others'. */
        boolean isTable() {
            return this == TABLE || this == PARTITIONED_TABLE || this == FOREIGN_TABLE;
        }
    }

    /** Why a relation is protected, or is not. */
    public enum Protection {
        RLS("row-level security is enabled"),
        TENANT_COLUMN("it has a tenant column"),
        INCLUDED("it is listed in warden.tables.include"),
        EXCLUDED("it is listed in warden.tables.exclude"),
        NONE("it has neither row-level security nor a tenant column");

        private final String reason;

        Protection(String reason) {
            this.reason = reason;
        }

        /** The reason in words. */
        public String reason() {
            return reason;
        }
    }

    /** Whether statements on it need a scope. */
    public boolean isProtected() {
        return protection == Protection.RLS
                || protection == Protection.TENANT_COLUMN
                || protection == Protection.INCLUDED;
    }

    /** The same with other policies. */
    public CatalogTable withPolicies(List<Policy> other) {
        return new CatalogTable(
                oid,
                schema,
                name,
                kind,
                owner,
                rls,
                forced,
                tenantColumn,
                tenantColumnType,
                tenantColumnNumber,
                estimatedRows,
                List.copyOf(other),
                parent,
                children,
                protection);
    }

    /** {@code schema.table}, without quotes. */
    public String qualifiedName() {
        return schema + "." + name;
    }

    /** {@code schema.table} as it must stand in SQL. */
    public String quotedName() {
        return Identifiers.quote(schema, name);
    }

    /**
     * Whether its policies filter for a role that has the privileges of these roles (and is neither superuser nor
     * BYPASSRLS).
     */
    boolean enforcesFor(java.util.Set<String> roles) {
        return rls && (forced || !roles.contains(owner));
    }
}
