package io.tenantwarden.engine.inject;

/** What a statement needs, decided before a byte is written. */
public enum Need {
    /** The wanted values hold already, or the statement cannot depend on them. */
    NOTHING(""),
    /** Ours must go before it, in the same group of messages. */
    ALONGSIDE(""),
    /** Ours must go before it, as a statement of its own with an answer of its own. */
    SEPARATE(""),
    /** Rows of an open portal belong to another scope: refused. */
    OPEN_PORTAL("a cursor or result set of another scope is open"),
    /** Only a value set for the session would do, and another client of the pooler could get that session: refused. */
    POOLED("behind a pooler nothing may be set for the session"),
    /** The text ends the transaction in which the values hold, or sets other values, and goes on: refused. */
    SEVERAL("one of several statements in one string ends the transaction or sets the tenant");

    private final String reason;

    Need(String reason) {
        this.reason = reason;
    }

    /** Why the statement cannot run, in a few words; empty when it can. */
    public String reason() {
        return reason;
    }
}
