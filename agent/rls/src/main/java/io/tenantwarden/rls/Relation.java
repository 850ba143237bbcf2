package io.tenantwarden.rls;

/**
 * A table, view or the like that a statement names. Immutable.
 *
 * @param schema as PostgreSQL folds it; null when the statement does not say
 * @param name as PostgreSQL folds it
 * @param write whether the statement changes its rows
 * @param creates whether the statement creates it: {@code CREATE TABLE x AS}, {@code SELECT ... INTO x}
 */
public record Relation(String schema, String name, boolean write, boolean creates) {

    /** {@code schema.name}, or the name alone. */
    @Override
    public String toString() {
        return schema == null ? name : schema + "." + name;
    }
}
