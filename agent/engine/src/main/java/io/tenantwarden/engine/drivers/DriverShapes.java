package io.tenantwarden.engine.drivers;

import io.tenantwarden.bootstrap.HasSession;
import io.tenantwarden.bootstrap.HasStatement;
import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.coverage.Coverage;
import io.tenantwarden.engine.inject.DriverShape;
import io.tenantwarden.engine.inject.JdbcConnection;
import io.tenantwarden.engine.policy.Refusals;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.session.Session;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.SoftReference;
import java.lang.ref.WeakReference;
import java.util.WeakHashMap;

/** The shape of each driver class that was met, probed once. Thread-safe. */
public final class DriverShapes {

    private final Reporter reporter;
    private final ModeSwitch mode;
    private final Coverage coverage;
    // The shape refers to classes of the driver's loader: a strong value would keep its own key alive.
    private final WeakHashMap<Class<?>, SoftReference<DriverShape>> known = new WeakHashMap<>();
    private final WeakHashMap<Class<?>, SoftReference<MethodHandle>> executors = new WeakHashMap<>();
    private volatile WeakReference<Class<?>> unknown = new WeakReference<>(null);
    private volatile String missing;
    private volatile String fallback;

    public DriverShapes(Reporter reporter, ModeSwitch mode, Coverage coverage) {
        this.reporter = reporter;
        this.mode = mode;
        this.coverage = coverage;
    }

    /** The shape; null when the driver has another one, which is told once. */
    public DriverShape of(MethodHandles.Lookup lookup) {
        Class<?> type = lookup.lookupClass();
        synchronized (known) {
            SoftReference<DriverShape> reference = known.get(type);
            DriverShape shape = reference == null ? null : reference.get();
            if (shape != null || unknown.get() == type) {
                return shape;
            }
            try {
                shape = DriverShape.of(lookup);
                requireInstrumentedQuery(type);
                known.put(type, new SoftReference<>(shape));
                return shape;
            } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
                unknown = new WeakReference<>(type);
                missing = e.getMessage();
                String detail = "the driver " + type.getName() + " has an unknown shape (missing: " + e.getMessage()
                        + "): its connections are not covered"
                        + (mode.refuses() ? " and their statements are refused" : "")
                        + "; use pgjdbc 42.7, or exclude them with warden.datasource.exclude";
                reporter.error(detail);
                coverage.uncoveredClass(type.getName(), detail, mode.refuses());
                return null;
            }
        }
    }

    /** What is known of a statement is kept on its query: without that nothing of it could be decided. */
    private static void requireInstrumentedQuery(Class<?> executor) throws ReflectiveOperationException {
        Class<?> query = Class.forName(executor.getPackageName() + ".SimpleQuery", false, executor.getClassLoader());
        if (!HasStatement.class.isAssignableFrom(query)) {
            throw new ReflectiveOperationException(query.getName() + " was not instrumented");
        }
    }

    /** A driver without this member is about to be used. */
    void willFallBack(String member) {
        fallback = member;
    }

    /** A connection of a driver of unknown shape was opened: told once, with the version that only a connection knows. */
    public void fallsBack(JdbcConnection connection) {
        String member = fallback;
        if (member == null) {
            return;
        }
        fallback = null;
        reporter.warn("the driver " + connection.driverVersion() + " has an unknown shape (missing: " + member
                + "): strategy=jdbc is used for its connections, which costs a round trip for each transaction; use a"
                + " version of the driver that docs/known-limits.md names");
    }

    /**
     * A class of a driver could not be given advice: its connections cannot be covered.
     *
     * @param news whether this is to be told
     */
    void notInstrumented(String className, Throwable cause, boolean news) {
        missing = className + ": " + cause.getMessage();
        coverage.degrade();
        if (!news) {
            return;
        }
        boolean refused = mode.refuses();
        String detail = "the driver class " + className + " could not be instrumented (" + cause
                + "): its connections are not covered"
                + (refused ? "; in enforce the class is not loaded, so that the driver cannot be used" : "");
        reporter.error(detail);
        coverage.uncoveredClass(className, detail, refused);
    }

    /** Why statements of a connection that is not covered must not run; null when they may. */
    Throwable refusal() {
        if (!mode.refuses()) {
            return null;
        }
        return missing == null ? Refusals.uncoveredConnection() : Refusals.uncoveredDriver("missing " + missing);
    }

    /** The session of a driver's connection; null when its executor has none. */
    public Session sessionOf(Object connection) throws Throwable {
        Object executor = executorOf(connection);
        return executor instanceof HasSession holder ? (Session) holder.wardenSession() : null;
    }

    /** Public in every version of the driver: {@code PgConnection#getQueryExecutor()}. */
    public Object executorOf(Object connection) throws Throwable {
        Class<?> type = connection.getClass();
        MethodHandle getter;
        synchronized (executors) {
            SoftReference<MethodHandle> reference = executors.get(type);
            getter = reference == null ? null : reference.get();
            if (getter == null) {
                getter = MethodHandles.publicLookup()
                        .unreflect(type.getMethod("getQueryExecutor"))
                        .asType(MethodType.methodType(Object.class, Object.class));
                executors.put(type, new SoftReference<>(getter));
            }
        }
        return (Object) getter.invokeExact(connection);
    }
}
