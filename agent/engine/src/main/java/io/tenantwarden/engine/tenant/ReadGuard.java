package io.tenantwarden.engine.tenant;

import io.tenantwarden.bootstrap.ThreadState;

/**
 * Keeps a thread from reading the tenant inside the reading of the tenant: a source that runs SQL would otherwise call
 * itself without end. The state belongs to the thread; implementations must not allocate in {@link #enter()}.
 */
public interface ReadGuard {

    /**
     * Marks this thread as reading.
     *
     * @return what {@link #exit} is to be given; null when it is reading already, then {@code exit} must not be called
     */
    Object enter();

    /** As {@link #enter()}, where the current thread's state was looked up already: that costs as much as a cheap source. */
    default Object enter(ThreadState current) {
        return enter();
    }

    /**
     * Ends what a successful {@link #enter()} began.
     *
     * @param entered what it returned: looking the thread's state up again would cost as much as the rest of the reading
     * @return whether a source came back to Warden meanwhile: it ran SQL, or borrowed a connection
     */
    boolean exit(Object entered);

    /**
     * A source came back to Warden while it was read; the inner reading got no answer. Called at most once per reader.
     *
     * @param sources the sources of the reader, as they were written
     */
    void recursive(String sources);
}
