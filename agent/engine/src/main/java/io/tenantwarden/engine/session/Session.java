package io.tenantwarden.engine.session;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.engine.inject.Assignment;
import io.tenantwarden.engine.inject.DriverConnection;
import io.tenantwarden.engine.inject.Injector;
import io.tenantwarden.engine.rows.RowCheck;
import java.lang.ref.WeakReference;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The state of one physical connection. Belongs to the driver's own objects, not to any pool proxy, so that a
 * replaced connection starts with a new one and a proxy with many faces has one.
 *
 * <p>All that a statement reads or writes is guarded by the driver's lock on the connection ({@link #enter}); only the {@link
 * Checkout} is written by the borrower's thread.
 */
public final class Session {

    private static final AtomicLong NUMBERS = new AtomicLong();

    private final long number = NUMBERS.incrementAndGet();
    private final DriverConnection driver;
    private final Injector injector;
    private final ReentrantLock lock;
    private final Properties properties;
    private final boolean copyable;
    private final RelationNames names = new RelationNames();
    private final Execution execution = new Execution();
    private final OpenTransaction transaction = new OpenTransaction();
    private final ApplicationValue applicationValue = new ApplicationValue();
    private final Checkout checkout = new Checkout();
    private final PreparedNames prepared = new PreparedNames();
    private final KnownTexts texts = new KnownTexts();
    private final SessionRole role = new SessionRole(execution, names);
    private final OwnWork ownWork;
    private final Function<String, Scope> tenantScopes = this::tenantScope;
    private RowCheck rowCheck;

    private volatile Database database;
    private volatile WeakReference<Object> connection = new WeakReference<>(null);
    private volatile boolean uncovered;
    private volatile boolean pooled;
    private boolean probed;
    private boolean injects;
    private int depth;
    private Scope lastTenant = Scope.NONE;

    /**
     * @param driver the physical connection
     * @param injector puts the values on the wire; null where nothing is sent, and never will be
     * @param properties the driver's connection properties; null when they are not known, because the connection was opened
     *     before the agent came
     */
    public Session(DriverConnection driver, Injector injector, Properties properties) throws Throwable {
        this.properties = properties == null ? new Properties() : properties;
        this.copyable = properties != null;
        this.driver = driver;
        this.injector = injector;
        this.lock = driver.lock();
        this.ownWork = new OwnWork(driver);
        injects(true);
    }

    // ---- who it is

    /**
     * Makes the session take part: until then statements pass untouched.
     *
     * @param ofConnection the driver's connection object
     * @param state what is known of the database
     * @param user the role that the driver connected as
     */
    public void open(Object ofConnection, Database state, String user) {
        role.open(state, user);
        connection = new WeakReference<>(ofConnection);
        database = state;
    }

    /** Nothing stands between us and the server: the value of the session is nobody's but ours and the application's. */
    void direct() {
        // what happened on a connection before the agent came is not known
        if (injector != null && copyable) {
            injector.direct(applicationValue::mayBeThere);
        }
    }

    /** The agent failed while the connection was set up: it is not known what its statements touch. */
    public void uncovered() {
        uncovered = true;
    }

    /** Whether the agent failed while the connection was set up. */
    public boolean isUncovered() {
        return uncovered;
    }

    /** Grows from one session of this JVM to the next. */
    long number() {
        return number;
    }

    /** Null as long as the session does not take part. */
    public Database database() {
        return database;
    }

    /**
     * The driver's connection; null until {@link #open}, and when nobody uses it any more: it is held weakly, because a
     * session may be kept beside its connection ({@link DriverObjects}).
     */
    public Object connection() {
        return connection.get();
    }

    /** A pooler stands between us and the server, or it is not known whether one does. */
    void pooled() {
        pooled = true;
    }

    /** It is known whether values reach the statements of this connection. */
    void probed() {
        probed = true;
    }

    /** Whether values are sent, and nobody has asked yet whether they reach their statements. */
    public boolean isUnprobed() {
        return injects && !probed;
    }

    /** As {@link #pooled} said. */
    public boolean isPooled() {
        return pooled;
    }

    /** Whether another connection can be opened with what is known of this one. */
    public boolean isCopyable() {
        return copyable;
    }

    /** The driver's connection properties; they hold a password and are not to be written anywhere. */
    Properties properties() {
        return properties;
    }

    /** Whether the URL of the connection limits what a query may return, in a way that cannot be lifted for ours. */
    boolean hasResultLimit() {
        return properties.getProperty("maxResultBuffer") != null && !driver.canLiftResultLimit();
    }

    public DriverConnection driver() {
        return driver;
    }

    /** What sends the values; null where nothing is sent now: in {@code audit}. */
    public Injector injector() {
        return injects ? injector : null;
    }

    /**
     * As {@link #injector()}, and where nothing is sent now but may be later: all that is sent passes it, so that it knows what holds. Null where
     * nothing ever will be.
     */
    public Injector wire() {
        return injector;
    }

    /** Whether values are sent from now on. */
    public void injects(boolean now) {
        injects = now && injector != null;
        role.injected(injects ? injector.role() : null);
    }

    // ---- its parts

    /** What its statements run as. */
    public SessionRole role() {
        return role;
    }

    /** The statements that PREPARE has made. */
    public PreparedNames prepared() {
        return prepared;
    }

    /** What is known of texts, for drivers whose query objects cannot keep it. */
    public KnownTexts texts() {
        return texts;
    }

    /** What names of relations mean on this connection. */
    public RelationNames names() {
        return names;
    }

    /** The execution at hand, or the last one. */
    public Execution execution() {
        return execution;
    }

    /** The transaction at hand. */
    public OpenTransaction transaction() {
        return transaction;
    }

    /** What the application itself did to a configured GUC. */
    public ApplicationValue applicationValue() {
        return applicationValue;
    }

    /** Looks through its results; null until {@link #rowCheck(RowCheck)}. */
    public RowCheck rowCheck() {
        return rowCheck;
    }

    public void rowCheck(RowCheck check) {
        rowCheck = check;
    }

    /** What was captured when the connection was borrowed. */
    public Checkout checkout() {
        return checkout;
    }

    // ---- enter and leave

    /**
     * Begins an execution, taking the driver's lock on the connection. A COPY of another thread is waited for here: the
     * driver gives its lock up while it waits, and another execution would then begin inside this one.
     *
     * @return whether it is the application's, not one that the driver or Warden makes inside of it
     * @throws SQLException the driver's, when the thread is interrupted while it waits; nothing is entered then
     */
    public boolean enter() throws Throwable {
        if (lock != null) {
            lock.lock();
            if (depth == 0) {
                boolean free = false;
                try {
                    driver.waitForCopy();
                    free = true;
                } finally {
                    if (!free) {
                        lock.unlock();
                    }
                }
            }
        }
        return depth++ == 0;
    }

    /**
     * As {@link #enter}, when nobody else uses the connection and no COPY may be in progress; waits for nothing.
     *
     * @return whether it was entered
     */
    boolean tryEnter() {
        if (execution.isCopy() || (lock != null && !lock.tryLock())) {
            return false;
        }
        depth++;
        return true;
    }

    /** As {@link Execution#begin}, for all that an execution may change. */
    public void begin(Scope scope, boolean onCaptured, boolean autocommit, boolean alongside, boolean ofPool) {
        execution.begin(scope, onCaptured, autocommit, alongside, ofPool);
        role.follow(scope);
        names.settled();
        applicationValue.executionBegins();
        transaction.executionBegins(driver.isIdle());
    }

    /** Ends what {@link #enter} began. */
    public void leave() {
        boolean outermost = --depth == 0;
        if (outermost && injector != null) {
            injector.executionEnded();
        }
        if (outermost && execution.end()) {
            boolean sent = execution.isAnswered();
            applicationValue.executionEnds(sent);
            if (!sent) {
                transaction.notSent();
            }
            if (execution.isTampering() && injector != null) {
                injector.distrust();
                applicationValue.replaced();
            }
        }
        if (lock != null) {
            lock.unlock();
        }
    }

    /** Whether what the driver reads now answers a statement of the application, and none of Warden's own. */
    public boolean isAnswering() {
        return !ownWork.isOn() && (depth > 0 || execution.isCopy());
    }

    /** The values that the current execution must run with; null when it is none of Warden's business. */
    public Assignment target() {
        return ownWork.isOn() ? null : execution.target();
    }

    /** Begins what this thread does on this connection of Warden's own accord. */
    public OwnWork ownWork() {
        return ownWork.begin();
    }

    /** Makes a tenant scope of an id: the one used last when it is the same. Callable before {@link #enter}. */
    public Function<String, Scope> tenantScopes() {
        return tenantScopes;
    }

    private Scope tenantScope(String tenant) {
        Scope known = lastTenant;
        if (known.isTenant() && known.value().equals(tenant)) {
            return known;
        }
        Scope made = Scope.tenant(tenant);
        lastTenant = made;
        return made;
    }

    /**
     * Whether a backslash escapes what follows it in every string constant: {@code standard_conforming_strings = off}. The
     * server reports the parameter, the driver keeps it ({@code BaseConnection#getStandardConformingStrings}).
     */
    public boolean escapesInStrings() throws Throwable {
        Object standard = connection()
                .getClass()
                .getMethod("getStandardConformingStrings")
                .invoke(connection());
        return !(boolean) standard;
    }

    // ---- the transaction

    /** Whether no transaction is open. */
    public boolean isIdle() {
        return driver.isIdle();
    }

    /** Whether the driver says that a transaction block is open and usable. */
    public boolean isInTransaction() {
        return driver.inTransaction();
    }

    /** Whether the application's own value of a configured GUC may be in force, not hidden by one of Warden's. */
    public boolean isScopedByApplication() {
        return applicationValue.mayBeThere()
                && (injector == null
                        || injector.forSession() == null
                                && (applicationValue.isBeingSet() || !injector.hidesApplicationValue()));
    }

    /** ReadyForQuery was read. */
    public void readyForQuery() throws Throwable {
        if (driver.isAnswerFromBefore()) {
            return;
        }
        if (injector != null) {
            injector.readyForQuery();
        }
        if (ownWork.isOn()) {
            return;
        }
        execution.answered();
        switch (transaction.answered(
                driver.hasSkippedStatement(), driver.inFailedTransaction(), driver.inTransaction())) {
            case GOES_ON -> {
                // nothing has ended
            }
            case FAILED -> applicationValue.mayHaveGone();
            case WENT_BACK -> {
                applicationValue.wentBack(injects && !injector.isDistrusted() && !injector.stands());
                names.rolledBackToSavepoint();
            }
            case COMMITTED -> ended(false);
            case ROLLED_BACK -> ended(true);
        }
    }

    private void ended(boolean rolledBack) {
        applicationValue.transactionEnded(rolledBack);
        Database state = database;
        if (names.transactionEnded(rolledBack) && state != null) {
            state.expire();
        }
    }
}
