package io.tenantwarden.bootstrap;

/** What the engine does for {@link Tasks}; implemented in the agent's loader. Called from any thread. */
public interface TaskBridge {

    /**
     * What a task that is handed over now must run as.
     *
     * @param work the class of the work, for the site; null when unknown
     * @return a tenant {@link Scope}; {@link Scope#NONE} when this thread runs as nobody although its tenant source has a
     *     value or failed; a {@link Submission} when there is a scope that must not travel; null when there is nothing
     */
    Object capture(Class<?> work);

    /**
     * As {@link #capture}, for what never travels: new platform threads and callbacks on the same thread.
     *
     * @return null when this thread runs in no scope
     */
    Submission lost(Submission.How how, Class<?> work);

    /** What the tenant source says on this thread now, for {@link ThreadState#push}; null when it has no answer. */
    String sourceNow();

    /** Whether tasks of this class belong to a server, a pool or the JDK and serve whoever comes next. */
    boolean isShared(Class<?> work);

    /** A bug of ours was kept away from the application. */
    void failed(String where, Throwable bug);
}
