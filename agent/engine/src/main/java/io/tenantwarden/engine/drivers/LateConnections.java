package io.tenantwarden.engine.drivers;

import io.tenantwarden.bootstrap.HasSession;
import io.tenantwarden.engine.policy.Refusals;
import io.tenantwarden.engine.session.DriverObjects;
import io.tenantwarden.engine.session.Session;
import java.lang.reflect.Field;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * Finds the session of what the portable strategy is told of. Where the driver was loaded before the agent, there are
 * connections, statements and copy managers whose beginning nobody saw: they are picked up at their first use. Thread-safe.
 */
public final class LateConnections {

    private final DriverObjects objects;
    private final PickUp pickUp;

    /** Gives a connection that was opened before the agent came its session. */
    public interface PickUp {
        void connection(Connection connection) throws Throwable;
    }

    /** Told of a text that a statement will execute. */
    public interface Learned {
        void text(String sql);
    }

    public LateConnections(DriverObjects objects, PickUp pickUp) {
        this.objects = objects;
        this.pickUp = pickUp;
    }

    /** The session of a driver's connection; null when it is being opened, or is closed. */
    public Session session(Connection connection) throws Throwable {
        HasSession holder = objects.session(connection);
        if (holder != connection && holder.wardenSession() == null) {
            pickUp(holder, connection);
        }
        return (Session) holder.wardenSession();
    }

    private void pickUp(HasSession holder, Connection connection) throws Throwable {
        synchronized (holder) {
            if (holder.wardenSession() == null && !connection.isClosed()) {
                pickUp.connection(connection);
            }
        }
    }

    /** The session of a driver's statement, connection or copy manager; null when there is none, or none any more. */
    public Session sessionOfOwner(Object owner) throws Throwable {
        if (owner instanceof HasSession holder) {
            return (Session) holder.wardenSession();
        }
        if (owner instanceof Statement statement) {
            return statement.isClosed() ? null : session(statement.getConnection());
        }
        if (owner instanceof Connection connection) {
            return session(connection);
        }
        HasSession holder = objects.session(owner);
        if (holder.wardenSession() == null) {
            // org.postgresql.copy.CopyManager, made before the agent came
            holder.wardenSession(session((Connection) field(owner, "connection")));
        }
        return (Session) holder.wardenSession();
    }

    /**
     * Finds out what a statement will execute that was prepared, or whose batch was filled, before the agent came.
     *
     * @return a refusal when that cannot be found out, else null
     */
    public SQLException learn(Statement statement, Learned prepared, Learned batched) {
        if (statement instanceof PreparedStatement) {
            prepared.text(statement.toString()); // pgjdbc: the text, with the values that are bound so far
            return null;
        }
        try {
            List<?> batch = (List<?>) field(statement, "batchStatements");
            if (batch != null) {
                batch.forEach(query -> batched.text(query.toString()));
            }
            return null;
        } catch (ReflectiveOperationException | RuntimeException e) {
            return Refusals.unknownBatch();
        }
    }

    private static Object field(Object owner, String name) throws ReflectiveOperationException {
        for (Class<?> type = owner.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    field.setAccessible(true);
                    return field.get(owner);
                }
            }
        }
        throw new NoSuchFieldException(owner.getClass().getName() + "." + name);
    }
}
