package io.tenantwarden.engine.session;

import io.tenantwarden.bootstrap.HasSession;
import io.tenantwarden.bootstrap.HasStatement;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where what is known of a driver's object is kept: in the field that instrumentation added to its class, or, where the class
 * was loaded before the agent and could not get one, beside it. Thread-safe.
 *
 * <p>What is kept beside an object must not refer to it strongly, or it would never be collected: sessions hold their
 * connection weakly.
 */
public final class DriverObjects {

    private final ConcurrentHashMap<Key, Beside> beside = new ConcurrentHashMap<>();
    private final ReferenceQueue<Object> collected = new ReferenceQueue<>();

    /** Classes of connections that are kept beside. They are few, and hold their loader until the application ends it. */
    private final Set<WeakReference<Class<?>>> connections = ConcurrentHashMap.newKeySet();

    private final ClassValue<WeakReference<Class<?>>> noted = new ClassValue<>() {
        @Override
        protected WeakReference<Class<?>> computeValue(Class<?> type) {
            WeakReference<Class<?>> reference = new WeakReference<>(type);
            connections.add(reference);
            return reference;
        }
    };

    /** What is kept of one object. */
    private static final class Beside implements HasSession, HasStatement {
        private volatile Object session;
        private volatile Object statement;

        @Override
        public Object wardenSession() {
            return session;
        }

        @Override
        public void wardenSession(Object value) {
            session = value;
        }

        @Override
        public Object wardenStatement() {
            return statement;
        }

        @Override
        public void wardenStatement(Object value) {
            statement = value;
        }
    }

    /** By identity: the application may have given the object an {@code equals} of its own. */
    private static final class Key extends WeakReference<Object> {
        private final int hash;

        Key(Object object, ReferenceQueue<Object> queue) {
            super(object, queue);
            hash = System.identityHashCode(object);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            if (this == other) {
                return true;
            }
            Object own = get();
            return own != null && other instanceof Key key && key.refersTo(own);
        }
    }

    /** Keeper of the session of a driver's connection or copy manager. */
    public HasSession session(Object object) {
        if (object instanceof HasSession holder) {
            return holder;
        }
        if (object instanceof Connection) {
            noted.get(object.getClass());
        }
        return beside(object);
    }

    /** Keeper of what is known of a driver's statement. */
    public HasStatement statement(Object object) {
        return object instanceof HasStatement holder ? holder : beside(object);
    }

    private Beside beside(Object object) {
        for (Reference<?> gone = collected.poll(); gone != null; gone = collected.poll()) {
            beside.remove(gone);
        }
        Beside known = beside.get(new Key(object, null));
        return known != null ? known : beside.computeIfAbsent(new Key(object, collected), key -> new Beside());
    }

    /** Whether it is a driver's own connection, not one that wraps it. */
    public boolean isPhysical(Connection connection) {
        return connection instanceof HasSession
                || (!connections.isEmpty() && beside.containsKey(new Key(connection, null)));
    }

    /**
     * The keeper that a connection of a pool leads to, where the driver's own is kept beside.
     *
     * @return null when it wraps none of these
     * @throws SQLException what the pool's connection says when it is asked
     */
    public HasSession unwrap(Connection logical) throws SQLException {
        for (WeakReference<Class<?>> reference : connections) {
            Class<?> type = reference.get();
            if (type != null && (type.isInstance(logical) || logical.isWrapperFor(type))) {
                return session(type.isInstance(logical) ? logical : logical.unwrap(type));
            }
        }
        return null;
    }

    /** How many objects something is kept beside of. For tests. */
    int size() {
        return beside.size();
    }
}
