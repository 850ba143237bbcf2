package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.HasStatement;
import io.tenantwarden.bootstrap.Hooks;
import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.inject.DriverShape;
import io.tenantwarden.engine.inject.PgjdbcConnection;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.sql.SqlStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * Brings {@link StatementGate} what passes through the query executor of pgjdbc and its forks, before a byte is written. Thread-safe; the
 * session's part is guarded by the driver's lock.
 */
public final class PgjdbcGate {

    private final StatementGate gate;
    private final ScopeResolver scopes;

    public PgjdbcGate(StatementGate gate, ScopeResolver scopes) {
        this.gate = gate;
        this.scopes = scopes;
    }

    /**
     * A statement or a batch is about to be executed. Takes the driver's lock; {@link #afterExecute} gives it back when the
     * result is null.
     *
     * @param queries one driver query or an array of them
     * @param parameters what is bound to them: a list or an array of lists; null where it is not known
     * @return why it must not run; null when it may
     */
    public SQLException beforeExecute(Session session, Object queries, Object parameters, int flags) throws Throwable {
        ThreadState thread = ThreadState.current();
        boolean decides = !thread.isInternal() && session.database() != null;
        // Before the lock: the source is application code and may wait for whoever holds this connection.
        Scope own = decides ? scopes.current(thread, session) : null;
        boolean outermost;
        try {
            outermost = session.enter() && decides;
        } catch (SQLException interrupted) {
            return interrupted; // as the driver would throw it
        }
        boolean passed = false;
        try {
            SQLException refusal = outermost ? decide(session, thread, queries, parameters, flags, own) : null;
            passed = refusal == null;
            return refusal;
        } finally {
            if (!passed) {
                session.leave();
            }
        }
    }

    /**
     * What {@link #beforeExecute} or {@link #beforeCopy} let through has ended.
     *
     * @param thrown what the driver's method throws; null when it returns
     */
    public void afterExecute(Session session, Throwable thrown) {
        gate.ended(session, thrown);
    }

    private SQLException decide(
            Session session, ThreadState thread, Object queries, Object parameters, int flags, Scope own)
            throws Throwable {
        PgjdbcConnection driver = (PgjdbcConnection) session.driver();
        DriverShape shape = driver.shape();
        if (shape.describesOnly(flags)) {
            return null;
        }
        SQLException failure =
                gate.begin(session, thread, own, shape.suppressesBegin(flags), !driver.sendsSimple(flags));
        if (failure != null) {
            return failure;
        }
        if (!(queries instanceof Object[] batch)) {
            return decideQuery(session, queries, parameters);
        }
        Object[] bound = parameters instanceof Object[] lists && lists.length == batch.length ? lists : null;
        Object before = null;
        for (int i = 0; i < batch.length; i++) {
            // what is bound matters only where a setting is changed
            if (batch[i] != before || bound != null && setsSomething(before)) {
                SQLException refusal = decideQuery(session, batch[i], bound == null ? null : bound[i]);
                if (refusal != null) {
                    return BatchRefusal.of(refusal, batch.length);
                }
                before = batch[i];
            }
        }
        return null;
    }

    private static boolean setsSomething(Object query) {
        return query instanceof HasStatement holder
                && holder.wardenStatement() instanceof KnownStatement known
                && !known.sql().settings().isEmpty();
    }

    private SQLException decideQuery(Session session, Object query, Object bound) throws Throwable {
        if (query instanceof HasStatement holder) {
            return gate.decideOne(session, known(session, query, holder), bound);
        }
        DriverShape shape = shape(session);
        Object[] parts = shape.subqueries(query);
        if (parts == null) {
            return null;
        }
        Object[] lists = bound == null ? null : shape.sublists(bound);
        for (int i = 0; i < parts.length; i++) {
            Object list = lists != null && lists.length == parts.length ? lists[i] : null;
            SQLException refusal = decideQuery(session, parts[i], list);
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    private static DriverShape shape(Session session) {
        return ((PgjdbcConnection) session.driver()).shape();
    }

    private static KnownStatement known(Session session, Object query, HasStatement holder) throws Throwable {
        Object kept = holder.wardenStatement();
        KnownStatement known = kept instanceof KnownStatement one
                ? one
                : new KnownStatement(SqlStatement.parse(shape(session).nativeSql(query)));
        KnownStatement read = StatementGate.asRead(session, known);
        if (read != kept) {
            holder.wardenStatement(read);
        }
        return read;
    }

    /**
     * COPY is about to start; {@link #afterExecute} follows when the result is null. The driver sends it as a simple query,
     * which ours cannot precede in one group of messages.
     *
     * @param autocommit whether the driver sends no BEGIN before it
     */
    public SQLException beforeCopy(Session session, String copy, boolean autocommit) throws Throwable {
        return beforeRaw(session, copy, true, autocommit);
    }

    /**
     * A function is about to be called by its number (fastpath), as large objects are read and written; {@link #afterExecute} follows when the
     * result is null. It is not counted, and nothing is sent before it but where another scope's values stand for the session, or a role must hold.
     *
     * @param autocommit whether the driver sends no BEGIN before it
     */
    public SQLException beforeFastpath(Session session, boolean autocommit) throws Throwable {
        return beforeRaw(session, Hooks.FASTPATH, false, autocommit);
    }

    private static boolean decidesFastpath(Session session) {
        return session.injector() != null
                && (session.injector().stands() || session.role().isConfigured());
    }

    private SQLException beforeRaw(Session session, String text, boolean copy, boolean autocommit) throws Throwable {
        ThreadState thread = ThreadState.current();
        boolean decides = !thread.isInternal() && session.database() != null && (copy || decidesFastpath(session));
        Scope own = decides ? scopes.current(thread, session) : null;
        boolean outermost;
        try {
            outermost = session.enter() || copy;
        } catch (SQLException interrupted) {
            return interrupted;
        }
        boolean passed = false;
        try {
            SQLException refusal =
                    outermost && decides ? decideRaw(session, thread, text, copy, autocommit, own) : null;
            passed = refusal == null;
            return refusal;
        } finally {
            if (!passed) {
                session.leave();
            }
        }
    }

    private SQLException decideRaw(
            Session session, ThreadState thread, String text, boolean copy, boolean autocommit, Scope own)
            throws Throwable {
        SQLException failure = gate.begin(session, thread, own, autocommit, false);
        if (failure != null) {
            return failure;
        }
        if (copy) {
            session.execution().noteCopy();
        }
        KnownStatement known = StatementGate.asRead(session, new KnownStatement(SqlStatement.parse(text)));
        // its answer comes when its rows were read, and the driver has no query for it
        session.execution().runs(List.of(known));
        SQLException refusal = gate.decideOne(session, known, null);
        if (refusal == null && session.injector() != null) {
            session.injector().sendsUnseen(known.sql());
            session.injector().role().passes(known.sql());
        }
        return refusal;
    }
}
