package io.tenantwarden.rls.sql;

import java.util.Comparator;

/**
 * A call of a function or procedure that is not known to be harmless. Immutable.
 *
 * @param schema as PostgreSQL folds it; null when the text does not say
 * @param name as PostgreSQL folds it
 * @param arguments how many there are; {@link #UNKNOWN} when that is not known
 */
public record FunctionCall(String schema, String name, int arguments) implements Comparable<FunctionCall> {

    // as with Relation: names may be chosen so that their hashes collide
    private static final Comparator<FunctionCall> ORDER = Comparator.comparing(FunctionCall::name)
            .thenComparing(FunctionCall::schema, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(FunctionCall::arguments);

    /** Not counted: the parenthesis is not closed, or holds what is no argument. */
    public static final int UNKNOWN = -1;

    @Override
    public int compareTo(FunctionCall other) {
        return ORDER.compare(this, other);
    }

    /** {@code schema.name}, or the name alone. */
    @Override
    public String toString() {
        return schema == null ? name : schema + "." + name;
    }
}
