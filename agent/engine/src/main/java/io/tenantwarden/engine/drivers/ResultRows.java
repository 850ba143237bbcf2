package io.tenantwarden.engine.drivers;

import io.tenantwarden.bootstrap.HasStatement;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.inject.PgjdbcConnection;
import io.tenantwarden.engine.policy.ResultGate;
import io.tenantwarden.engine.session.DriverObjects;
import io.tenantwarden.engine.session.Session;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * Brings {@link ResultGate} what the driver reads of the server's answers: the tag of each command that is complete ({@code QueryExecutorImpl},
 * method {@code receiveCommandStatus}), and the rows of each result at once, before they become a result set ({@code ResultHandler}, method {@code
 * handleResultRows}). Thread-safe; the driver's lock is held.
 */
public final class ResultRows {

    /** {@code ResultHandler#handleError(SQLException)}: what the application gets when everything was read. */
    private static final ClassValue<MethodHandle> HANDLE_ERROR = new ClassValue<>() {
        @Override
        protected MethodHandle computeValue(Class<?> type) {
            return handleError(type);
        }
    };

    private final ResultGate gate;
    private final LateConnections late;
    private final DriverObjects objects;

    public ResultRows(ResultGate gate, LateConnections late, DriverObjects objects) {
        this.gate = gate;
        this.late = late;
        this.objects = objects;
    }

    /** The handlers' own classes are not public; the interface, or the class above, is. */
    private static MethodHandle handleError(Class<?> handler) {
        for (Class<?> type = handler; type != null; type = type.getSuperclass()) {
            for (Class<?> contract : type.getInterfaces()) {
                try {
                    return MethodHandles.publicLookup()
                            .findVirtual(contract, "handleError", MethodType.methodType(void.class, SQLException.class))
                            .asType(MethodType.methodType(void.class, Object.class, SQLException.class));
                } catch (ReflectiveOperationException e) {
                    // another interface
                }
            }
        }
        throw new IllegalStateException(handler.getName() + " has no handleError: rows cannot be held back");
    }

    /**
     * A command is complete.
     *
     * @param session null while the connection is being opened
     * @param tag {@code UPDATE 0}
     */
    public void completed(Session session, String tag) throws Throwable {
        if (session == null || session.database() == null || tag == null) {
            return;
        }
        if (!(session.driver() instanceof PgjdbcConnection pgjdbc)) {
            gate.completedNext(session, tag);
        } else if (ResultGate.saysNothing(tag) || pgjdbc.answersTextsWhole()) {
            Object query = pgjdbc.answeredQuery();
            if (query instanceof HasStatement holder) {
                gate.completed(session, holder.wardenStatement(), tag);
            } else if (query == null) {
                gate.completedNext(session, tag);
            }
        }
    }

    /**
     * Rows have come.
     *
     * @param handler the driver's, which is about to hand them on
     * @param owner the statement that they are for, or the result set that gets more of them
     * @param query the driver's query object
     * @param fields the driver's description of the columns
     * @param rows as the driver keeps them
     * @param more the driver's portal, where more rows may follow; else null
     * @return whether they are held back: the application gets a refusal when the driver has read everything
     */
    public boolean received(Object handler, Object owner, Object query, Object fields, Object rows, Object more)
            throws Throwable {
        if (!gate.looksAtRows()
                || ThreadState.current().isInternal()
                || !(fields instanceof Object[] described)
                || !(rows instanceof List<?> received)) {
            return false;
        }
        Statement statement = owner instanceof ResultSet set ? set.getStatement() : (Statement) owner;
        Session session = statement == null ? null : late.sessionOfOwner(statement);
        if (session == null || session.isUncovered()) {
            return false;
        }
        Object known = known(session, owner, query, more);
        SQLException refusal = known == null ? null : gate.received(session, known, described, received);
        if (refusal == null) {
            return false;
        }
        HANDLE_ERROR.get(handler.getClass()).invokeExact(handler, refusal);
        return true;
    }

    /** What is known of the statement that the rows are of. */
    private Object known(Session session, Object owner, Object query, Object more) {
        if (query instanceof HasStatement holder) {
            return holder.wardenStatement();
        }
        if (owner instanceof ResultSet) {
            return query == null ? null : objects.statement(query).wardenStatement(); // noted with the first rows
        }
        if (!session.isAnswering()) {
            return null;
        }
        Object last = session.execution().lastCompleted();
        Object known = more == null && last != null ? last : session.execution().nextAnswered();
        if (more != null && query != null) {
            objects.statement(query).wardenStatement(ResultGate.opened(known));
        }
        return known;
    }
}
