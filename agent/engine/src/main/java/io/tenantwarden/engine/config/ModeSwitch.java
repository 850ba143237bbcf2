package io.tenantwarden.engine.config;

/** The mode that holds now: everything that acts differently in another mode asks here, each time. Thread-safe. */
public final class ModeSwitch {

    private volatile Mode mode;

    /** @param mode the mode at the start */
    public ModeSwitch(Mode mode) {
        this.mode = mode;
    }

    /** Whether the scope's values are sent to the server. */
    public boolean injects() {
        Mode now = mode;
        return now == Mode.INJECT || now == Mode.ENFORCE;
    }

    /** Whether what runs without the tenant that it needs is refused. */
    public boolean refuses() {
        return mode == Mode.ENFORCE;
    }
}
