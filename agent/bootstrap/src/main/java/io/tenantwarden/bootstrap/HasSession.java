package io.tenantwarden.bootstrap;

/**
 * Implemented, through instrumentation, by the driver classes that stand for one physical connection. Also the type that
 * pool proxies are asked to unwrap to: every pool passes an interface that it does not know on to
 * the physical connection (JDBC 4.3, {@code java.sql.Wrapper}).
 */
public interface HasSession {

    /** The session of the physical connection; null before the connection was set up. */
    Object wardenSession();

    /** Keeps the session. */
    void wardenSession(Object session);
}
