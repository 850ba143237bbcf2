package io.tenantwarden.engine.session;

import io.tenantwarden.bootstrap.HasSession;
import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.ThreadState;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

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

    /**
     * What they give was opened for the call, by a pool's own thread too: such a thread must not ask the tenant source, which
     * may wait for the very connection that it is about to add.
     */
    private static final String[] OPENING = {
        "org.postgresql.ds.PGSimpleDataSource",
        "com.zaxxer.hikari.util.DriverDataSource",
        "com.mchange.v2.c3p0.DriverManagerDataSource",
        "org.springframework.jdbc.datasource.AbstractDriverBasedDataSource"
    };

    private static final int MAX_REFUSALS = 5;

    private final Scopes scopes;
    private final Consumer<String> debug;
    private final DriverObjects objects;
    private volatile boolean covered;

    /** What is known of the data sources of one class. */
    private static final class Source {
        private final boolean lazy;

        /** Whether it opens a physical connection at each call, as far as that is known. */
        private volatile boolean opens;

        /** Whether one of its connections led to a session of ours, or none did so far. */
        private volatile boolean ours;

        private volatile boolean others;

        /** Whether the tenant source is asked before it gives a connection. */
        private boolean isAsked() {
            return !lazy && !opens && (ours || !others);
        }

        Source(Class<?> type) {
            lazy = isOneOf(type, LAZY);
            opens = isOneOf(type, OPENING);
        }

        private static boolean isOneOf(Class<?> type, String[] names) {
            for (Class<?> c = type; c != null; c = c.getSuperclass()) {
                for (String name : names) {
                    if (c.getName().equals(name)) {
                        return true;
                    }
                }
            }
            return false;
        }
    }

    private final ClassValue<Source> sources = new ClassValue<>() {
        @Override
        protected Source computeValue(Class<?> type) {
            return new Source(type);
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

    /** What a thread runs as when it borrows a connection. */
    @FunctionalInterface
    public interface Scopes {
        /**
         * Asks the tenant source, whatever was kept of earlier answers. What is to be kept of this one is left with {@link
         * io.tenantwarden.bootstrap.SourceState#asked}.
         *
         * @param thread the current one
         * @return never null
         */
        Scope ask(ThreadState thread);
    }

    /**
     * @param scopes what the current thread runs as
     * @param debug told of connections that cannot be unwrapped
     * @param objects knows the sessions of connections whose class could not get a field
     */
    public Checkouts(Scopes scopes, Consumer<String> debug, DriverObjects objects) {
        this.scopes = scopes;
        this.debug = debug;
        this.objects = objects;
    }

    /** A physical connection takes part: until there is one, nothing that is borrowed can lead to one. */
    public void covered() {
        covered = true;
    }

    /**
     * The outermost {@code getConnection} of this thread begins, and no connection is held yet: a tenant source that takes
     * one of the same pool must be asked now.
     */
    public void entering(Object dataSource) {
        Source source = sources.get(dataSource.getClass());
        ThreadState thread = ThreadState.current();
        if (source.isAsked() && !thread.isReading()) {
            thread.checkoutScope(scopes.ask(thread));
        }
    }

    /** It has failed. */
    public void failed() {
        ThreadState thread = ThreadState.current();
        thread.takeCheckoutScope();
        thread.source().takeAsked();
    }

    /** The outermost {@code getConnection} of this thread returned a connection. */
    public void borrowed(Object dataSource, Connection logical) {
        ThreadState thread = ThreadState.current();
        Scope before = thread.takeCheckoutScope();
        KeptAnswer answer = (KeptAnswer) thread.source().takeAsked();
        Source source = sources.get(dataSource.getClass());
        if (!covered || source.lazy || Mocks.isMock(logical)) {
            return;
        }
        Kind kind = kinds.get(logical.getClass());
        Session session = session(logical, kind);
        if (session == null || session.database() == null) {
            source.others = true;
            return;
        }
        source.ours = true;
        kind.unwrapped = true;
        session.database().borrowed(session);
        boolean opened = session.checkout().isFirst();
        if (opened && objects.isPhysical(logical)) {
            // Opening a physical connection captures nothing: a pool that hands the driver's own connections around
            // would
            // keep the scope of the request that happened to open it.
            source.opens = true;
            session.checkout().capture(logical, Scope.NONE, false);
            return;
        }
        Scope scope = before;
        if (scope == null) {
            scope = scopes.ask(thread);
            answer = (KeptAnswer) thread.source().takeAsked();
        }
        // a bypass is confined to its method
        session.checkout().capture(logical, scope.isBypass() ? Scope.NONE : scope, true);
        if (answer != null) {
            answer.attach(session.checkout(), thread);
        }
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
        if (session.wire() == null || !session.wire().hasSetForSession() || !session.tryEnter()) {
            return;
        }
        try {
            if (session.wire().hasSetForSession() && session.isIdle()) {
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
