package io.tenantwarden.engine.session;

import io.tenantwarden.engine.inject.ValueLoss;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Whether values reach the statements that they are for: asked at the first connection of each login, and at each behind a pooler, because a balancer
 * may lead one astray and not another. Thread-safe; to be called under the session's lock.
 */
public final class ValueProbes {

    private final Listener listener;

    /** Told what was found out. */
    @FunctionalInterface
    public interface Listener {
        /** Values do not reach the statements that they are for on this way; told at the first connection that shows it. */
        void valuesLost(Database database, ValueLoss loss);
    }

    public ValueProbes(Listener listener) {
        this.listener = listener;
    }

    /** Asks, unless it is known. Not in a transaction, where it is asked later, and not where nothing is protected. */
    public void probe(Session session) throws Throwable {
        Database database = session.database();
        Connection connection = (Connection) session.connection();
        boolean concerned = database != null
                && database.catalog() != null
                && !database.catalog().isEmpty();
        if (!concerned || !session.isUnprobed() || !session.isIdle() || !connection.getAutoCommit()) {
            return;
        }
        ValueLoss loss = database.loss(session.role().login());
        boolean before = loss.isAny();
        try (OwnWork work = session.ownWork()) {
            session.injector().probe(connection, loss, session.isPooled());
            session.probed();
        } catch (SQLException e) {
            OwnTransaction.failed(session, e);
        }
        if (loss.isAny()) {
            session.pooled();
        }
        if (loss.isAny() && !before) {
            listener.valuesLost(database, loss);
        }
    }
}
