package io.tenantwarden.engine.config;

/** {@code warden.hold}: how long an injected value stands. */
public enum Hold {
    /** Until the transaction ends in which the statement ran. */
    TRANSACTION,
    /** Until another scope's statement comes, on connections that lead to the server directly. */
    SESSION
}
