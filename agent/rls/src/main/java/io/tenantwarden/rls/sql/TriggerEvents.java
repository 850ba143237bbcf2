package io.tenantwarden.rls.sql;

/**
 * The events that triggers are fired by, as bits: those of {@code pg_trigger.tgtype} (PostgreSQL source, {@code
 * catalog/pg_trigger.h}).
 */
public final class TriggerEvents {

    public static final int INSERT = 1 << 2;
    public static final int DELETE = 1 << 3;
    public static final int UPDATE = 1 << 4;
    public static final int TRUNCATE = 1 << 5;

    /** All of them. */
    public static final int ANY = INSERT | DELETE | UPDATE | TRUNCATE;

    private TriggerEvents() {}

    /** Of a command of queries, by its code in {@link Words}. */
    static int of(int word) {
        return switch (word) {
            case Words.INSERT -> INSERT;
            case Words.UPDATE -> UPDATE;
            case Words.DELETE -> DELETE;
            default -> INSERT | UPDATE | DELETE;
        };
    }
}
