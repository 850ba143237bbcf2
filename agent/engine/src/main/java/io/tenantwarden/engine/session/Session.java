package io.tenantwarden.engine.session;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.inject.Assignment;
import io.tenantwarden.engine.inject.DriverConnection;
import io.tenantwarden.engine.inject.Injector;
import io.tenantwarden.rls.RoleFacts;
import java.lang.ref.WeakReference;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The state of one physical connection. Belongs to the driver's own objects, not to any pool proxy, so that a
 * replaced connection starts with a new one and a proxy with many faces has one.
 *
 * <p>All that a statement reads or writes is guarded by the driver's lock on the connection ({@link #lock}); the scope
 * captured at checkout is volatile, because the borrower's thread writes it.
 */
public final class Session {

    private static final int MAX_TEXTS = 256;

    private static final AtomicLong NUMBERS = new AtomicLong();

    private final DriverConnection driver;
    private final Injector injector;
    private final ReentrantLock lock;
    private final Properties properties;

    private volatile Database database;
    private volatile Object connection;
    private final long number = NUMBERS.incrementAndGet();
    private final RelationNames names = new RelationNames();
    private final OwnWork ownWork = new OwnWork();
    private String loginUser = "";
    private String role = "";
    private RoleFacts roleFacts;

    private volatile Scope captured = Scope.NONE;
    private volatile WeakReference<Object> borrower = new WeakReference<>(null);
    private volatile boolean borrowedBefore;

    private int depth;
    private int quiet;
    private Assignment target;
    private Assignment last;
    private Scope lastTenant = Scope.NONE;
    private final Function<String, Scope> tenantScopes = this::tenantScope;
    private Scope scope = Scope.NONE;
    private TenantChecks.Answer tenantAnswer;
    private boolean onCapturedScope;
    private boolean autocommit;
    private boolean alongside;
    private String transactionTenant;
    private boolean tampered;
    private boolean rollingBack;
    private ApplicationGuc applicationGuc = ApplicationGuc.UNSET;
    private ApplicationGuc applicationGucAtBegin = ApplicationGuc.UNSET;
    private ApplicationGuc applicationGucBefore = ApplicationGuc.UNSET;
    private ApplicationGuc applicationGucOnce = ApplicationGuc.UNSET;
    private boolean applicationSetsSession;
    private boolean rollingBackBefore;
    private boolean applicationSetsNow;
    private boolean applicationGucVerified;
    private boolean applicationNamesNow;
    private boolean scopeRejected;
    private boolean endingTransaction;
    private boolean decided;
    private boolean ended;
    private boolean sets;
    private boolean copies;
    private boolean answered;
    private volatile boolean uncovered;
    private SQLException ownFailure;

    /** What is known of SQL texts that were executed lately: the least recently used goes first. */
    private final Map<String, Object> texts = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Object> eldest) {
            return size() > MAX_TEXTS;
        }
    };

    /** What the application's own SQL did to a configured GUC, outside every scope of Warden. */
    public enum ApplicationGuc {
        UNSET,
        /** Set until the transaction ends. */
        TRANSACTION,
        /** Set until it is reset or the connection ends. */
        SESSION
    }

    /**
     * @param driver the physical connection
     * @param injector puts the values on the wire; null in {@code audit}, where nothing is sent
     * @param properties the driver's connection properties
     */
    public Session(DriverConnection driver, Injector injector, Properties properties) throws Throwable {
        this.properties = properties;
        this.driver = driver;
        this.injector = injector;
        this.lock = driver.lock();
    }

    /**
     * Makes the session take part: until then statements pass untouched.
     *
     * @param ofConnection the driver's connection object
     * @param state what is known of the database
     * @param user the role that the driver connected as
     */
    public void open(Object ofConnection, Database state, String user) {
        loginUser = user;
        role = user;
        connection = ofConnection;
        database = state;
    }

    /** The server has said who the connection is and where it looks for names. */
    void identified(RoleFacts facts, List<String> searchPath) {
        role = facts.currentUser();
        roleFacts = facts;
        names.path(searchPath);
    }

    /** The agent failed while the connection was set up: it is not known what its statements touch. */
    public void uncovered() {
        uncovered = true;
    }

    /** Whether the agent failed while the connection was set up. */
    public boolean isUncovered() {
        return uncovered;
    }

    /** Null as long as the session does not take part. */
    public Database database() {
        return database;
    }

    /** The driver's connection; null until {@link #open}. */
    public Object connection() {
        return connection;
    }

    public String role() {
        return role;
    }

    /** Null when unknown. */
    public RoleFacts roleFacts() {
        return roleFacts;
    }

    /** The role that the driver connected as. */
    String loginUser() {
        return loginUser;
    }

    /** Grows from one session of this JVM to the next. */
    long number() {
        return number;
    }

    /** What names of relations mean on this connection. */
    public RelationNames names() {
        return names;
    }

    /** Whether the URL of the connection limits what a query may return, in a way that cannot be lifted for ours. */
    boolean hasResultLimit() {
        return properties.getProperty("maxResultBuffer") != null && !driver.canLiftResultLimit();
    }

    /** The driver's connection properties; they hold a password and are not to be written anywhere. */
    Properties properties() {
        return properties;
    }

    public DriverConnection driver() {
        return driver;
    }

    /** Null in {@code audit}. */
    public Injector injector() {
        return injector;
    }

    // ---- one execution

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
        if (copies || (lock != null && !lock.tryLock())) {
            return false;
        }
        depth++;
        return true;
    }

    /** Ends an execution. */
    public void leave() {
        if (--depth == 0) {
            target = null;
            if (decided) {
                forgetWhatWasNotSent();
            }
            if (tampered) {
                tampered = false;
                injector.distrust();
                // what was set inside the scope has taken its place, and must not pass for the application's own
                applicationGuc = ApplicationGuc.UNSET;
                applicationGucAtBegin = ApplicationGuc.UNSET;
                applicationGucVerified = false;
                applicationSetsSession = false;
            }
        }
        if (lock != null) {
            lock.unlock();
        }
    }

    /** A statement that was refused, or that the driver itself did not send, has changed nothing. */
    private void forgetWhatWasNotSent() {
        decided = false;
        applicationSetsNow = false;
        if (!answered) {
            applicationGuc = applicationGucBefore;
            rollingBack = rollingBackBefore;
            endingTransaction = false;
        }
    }

    /** The values that the current execution must run with; null when it is none of Warden's business. */
    public Assignment target() {
        return quiet > 0 ? null : target;
    }

    public void target(Assignment assignment) {
        target = assignment;
        if (assignment != null && !assignment.scope().isNone()) {
            last = assignment;
        }
    }

    /** The assignment of the scoped execution before, for reuse; null at first. */
    public Assignment last() {
        return last;
    }

    /**
     * Until it is closed, what this thread does on this connection is Warden's own: unseen by the bookkeeping, and without the
     * limits that the application set for its own statements. To be used in a {@code try} statement under the lock; may be
     * nested.
     */
    public OwnWork ownWork() {
        return ownWork.begin();
    }

    /** See {@link #ownWork}. */
    public final class OwnWork implements AutoCloseable {

        private Object lifted;

        private OwnWork() {}

        private OwnWork begin() {
            ThreadState.current().enterInternal();
            if (quiet++ == 0) {
                lifted = driver.liftResultLimit();
            }
            return this;
        }

        @Override
        public void close() {
            if (--quiet == 0) {
                driver.restoreResultLimit(lifted);
            }
            ThreadState.current().leaveInternal();
        }
    }

    public boolean isQuiet() {
        return quiet > 0;
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
     * The scope of the current execution was decided; policy and injection both go by it.
     *
     * @param effective the scope
     * @param captured whether it is only the one captured at checkout
     * @param ownTransaction whether the driver sends no BEGIN before it
     * @param together whether ours can be written to the same group of messages
     */
    public void decided(Scope effective, boolean captured, boolean ownTransaction, boolean together) throws Throwable {
        scope = effective;
        onCapturedScope = captured;
        autocommit = ownTransaction;
        alongside = together;
        copies = false;
        decided = true;
        answered = false;
        ended = false;
        sets = false;
        ownFailure = null;
        applicationGucBefore = applicationGuc;
        rollingBackBefore = rollingBack;
        if (driver.isIdle()) {
            transactionTenant = null; // of a statement that was never sent
        }
    }

    public Scope scope() {
        return scope;
    }

    /** What the tenant check says of the scope that was decided; null when there is nothing to check. */
    public TenantChecks.Answer tenantAnswer() {
        return tenantAnswer;
    }

    public void tenantAnswer(TenantChecks.Answer answer) {
        tenantAnswer = answer;
    }

    public boolean isOnCapturedScope() {
        return onCapturedScope;
    }

    /** The thread's scope is none because a source failed or gave what is no tenant id, not for lack of an answer. */
    public void scopeRejected(boolean rejected) {
        scopeRejected = rejected;
    }

    public boolean isScopeRejected() {
        return scopeRejected;
    }

    public boolean isAutocommit() {
        return autocommit;
    }

    /** Whether ours can be written to the same group of messages as the statement at hand. */
    public boolean isAlongside() {
        return alongside;
    }

    /** A statement of the current execution ends the transaction; those after it find nothing that was set before. */
    public void noteEnd() {
        ended = true;
    }

    /** Whether a statement that ends the transaction goes before the one at hand in the same execution. */
    public boolean isAfterEnd() {
        return ended;
    }

    /** A statement of the current execution may set a GUC; those after it may find another value than was set before. */
    public void noteSetting() {
        sets = true;
    }

    /** Whether a statement that may set a GUC goes before the one at hand in the same execution. */
    public boolean isAfterSetting() {
        return sets;
    }

    /** A statement that Warden ran before the application's has failed, and the open transaction or the connection with it. */
    void noteOwnFailure(SQLException e) {
        ownFailure = e;
    }

    /** What the application's statement would have met, had it been hit in place of one of Warden's before it; else null. */
    public SQLException ownFailure() {
        return ownFailure;
    }

    /** Whether the last execution was a COPY, which may still be in progress. */
    public boolean isCopying() {
        return copies;
    }

    public void noteCopy() {
        copies = true;
    }

    /**
     * What is known of an SQL text; made when it is new. For drivers whose query objects cannot keep it. Callable before
     * {@link #enter}: to prepare a statement nobody waits for the one that runs.
     */
    public Object text(String sql, Function<String, Object> parse) {
        synchronized (texts) {
            return texts.computeIfAbsent(sql, parse);
        }
    }

    /** Whether no transaction is open. */
    public boolean isIdle() {
        return driver.isIdle();
    }

    /**
     * Whether a backslash escapes what follows it in every string constant: {@code standard_conforming_strings = off}. The
     * server reports the parameter, the driver keeps it ({@code BaseConnection#getStandardConformingStrings}).
     */
    public boolean escapesInStrings() throws Throwable {
        Object standard =
                connection.getClass().getMethod("getStandardConformingStrings").invoke(connection);
        return !(boolean) standard;
    }

    /**
     * Whether the application may have set a configured GUC for the session, of whatever scope: the server was asked about
     * those of a tenant only.
     */
    public boolean hasApplicationValue() {
        return applicationSetsSession;
    }

    // ---- transaction

    /** Whether the driver says that a transaction block is open. */
    public boolean isInTransaction() {
        return driver.inTransaction();
    }

    /** The tenant whose rows this transaction touched first; null when none yet. */
    public String transactionTenant() {
        return transactionTenant;
    }

    public void transactionTenant(String tenant) {
        transactionTenant = tenant;
    }

    /** Application SQL is about to change a configured GUC inside a scope of Warden: distrust what holds afterwards. */
    public void noteTampering() {
        tampered = injector != null;
    }

    /** The application is about to roll back: SET is reverted with everything else. */
    public void noteRollback() {
        rollingBack = true;
    }

    /** COMMIT or ROLLBACK is about to be sent: with AND CHAIN the next transaction begins at once. */
    public void noteTransactionEnd() {
        endingTransaction = true;
    }

    /**
     * Application SQL is about to change a configured GUC while no scope of Warden is in force.
     *
     * @param named whether it names the GUC; a DO body or a computed name only may be it
     */
    public void noteApplicationGuc(ApplicationGuc state, boolean named) {
        applicationGuc = state;
        applicationSetsSession |= state == ApplicationGuc.SESSION;
        if (state.compareTo(applicationGucOnce) > 0) {
            applicationGucOnce = state;
        }
        applicationSetsNow = true;
        applicationNamesNow = named;
        applicationGucVerified = false;
    }

    /** Whether the statement at hand, or one before it in the same string, sets it by name: it cannot be looked up yet. */
    public boolean isApplicationSettingNow() {
        return applicationSetsNow && applicationNamesNow;
    }

    /** Whether the server said, in this transaction and since the last change, that the application's value is there. */
    public boolean isApplicationGucVerified() {
        return applicationGucVerified;
    }

    /** The server was asked whether the application's value is there. */
    public void verifiedApplicationGuc(boolean there) {
        applicationGucVerified = there;
        if (!there) {
            applicationGuc = ApplicationGuc.UNSET;
        }
    }

    /** Whether the application's own value of a configured GUC may be in force, not hidden by one of Warden's. */
    public boolean isScopedByApplication() {
        return applicationGuc != ApplicationGuc.UNSET
                && (injector == null
                        || injector.forSession() == null && (applicationSetsNow || !injector.hidesApplicationValue()));
    }

    /** ReadyForQuery was read. */
    public void readyForQuery() throws Throwable {
        if (driver.isAnswerFromBefore()) {
            return;
        }
        if (injector != null) {
            injector.readyForQuery();
        }
        if (quiet > 0) {
            return;
        }
        answered = true;
        boolean failed = driver.hasSkippedStatement();
        boolean chained = endingTransaction && !failed;
        endingTransaction = false;
        rollingBack |= failed;
        if (rollingBack) {
            applicationGucVerified = false;
        }
        if (driver.inFailedTransaction()) {
            rollingBack = true;
            return;
        }
        if (driver.inTransaction() && !chained) {
            if (rollingBack) {
                applicationGuc = afterRollbackToSavepoint();
                rollingBack = false;
                names.rolledBackToSavepoint();
            }
            return;
        }
        transactionEnded();
    }

    /**
     * What was set since the transaction began may be gone, or be there again. Where the server is asked before anything
     * follows from it, and no value that was set inside a scope may be what it finds, the most that may be is assumed.
     */
    private ApplicationGuc afterRollbackToSavepoint() {
        boolean asks = injector != null && !injector.isDistrusted() && injector.forSession() == null;
        return asks && applicationGucOnce.compareTo(applicationGucAtBegin) > 0
                ? applicationGucOnce
                : applicationGucAtBegin;
    }

    private void transactionEnded() {
        applicationGucVerified = false;
        if (rollingBack) {
            applicationGuc = applicationGucAtBegin;
        }
        if (applicationGuc == ApplicationGuc.TRANSACTION) {
            applicationGuc = ApplicationGuc.UNSET;
        }
        applicationGucAtBegin = applicationGuc;
        applicationGucOnce = applicationGuc;
        rollingBack = false;
        transactionTenant = null;
        if (names.transactionEnded() && database != null) {
            database.expire();
        }
    }

    // ---- captured at checkout

    /** The scope captured when the connection was borrowed. */
    public Scope captured() {
        return captured;
    }

    /**
     * The connection was borrowed.
     *
     * @param logical what the outermost {@code getConnection} returned
     * @param scope what the borrower's thread ran as
     */
    public void capture(Object logical, Scope scope) {
        if (borrower.get() != logical) {
            borrower = new WeakReference<>(logical);
        }
        captured = scope;
    }

    /** Whether this is the first checkout since the physical connection was opened; false from the second call on. */
    public boolean isBorrowedFirst() {
        boolean first = !borrowedBefore;
        borrowedBefore = true;
        return first;
    }

    /**
     * A connection object is closed: ends the capture when it is the one that was borrowed.
     *
     * @return whether it is
     */
    public boolean release(Object logical) {
        if (borrower.get() != logical) {
            return false;
        }
        captured = Scope.NONE;
        return true;
    }
}
