package io.tenantwarden.engine.config;

/** {@code warden.pooler}: what stands between application and server. */
public enum Pooler {
    /** Whatever the server's process id says: a pooler gives the driver another one than the server has. */
    AUTO,
    /** Nothing. */
    NONE,
    /** A pooler that gives each transaction a session of its choice. */
    TRANSACTION,
    /** A pooler that gives each client a session of its own for as long as the client is connected. */
    SESSION;

    /**
     * Whether a pooler stands there.
     *
     * @param seen whether the server's process id is another one than the driver was given, or not known
     */
    public boolean stands(boolean seen) {
        return this == TRANSACTION || this == SESSION || seen;
    }

    /** Whether what is set for the session may be left to another client. {@code seen} as for {@link #stands}; it outweighs {@link #NONE}. */
    public boolean sharesSessions(boolean seen) {
        return this == TRANSACTION || this != SESSION && seen;
    }
}
