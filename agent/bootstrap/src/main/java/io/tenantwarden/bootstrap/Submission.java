package io.tenantwarden.bootstrap;

/**
 * Where a task was handed over that ran without the scope it was handed over in. Immutable; the site is of the agent's own
 * type, nothing of the application is held.
 *
 * @param how what kind of hand-over it was
 * @param lost the kind of scope that did not travel, never {@link Scope.Kind#NONE}
 * @param site where, as the engine describes it
 */
public record Submission(How how, Scope.Kind lost, Object site) {

    /** The ways in which work leaves a scope. */
    public enum How {
        /** given to an executor, a timer or a stage */
        TASK,
        /** a new platform thread */
        THREAD,
        /** a callback that a transaction manager runs later, on the same thread */
        CALLBACK
    }
}
