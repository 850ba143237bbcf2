package io.tenantwarden.bootstrap;

import java.util.Arrays;

/**
 * What Warden knows of the current thread: the scopes pushed on it, how deep it is in {@code getConnection} calls, whether
 * it is running Warden's own code. Holds no object of the application, so that no class loader is pinned by a pooled
 * thread. Confined to its thread.
 */
public final class ThreadState {

    /**
     * Stands for the tenant source's answer at a push when it could not be told; no tenant id contains NUL. Any value seen
     * later may have been there before.
     */
    public static final String UNKNOWN = "\0";

    private static final ThreadLocal<ThreadState> CURRENT = new ThreadLocal<>();

    private Pushed top;
    private int internal;
    private int checkoutDepth;
    private int openedConnections;
    private boolean reading;
    private boolean cameBack;
    private Scope checkoutScope;
    private Submission lost;
    private Object entered;
    private Scope lastTenant;
    private final SourceState source = new SourceState();

    /** Tasks that began and have not ended, each with {@link #top} and {@link #lost} of before. */
    private Object[] running = new Object[0];

    private int runningSize;

    private ThreadState() {}

    /** The state of the current thread; null when it has none yet. */
    static ThreadState existing() {
        return CURRENT.get();
    }

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
        private String sourceThen;
        private final boolean ofUnit;
        private final int anewThen;
        private final Pushed below;
        private boolean left;

        private Pushed(Scope scope, String sourceThen, boolean ofUnit, SourceState source, Pushed below) {
            this.scope = scope;
            this.sourceThen = sourceThen;
            this.ofUnit = ofUnit;
            this.anewThen = source.anew();
            this.below = below;
            this.left = ofUnit && below == null && source.isSeen() && source.isSettled() && !source.isInUnit();
        }

        public Scope scope() {
            return scope;
        }

        /** The tenant source's answer when the scope was pushed, {@link #UNKNOWN} included; null when it had none. */
        public String sourceThen() {
            return sourceThen;
        }

        /** The source has no answer any more: whatever it says from now on is new. */
        public void sourceBecameBlank() {
            sourceThen = null;
        }

        /**
         * Whether a task or a message began with it, so that {@link #sourceThen} may be an earlier one's; else a method was
         * entered, and it is its caller's.
         */
        public boolean isOfUnit() {
            return ofUnit;
        }

        /**
         * Whether what the source answered then had been left on this thread by an earlier task, request or message; asked
         * once.
         */
        public boolean takeLeft() {
            boolean was = left;
            left = false;
            return was;
        }

        /** {@link SourceState#anew} when the scope was pushed. */
        public int anewThen() {
            return anewThen;
        }

        /** The scope around it; null when there is none. */
        public Pushed below() {
            return below;
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
     * @param sourceNow the tenant source's answer now, null when it has none, {@link #UNKNOWN} when that cannot be told
     * @return what must be given to {@link #restore} when the scope ends; null is a valid value
     */
    public Pushed push(Scope scope, String sourceNow) {
        return push(scope, sourceNow, false);
    }

    /** As {@link #push}, for a task or a message that begins: what the source answers may be an earlier one's. */
    public Pushed pushUnit(Scope scope, String sourceNow) {
        return push(scope, sourceNow, true);
    }

    private Pushed push(Scope scope, String sourceNow, boolean ofUnit) {
        Pushed before = top;
        top = new Pushed(scope, sourceNow, ofUnit, source, before);
        return before;
    }

    /** Ends a scope, and all that were pushed after it and not ended. */
    public void restore(Pushed before) {
        top = before;
    }

    /** Ends a scope and what was remembered with it. */
    void restore(Pushed before, Submission lostBefore) {
        top = before;
        lost = lostBefore;
        entered = null;
        if (before == null) {
            source.settle();
        }
    }

    /**
     * A tenant scope, the same object as long as the thread asks for the same tenant.
     *
     * @param id the tenant, validated, not null
     */
    public Scope tenantScope(String id) {
        Scope last = lastTenant;
        if (last == null || !last.value().equals(id)) {
            last = Scope.tenant(id);
            lastTenant = last;
        }
        return last;
    }

    /** Where the running task was handed over in a scope that it does not have; null when it lost none. */
    public Submission lost() {
        return lost;
    }

    void lost(Submission submission) {
        lost = submission;
    }

    /**
     * A task begins whose beginning and end share nothing but the task. What is pushed until {@link #leaveOwned} ends with
     * it.
     */
    void enterOwned(Object task) {
        if (runningSize + 3 > running.length) {
            running = Arrays.copyOf(running, Math.max(12, running.length * 2));
        }
        running[runningSize++] = task;
        running[runningSize++] = top;
        running[runningSize++] = lost;
    }

    /** A task ends, and those that began inside and were never ended. Nothing happens when it never began here. */
    void leaveOwned(Object task) {
        for (int at = runningSize - 3; at >= 0; at -= 3) {
            if (running[at] == task) {
                restore((Pushed) running[at + 1], (Submission) running[at + 2]);
                Arrays.fill(running, at, runningSize, null);
                runningSize = at;
                return;
            }
        }
    }

    /** What this work must run as holds already; {@link #isEntered} answers yes once. */
    void entered(Object work) {
        entered = work;
    }

    boolean isEntered(Object work) {
        boolean is = entered == work;
        entered = null;
        return is;
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
            cameBack = true;
            return false;
        }
        reading = true;
        cameBack = false;
        return true;
    }

    public void leaveReading() {
        reading = false;
    }

    /** Whether the tenant source is being asked by this thread now. */
    public boolean isReading() {
        return reading;
    }

    /** Whether the source, when it was last asked on this thread, itself ran SQL or borrowed a connection. */
    public boolean sourceCameBack() {
        return cameBack;
    }

    /** What is known of the tenant source on this thread. */
    public SourceState source() {
        return source;
    }

    /** A physical connection of a driver that takes part was opened on this thread. */
    public void connectionOpened() {
        openedConnections++;
    }

    /** How many there were, modulo 2^32. */
    int openedConnections() {
        return openedConnections;
    }

    /** A {@code DataSource.getConnection} begins. */
    public void enterCheckout() {
        cameBack |= reading;
        checkoutDepth++;
    }

    /** What this thread ran as when the outermost {@code getConnection} began; null when nobody asked. */
    public void checkoutScope(Scope scope) {
        checkoutScope = scope;
    }

    /** Gives it once. */
    public Scope takeCheckoutScope() {
        Scope scope = checkoutScope;
        checkoutScope = null;
        return scope;
    }

    /** Whether a {@code DataSource.getConnection} has begun and not ended. */
    public boolean isInCheckout() {
        return checkoutDepth > 0;
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
