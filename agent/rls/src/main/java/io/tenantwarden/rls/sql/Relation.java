package io.tenantwarden.rls.sql;

import java.util.Comparator;

/**
 * A table, view or the like that a statement names. Immutable.
 *
 * @param schema as PostgreSQL folds it; null when the statement does not say
 * @param name as PostgreSQL folds it
 * @param write whether the statement changes its rows
 * @param creates whether the statement creates it: {@code CREATE TABLE x AS}, {@code SELECT ... INTO x}
 */
public record Relation(String schema, String name, boolean write, boolean creates) implements Comparable<Relation> {

    // hash tables fall back on the order when someone chooses names whose hashes collide
    private static final Comparator<Relation> ORDER = Comparator.comparing(Relation::name)
            .thenComparing(Relation::schema, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(Relation::write)
            .thenComparing(Relation::creates);

    @Override
    public int compareTo(Relation other) {
        return ORDER.compare(this, other);
    }

    /** Whether the name itself says that only this session sees it: its schema is {@code pg_temp} or {@code pg_temp_3}. */
    public boolean isTemporaryByName() {
        return schema != null && (schema.equals("pg_temp") || schema.startsWith("pg_temp_"));
    }

    /** {@code schema.name}, or the name alone. */
    @Override
    public String toString() {
        return schema == null ? name : schema + "." + name;
    }
}
