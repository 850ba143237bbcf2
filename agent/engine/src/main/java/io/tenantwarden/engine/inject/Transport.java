package io.tenantwarden.engine.inject;

/** How values get on the wire with the application's statement, and what the driver shows of portals. Guarded by the lock on the connection. */
interface Transport {

    /**
     * Puts ours before a statement in the same group of messages, where that is how it is done.
     *
     * @param target whose values; null when they hold already
     * @param role null when it holds already, and where there is none
     * @param forSession whether the values are set for the session instead of the transaction; never with a role
     */
    void along(Assignment target, String role, boolean forSession, int flags) throws Throwable;

    /** Whether a portal that the driver opened may still deliver rows. */
    boolean hasOpenPortal() throws Throwable;

    /** The application's own BEGIN is about to be sent: portals of transactions before it ended with them. */
    void transactionBegins() throws Throwable;

    /** COMMIT or ROLLBACK is about to be sent; with AND CHAIN the next transaction begins without a BEGIN of the driver. */
    void transactionMayEnd() throws Throwable;

    /** The driver's transaction state is up to date after an answer of the server; called before the wire is looked at. */
    void readyForQuery() throws Throwable;

    /**
     * Whether the server answered ours with an error, so that it skipped the application's statement as well; asked once
     * after each execution.
     */
    boolean takeFailure();
}
