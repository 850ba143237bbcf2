package io.tenantwarden.engine.drivers;

import io.tenantwarden.engine.policy.Refusals;
import io.tenantwarden.engine.session.Session;

/** What becomes of statements on connections that are not covered. Thread-safe. */
public final class UncoveredSessions {

    private final DriverShapes shapes;

    public UncoveredSessions(DriverShapes shapes) {
        this.shapes = shapes;
    }

    /**
     * A statement is about to be executed.
     *
     * @param session null when the connection has none
     * @return the refusal; null when it runs, with the session entered
     */
    public Throwable enter(Session session) throws Throwable {
        Throwable refusal = shapes.refusal();
        if (refusal == null && session != null && session.role().isConfigured()) {
            return Refusals.withoutRole(session.role().usual());
        }
        if (refusal == null && session != null) {
            session.enter();
        }
        return refusal;
    }
}
