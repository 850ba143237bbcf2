package io.tenantwarden.engine.report;

/** Under which scope an execution ran; exactly one of them. */
public enum Outcome {
    /** In a tenant scope that was live. */
    SCOPED(1, 1_000),
    /** In the scope captured at checkout alone. */
    CAPTURED(1, 1_000),
    /** The application had set the GUC itself. */
    APPLICATION(1, 1_000),
    /** Without a tenant. */
    UNSCOPED(100, 100),
    /** In a bypass scope. */
    BYPASSED(100, 100);

    private final int walkedFirst;
    private final int rate;

    Outcome(int walkedFirst, int rate) {
        this.walkedFirst = walkedFirst;
        this.rate = rate;
    }

    /** The stack is walked at each of this many first executions of a statement. */
    int walkedFirst() {
        return walkedFirst;
    }

    /** After those, it is walked at one execution in this many. */
    int rate() {
        return rate;
    }
}
