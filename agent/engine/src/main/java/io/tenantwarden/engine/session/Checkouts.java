package io.tenantwarden.engine.session;

import io.tenantwarden.bootstrap.HasSession;
import io.tenantwarden.bootstrap.Scope;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What happens when a connection is borrowed from a DataSource and given back: the borrower's scope is captured, so that a
 * unit of work keeps its tenant when the request filter has already cleared it. Thread-safe.
 */
public final class Checkouts {

    /**
     * Connections of these fetch the physical one only when it is used, and asking them to unwrap would fetch it. The
     * DataSource below is asked then, and counts as the outermost.
     */
    private static final String[] LAZY = {
        "org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy",
        "org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy"
    };

    private static final int MAX_REFUSALS = 5;

    private final Supplier<Scope> scopeOfThread;
    private final Consumer<String> debug;
    private final DriverObjects objects;
    private volatile boolean covered;

    private final ClassValue<Boolean> lazy = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            for (Class<?> c = type; c != null; c = c.getSuperclass()) {
                for (String name : LAZY) {
                    if (c.getName().equals(name)) {
                        return true;
                    }
                }
            }
            return false;
        }
    };

    /** What is known of the connections of one class. */
    private static final class Kind {
        /** One was unwrapped, so that asking another at close is harmless. */
        private volatile boolean unwrapped;

        /** How many said that they do not wrap ours and were asked all the same. */
        private final AtomicInteger refusals = new AtomicInteger();
    }

    private final ClassValue<Kind> kinds = new ClassValue<>() {
        @Override
        protected Kind computeValue(Class<?> type) {
            return new Kind();
        }
    };

    /**
     * @param scopeOfThread what the current thread runs as; never null
     * @param debug told of connections that cannot be unwrapped
     * @param objects knows the sessions of connections whose class could not get a field
     */
    public Checkouts(Supplier<Scope> scopeOfThread, Consumer<String> debug, DriverObjects objects) {
        this.scopeOfThread = scopeOfThread;
        this.debug = debug;
        this.objects = objects;
    }

    /** A physical connection takes part: until there is one, nothing that is borrowed can lead to one. */
    public void covered() {
        covered = true;
    }

    /** The outermost {@code getConnection} of this thread returned a connection. */
    public void borrowed(Object dataSource, Connection logical) {
        if (!covered || lazy.get(dataSource.getClass()) || Mocks.isMock(logical)) {
            return;
        }
        Kind kind = kinds.get(logical.getClass());
        Session session = session(logical, kind);
        if (session == null || session.database() == null) {
            return;
        }
        kind.unwrapped = true;
        session.checkout().capture(logical, captured(logical, session));
    }

    /**
     * Opening a physical connection captures nothing: a pool that hands the driver's own connections around would keep the
     * scope of the request that happened to open it. A bypass is confined to its method.
     */
    private Scope captured(Connection logical, Session session) {
        boolean opened = session.checkout().isFirst();
        if (opened && objects.isPhysical(logical)) {
            return Scope.NONE;
        }
        Scope scope = scopeOfThread.get();
        return scope.isBypass() ? Scope.NONE : scope;
    }

    /** A connection is about to be closed; it may be closed already. */
    public void closing(Connection logical) {
        Kind kind = kinds.get(logical.getClass());
        if (!kind.unwrapped) {
            return;
        }
        Session session = session(logical, kind);
        if (session != null && session.checkout().release(logical) && !objects.isPhysical(logical)) {
            cleanUp(session);
        }
    }

    /**
     * What was set for the session is taken back when the connection is returned. It need not succeed: what is left is taken
     * back before the next statement of another scope.
     */
    private void cleanUp(Session session) {
        if (session.injector() == null || session.injector().forSession() == null || !session.tryEnter()) {
            return;
        }
        try {
            if (session.injector().forSession() != null && session.isIdle()) {
                OwnStatements.reset(session);
            }
        } catch (Throwable e) {
            debug.accept("the connection is closed, its session could not be cleaned: " + e);
        } finally {
            session.leave();
        }
    }

    private Session session(Connection logical, Kind kind) {
        if (logical instanceof HasSession physical) {
            return (Session) physical.wardenSession();
        }
        try {
            HasSession beside = objects.unwrap(logical);
            if (beside != null) {
                return (Session) beside.wardenSession();
            }
            // Other drivers' connections throw when they are unwrapped, which would cost each checkout an exception;
            // some
            // proxies unwrap what they say they do not wrap.
            if (!logical.isWrapperFor(HasSession.class)
                    && (kind.unwrapped || kind.refusals.incrementAndGet() > MAX_REFUSALS)) {
                return null;
            }
            HasSession physical = logical.unwrap(HasSession.class);
            return physical == null ? null : (Session) physical.wardenSession();
        } catch (SQLException | RuntimeException | AbstractMethodError e) {
            // closed already, another driver's, or a proxy that does not unwrap (JDBC 3)
            debug.accept("cannot unwrap " + logical.getClass().getName() + ": " + e);
            return null;
        }
    }
}
