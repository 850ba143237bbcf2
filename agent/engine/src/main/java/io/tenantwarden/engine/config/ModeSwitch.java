package io.tenantwarden.engine.config;

/** The mode that holds now: everything that acts differently in another mode asks here, each time. Thread-safe. */
public final class ModeSwitch {

    private final boolean changeable;
    private volatile Mode mode;

    /** @param mode the mode at the start, and to the end */
    public ModeSwitch(Mode mode) {
        this(mode, false);
    }

    /**
     * @param mode the mode at the start
     * @param changeable whether it may become another one; {@link Mode#OFF} stays
     */
    public ModeSwitch(Mode mode, boolean changeable) {
        this.mode = mode;
        this.changeable = changeable && mode != Mode.OFF;
    }

    /** The mode of this moment. */
    public Mode now() {
        return mode;
    }

    /** Whether the scope's values are sent to the server. */
    public boolean injects() {
        Mode now = mode;
        return now == Mode.INJECT || now == Mode.ENFORCE;
    }

    /** Whether the scope's values are sent to the server, or may be later. */
    public boolean mayInject() {
        return changeable || injects();
    }

    /** Whether what runs without the tenant that it needs is refused. */
    public boolean refuses() {
        return mode == Mode.ENFORCE;
    }

    /**
     * The mode from now on. A transaction that is open decides by itself from when it counts for what it sends.
     *
     * @throws IllegalStateException when the mode of this JVM cannot change
     * @throws IllegalArgumentException for {@link Mode#OFF}: what is instrumented stays so
     */
    public void change(Mode wanted) {
        if (!changeable) {
            throw new IllegalStateException("the mode of this JVM cannot change");
        }
        if (wanted == Mode.OFF) {
            throw new IllegalArgumentException("off is for the start only");
        }
        mode = wanted;
    }
}
