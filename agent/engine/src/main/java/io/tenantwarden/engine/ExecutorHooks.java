package io.tenantwarden.engine;

import io.tenantwarden.bootstrap.HasSession;
import io.tenantwarden.bootstrap.HasStatement;
import io.tenantwarden.engine.drivers.ResultRows;
import io.tenantwarden.engine.drivers.UncoveredSessions;
import io.tenantwarden.engine.inject.PipelinedTransport;
import io.tenantwarden.engine.policy.KnownStatement;
import io.tenantwarden.engine.policy.PgjdbcGate;
import io.tenantwarden.engine.report.Cost;
import io.tenantwarden.engine.session.DriverObjects;
import io.tenantwarden.engine.session.Session;
import java.io.IOException;

/** The hooks inside the driver, at its query executor: what it is about to execute, to write, and what it has read. Thread-safe. */
final class ExecutorHooks {

    private final PgjdbcGate gate;
    private final UncoveredSessions uncovered;
    private final OwnErrors errors;
    private final Cost cost;
    private final DriverObjects objects;
    private final ResultRows results;

    ExecutorHooks(
            PgjdbcGate gate,
            UncoveredSessions uncovered,
            OwnErrors errors,
            Cost cost,
            DriverObjects objects,
            ResultRows results) {
        this.gate = gate;
        this.uncovered = uncovered;
        this.errors = errors;
        this.cost = cost;
        this.objects = objects;
        this.results = results;
    }

    private static Session session(Object executor) {
        return (Session) ((HasSession) executor).wardenSession();
    }

    Throwable beforeExecute(Object executor, Object queries, Object parameters, int flags) throws Throwable {
        Session session = session(executor);
        if (session == null || session.isUncovered()) {
            return uncovered.enter(session);
        }
        long begin = cost.begin();
        try {
            return gate.beforeExecute(session, queries, parameters, flags);
        } catch (Throwable bug) {
            return errors.beforeStatement("beforeExecute", bug, session);
        } finally {
            cost.end(begin);
        }
    }

    void afterExecute(Object executor, Throwable thrown) {
        Session session = session(executor);
        if (session != null) {
            gate.afterExecute(session, thrown);
        }
    }

    /** COPY passes neither {@link #beforeExecute} nor {@link #beforeSend}. */
    Throwable beforeCopy(Object executor, String sql, boolean autocommit) throws Throwable {
        Session session = session(executor);
        if (session == null || session.isUncovered()) {
            return uncovered.enter(session);
        }
        try {
            return gate.beforeCopy(session, sql, autocommit);
        } catch (Throwable bug) {
            return errors.beforeRaw("beforeCopy", bug, session);
        }
    }

    /** Nor does a call of a function by its number. */
    Throwable beforeFastpath(Object executor, boolean autocommit) throws Throwable {
        Session session = session(executor);
        if (session == null || session.isUncovered()) {
            return uncovered.enter(session);
        }
        try {
            return gate.beforeFastpath(session, autocommit);
        } catch (Throwable bug) {
            return errors.beforeRaw("beforeFastpath", bug, session);
        }
    }

    Throwable beforeSend(Object executor, Object query, int flags) {
        Session session = session(executor);
        PipelinedTransport transport = transport(session);
        if (transport == null) {
            return null;
        }
        try {
            KnownStatement known =
                    query instanceof HasStatement holder ? (KnownStatement) holder.wardenStatement() : null;
            transport.beforeSend(session.wire(), query, known == null ? null : known.sql(), session.target(), flags);
            return null;
        } catch (IOException broken) {
            return broken; // the driver closes the connection
        } catch (Throwable bug) {
            // Bytes may be in the stream already. An IOException makes the driver close the connection, which is the
            // only state that is certain.
            errors.count("beforeSend", bug);
            return new IOException("[warden] refused: injection failed, the connection is closed: " + bug, bug);
        }
    }

    private static PipelinedTransport transport(Session session) {
        return session == null || session.wire() == null ? null : session.wire().pipelined();
    }

    void statusReceived(Object executor, String tag) throws Throwable {
        Session session = (Session) objects.session(executor).wardenSession();
        PipelinedTransport transport = transport(session);
        if (transport != null) {
            transport.statusReceived();
        }
        results.completed(session, tag);
    }

    boolean swallowStatus(Object executor) {
        PipelinedTransport transport = transport(session(executor));
        return transport != null && transport.swallowStatus();
    }

    void readyForQuery(Object executor) throws Throwable {
        Session session = session(executor);
        if (session != null) {
            session.readyForQuery();
        }
    }
}
