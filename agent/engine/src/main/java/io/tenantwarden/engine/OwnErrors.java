package io.tenantwarden.engine;

import io.tenantwarden.bootstrap.AgentErrors;
import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.policy.Refusals;
import io.tenantwarden.engine.session.Session;
import java.util.function.BiConsumer;

/** What becomes of a bug of our own: counted, told once, and where a statement could run with the rights of somebody else, refused. Thread-safe. */
final class OwnErrors {

    private final ModeSwitch mode;
    private final BiConsumer<String, Throwable> told;

    /** @param told gets what happened and the bug */
    OwnErrors(ModeSwitch mode, BiConsumer<String, Throwable> told) {
        this.mode = mode;
        this.told = told;
    }

    /** @param where the hook, or the part that runs on a thread of its own */
    void count(String where, Throwable bug) {
        if (AgentErrors.increment() == 1) {
            told.accept("an error of the agent itself in " + where + " (told once, all are counted)", bug);
        }
    }

    /** As {@link io.tenantwarden.bootstrap.Bridge#failed}. */
    Throwable failed(String where, Throwable bug, boolean statement) {
        count(where, bug);
        return statement && mode.refuses() ? Refusals.bug(where, bug, false) : null;
    }

    /**
     * A bug before a statement: it must not run, in inject either, where the transaction may hold another scope's values, or the login's rights.
     *
     * @return the refusal
     * @throws Throwable the bug, where the mode decides
     */
    Throwable beforeStatement(String where, Throwable bug, Session session) throws Throwable {
        boolean dangerous = session.injector() != null
                && (session.injector().isTouched() || session.injector().role().isConfigured());
        return refused(where, bug, dangerous);
    }

    /** As {@link #beforeStatement}, for what no values go along with: only the login's rights matter. */
    Throwable beforeRaw(String where, Throwable bug, Session session) throws Throwable {
        return refused(where, bug, session.role().isConfigured());
    }

    private Throwable refused(String where, Throwable bug, boolean dangerous) throws Throwable {
        if (!dangerous) {
            throw bug;
        }
        count(where, bug);
        return Refusals.bug(where, bug, true);
    }
}
