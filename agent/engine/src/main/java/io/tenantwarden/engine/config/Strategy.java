package io.tenantwarden.engine.config;

/** {@code warden.strategy}: how a value gets on the wire. */
public enum Strategy {
    /** The best one that the driver allows. */
    AUTO,
    /** In the same message batch as the application's statement. */
    PIPELINED,
    /** In statements of Warden's own, through JDBC: needs nothing of the driver's inside. */
    JDBC
}
