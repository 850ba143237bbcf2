package io.tenantwarden.rls.tenant;

import java.util.List;

/**
 * A foreign key between two tables, partitions counted as their partitioned table. Immutable.
 *
 * @param name of the constraint
 * @param schema of the constraint, which is that of the table it was made on
 * @param from oid of the table that refers
 * @param to oid of the table referred to
 * @param columns of the referring table
 * @param targets the columns that they refer to, in the same order
 * @param onDelete what happens to the referring row
 * @param deferrable whether it may be checked at the end of the transaction
 * @param full whether it is MATCH FULL: one NULL of several columns is an error then
 */
public record TableReference(
        String name,
        String schema,
        long from,
        long to,
        List<String> columns,
        List<String> targets,
        OnDelete onDelete,
        boolean deferrable,
        boolean full) {

    /** What a foreign key does to referring rows (PostgreSQL manual, CREATE TABLE, REFERENCES). */
    public enum OnDelete {
        NO_ACTION('a', "NO ACTION"),
        RESTRICT('r', "RESTRICT"),
        CASCADE('c', "CASCADE"),
        SET_NULL('n', "SET NULL"),
        SET_DEFAULT('d', "SET DEFAULT");

        private final char code;
        private final String sql;

        OnDelete(char code, String sql) {
            this.code = code;
            this.sql = sql;
        }

        static OnDelete of(String confdeltype) {
            for (OnDelete action : values()) {
                if (action.code == confdeltype.charAt(0)) {
                    return action;
                }
            }
            throw new IllegalArgumentException("confdeltype " + confdeltype);
        }

        /** As SQL writes it. */
        public String sql() {
            return sql;
        }

        /** Whether it changes the referring row and keeps it. */
        public boolean sets() {
            return this == SET_NULL || this == SET_DEFAULT;
        }
    }

    public TableReference {
        columns = List.copyOf(columns);
        targets = List.copyOf(targets);
    }
}
