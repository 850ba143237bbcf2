package io.tenantwarden.engine.inject;

/** What a statement needs, decided before a byte is written. */
public enum Need {
    /** The wanted values hold already, or the statement cannot depend on them. */
    NOTHING,
    /** Ours must go before it, in the same group of messages. */
    ALONGSIDE,
    /** Ours must go before it, as a statement of its own with an answer of its own. */
    SEPARATE,
    /** As {@link #SEPARATE}, but ours goes before a LOCK: {@link #SNAPSHOT} where the transaction keeps its first snapshot. */
    AFTER_LOCK,
    /** Rows of an open portal belong to another scope: refused. */
    OPEN_PORTAL,
    /** Only a value set for the session would do, and another client of the pooler could get that session: refused. */
    POOLED,
    /** Something between sends ours and the statement to different servers: refused. */
    LOST,
    /** The text ends the transaction in which the values hold, or sets other values, and goes on: refused. */
    SEVERAL,
    /** Ours would have to go before what must come before every snapshot: refused. */
    SNAPSHOT
}
