package io.tenantwarden.bootstrap;

/**
 * What Warden knows of the current thread: the scopes pushed on it, how deep it is in {@code getConnection} calls, whether
 * it is running Warden's own code. Holds no object of the application, so that no class loader is pinned by a pooled
 * thread. Confined to its thread.
 */
public final class ThreadState {

    private static final ThreadLocal<ThreadState> CURRENT = new ThreadLocal<>();

    private Pushed top;
    private int internal;
    private int checkoutDepth;
    private boolean reading;

    private ThreadState() {}

    /** The state of the current thread. */
    public static ThreadState current() {
        ThreadState state = CURRENT.get();
        if (state == null) {
            state = new ThreadState();
            CURRENT.set(state);
        }
        return state;
    }

    /** A scope that was entered, and what the tenant source answered at that moment. */
    public static final class Pushed {
        private final Scope scope;
        private final String sourceThen;
        private final Pushed below;

        private Pushed(Scope scope, String sourceThen, Pushed below) {
            this.scope = scope;
            this.sourceThen = sourceThen;
            this.below = below;
        }

        public Scope scope() {
            return scope;
        }

        /** The tenant source's answer when the scope was pushed; null when it had none. */
        public String sourceThen() {
            return sourceThen;
        }
    }

    /** The innermost pushed scope; null when none. */
    public Pushed top() {
        return top;
    }

    /**
     * Enters a scope.
     *
     * @param scope what the thread runs as from now on
     * @param sourceNow the tenant source's answer now, null when it has none
     * @return what must be given to {@link #restore} when the scope ends; null is a valid value
     */
    public Pushed push(Scope scope, String sourceNow) {
        Pushed before = top;
        top = new Pushed(scope, sourceNow, before);
        return before;
    }

    /** Ends a scope, and all that were pushed after it and not ended. */
    public void restore(Pushed before) {
        top = before;
    }

    /** Until {@link #leaveInternal}, what this thread does is Warden's own doing and is neither injected nor reported. */
    public void enterInternal() {
        internal++;
    }

    public void leaveInternal() {
        internal--;
    }

    public boolean isInternal() {
        return internal > 0;
    }

    /**
     * The tenant source is about to be asked.
     *
     * @return false when it is being asked already: the source itself runs SQL; then {@link #leaveReading} must not follow
     */
    public boolean enterReading() {
        if (reading) {
            return false;
        }
        reading = true;
        return true;
    }

    public void leaveReading() {
        reading = false;
    }

    /** A {@code DataSource.getConnection} begins. */
    public void enterCheckout() {
        checkoutDepth++;
    }

    /**
     * A {@code DataSource.getConnection} ends.
     *
     * @return whether it was the outermost one
     */
    public boolean leaveCheckout() {
        return --checkoutDepth == 0;
    }
}
