package io.tenantwarden.bootstrap;

/** Implemented, through instrumentation, by the driver's query objects: keeps what is known of their SQL. */
public interface HasStatement {

    /** What is known of the SQL; null before the first execution. */
    Object wardenStatement();

    /** Keeps what is known. */
    void wardenStatement(Object statement);
}
