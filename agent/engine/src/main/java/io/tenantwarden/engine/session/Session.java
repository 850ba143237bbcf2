package io.tenantwarden.engine.session;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.inject.Assignment;
import io.tenantwarden.engine.inject.DriverConnection;
import io.tenantwarden.engine.inject.Injector;
import io.tenantwarden.engine.rows.RowCheck;
import io.tenantwarden.rls.catalog.AssumedRole;
import io.tenantwarden.rls.catalog.Identity;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.catalog.SearchPath;
import java.lang.ref.WeakReference;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
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
 * <p>All that a statement reads or writes is guarded by the driver's lock on the connection ({@link #enter}); only the {@link
 * Checkout} is written by the borrower's thread.
 */
public final class Session {

    private static final int MAX_TEXTS = 256;

    private static final AtomicLong NUMBERS = new AtomicLong();

    private final long number = NUMBERS.incrementAndGet();
    private final DriverConnection driver;
    private final Injector injector;
    private final ReentrantLock lock;
    private final Properties properties;
    private final boolean copyable;
    private final RelationNames names = new RelationNames();
    /** More texts of one name, or more names, than an application has that prepares its statements once. */
    private static final int MAX_PREPARED = 16;

    private static final int MAX_PREPARED_NAMES = 1_000;

    private final Map<String, List<Object>> prepared = new HashMap<>(0);
    private final Execution execution = new Execution();
    private final OpenTransaction transaction = new OpenTransaction();
    private final ApplicationValue applicationValue = new ApplicationValue();
    private final Checkout checkout = new Checkout();
    private final OwnWork ownWork = new OwnWork();
    private RowCheck rowCheck;
    private final Function<String, Scope> tenantScopes = this::tenantScope;

    private volatile Database database;
    private volatile WeakReference<Object> connection = new WeakReference<>(null);
    private volatile boolean uncovered;
    private volatile boolean pooled;
    private boolean probed;
    private String loginUser = "";
    private String role = "";
    private RoleFacts roleFacts;
    private boolean roleKnown;
    private boolean injects;
    private String searchPath = "";
    private boolean pathOfLogin;
    private int depth;
    private int quiet;
    private Scope lastTenant = Scope.NONE;

    /** What is known of SQL texts that were executed lately: the least recently used goes first. */
    private final Map<String, Object> texts = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Object> eldest) {
            return size() > MAX_TEXTS;
        }
    };

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
        this.injects = injector != null;
        this.lock = driver.lock();
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
        loginUser = user;
        role = user;
        connection = new WeakReference<>(ofConnection);
        database = state;
    }

    /** Notes whether the application opened the connection with a value of one of these settings, in lower case. */
    void noteStartUpOptions(Collection<String> gucs, boolean behindPooler) {
        Map<String, String> settings = StartUpOptions.settings(properties.getProperty("options"));
        for (String guc : gucs) {
            if (!settings.getOrDefault(guc, "").isEmpty()) {
                applicationValue.startsWithValue(!behindPooler);
                return;
            }
        }
    }

    /** Nothing stands between us and the server: the value of the session is nobody's but ours and the application's. */
    void direct() {
        // what happened on a connection before the agent came is not known
        if (injector != null && copyable) {
            injector.direct(applicationValue::mayBeThere);
        }
    }

    /** The server has said who the connection is and where it looks for names. */
    void identified(RoleFacts facts, Identity identity) {
        // what a bypass runs as is the login, whichever role is set at this moment
        boolean isOfLogin =
                !isRoleConfigured() || roleFacts == null || facts.currentUser().equals(loginUser);
        if (isOfLogin) {
            role = facts.currentUser();
            roleFacts = facts;
            roleKnown = true;
        }
        if (!isRoleConfigured()) {
            names.path(identity.searchPath());
            return;
        }
        searchPath = identity.searchPathSetting();
        pathOfLogin = execution.scope().isBypass();
        names.path(SearchPath.of(searchPath, role()));
    }

    /** {@code "$user"} in the search path stands for another role in a bypass than elsewhere. */
    private void followRole(Scope scope) {
        if (scope.isBypass() != pathOfLogin
                && names.path() != null
                && searchPath.contains("$user")
                && isRoleConfigured()) {
            pathOfLogin = scope.isBypass();
            names.path(SearchPath.of(searchPath, role()));
        }
    }

    /** Whether statements outside a bypass run as a role of their own ({@code warden.role}). */
    public boolean isRoleConfigured() {
        return injects && injector.role().isConfigured();
    }

    private boolean runsAsRole() {
        return isRoleConfigured() && !execution.scope().isBypass();
    }

    /** What is known of the role that statements outside a bypass run as; null where there is none, and where it could not be asked. */
    public AssumedRole assumedRole() {
        return isRoleConfigured() && database != null ? database.assumedRole(loginUser) : null;
    }

    /** The role that statements of the application usually run as: the one of the configuration, else the connection's own. */
    public String usualRole() {
        return isRoleConfigured() ? injector.role().current() : role;
    }

    /** Of {@link #usualRole}; where that is not known, of the connection's own; null when neither is. */
    public RoleFacts usualRoleFacts() {
        AssumedRole assumed = assumedRole();
        return assumed == null || assumed.facts() == null ? roleFacts : assumed.facts();
    }

    /** What is known of the connection's own role; null when unknown. */
    RoleFacts loginFacts() {
        return roleFacts;
    }

    /** Application SQL is about to change the role, or may. */
    public void roleChanges() {
        roleKnown = false;
    }

    /** Whether the role is known; it may still be the one of login. */
    public boolean isRoleKnown() {
        return roleKnown;
    }

    /** Whether the role is, for certain, the one that the driver connected as. */
    public boolean hasLoginRole() {
        return roleKnown && roleFacts.currentUser().equals(roleFacts.sessionUser());
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

    /** The role that the driver connected as. */
    String loginUser() {
        return loginUser;
    }

    /** The role whose rights hold for the execution at hand, as far as known. */
    public String role() {
        return runsAsRole() ? injector.role().current() : role;
    }

    /** Of {@link #role}; null when unknown. */
    public RoleFacts roleFacts() {
        if (!runsAsRole()) {
            return roleFacts;
        }
        AssumedRole assumed = assumedRole();
        return assumed == null ? null : assumed.facts();
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
    }

    // ---- its parts

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
        followRole(scope);
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
        return quiet == 0 && (depth > 0 || execution.isCopy());
    }

    /** The values that the current execution must run with; null when it is none of Warden's business. */
    public Assignment target() {
        return quiet > 0 ? null : execution.target();
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
     * What is known of an SQL text; made when it is new. For drivers whose query objects cannot keep it. Callable before
     * {@link #enter}: to prepare a statement nobody waits for the one that runs.
     */
    public Object text(String sql, Function<String, Object> parse) {
        synchronized (texts) {
            return texts.computeIfAbsent(sql, parse);
        }
    }

    /**
     * What PREPARE has made on this connection under that name, each text once; empty when it was made elsewhere, or not at all; null when so many
     * were made that not all are known.
     */
    public List<Object> prepared(String name) {
        List<Object> texts = prepared.get(name);
        if (texts == null) {
            return prepared.size() < MAX_PREPARED_NAMES ? List.of() : null;
        }
        return texts.size() < MAX_PREPARED ? texts : null;
    }

    /**
     * PREPARE is about to make a statement. Whether it fails because the name is taken is not known here, nor what DEALLOCATE takes away, so
     * that all that one name has stood for counts.
     */
    public void prepares(String name, Object statement) {
        List<Object> all = prepared.get(name);
        if (all == null && prepared.size() < MAX_PREPARED_NAMES) {
            all = new ArrayList<>(1);
            prepared.put(name, all);
        }
        if (all != null && all.size() < MAX_PREPARED && !all.contains(statement)) {
            all.add(statement);
        }
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
        if (quiet > 0) {
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
