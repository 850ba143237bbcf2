package io.tenantwarden.tests.torture;

import io.tenantwarden.tests.scenarios.TenantContext;
import io.tenantwarden.tests.torture.Divergence.Sort;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.postgresql.core.BaseConnection;

/** One statement of a program and what the model says of it, and the connection that the program holds. One thread. */
final class Steps {

    /** What the application set for the session inside a tenant scope, by the driver's connection. */
    private static final Map<Object, Set<String>> LEFT_IN_SESSION = Collections.synchronizedMap(new WeakHashMap<>());

    /** Every value is set in a statement of its own then. */
    static final boolean PORTABLE = "jdbc".equals(System.getProperty("warden.strategy"));

    /** What was set without a scope in a transaction that its borrower left open, by the driver's connection. */
    private static final Map<Object, Set<String>> LEFT_OPEN = Collections.synchronizedMap(new WeakHashMap<>());

    private static final AtomicLong TAGS = new AtomicLong(System.nanoTime());

    final Target target;
    final int slot;
    final Tally tally;
    final Model model;
    final ScheduledExecutorService timer;
    final Map<Integer, PreparedStatement> kept = new HashMap<>();

    int profile;

    /** Null while nothing is borrowed, also when it was lost in the middle of an operation. */
    Connection connection;

    /**
     * @param target where connections come from and what they can do
     * @param slot which of the rows that only one thread writes are this thread's
     */
    Steps(Target target, int slot, Tally tally, ScheduledExecutorService timer) {
        this.target = target;
        this.slot = slot;
        this.tally = tally;
        this.timer = timer;
        this.model = new Model(target.enforce());
    }

    /** A number that no other statement uses. */
    static long tag() {
        return TAGS.incrementAndGet();
    }

    Profile profile() {
        return Profile.ALL.get(profile);
    }

    Scope scope(Op op) {
        return model.scope(op.bypass());
    }

    static EnumSet<Cause> none() {
        return EnumSet.noneOf(Cause.class);
    }

    /** A statement that reads or writes protected tables, by name or behind a function. */
    <T> Answer<T> statement(Op op, boolean named, EnumSet<Cause> must, EnumSet<Cause> may, Work<T> work) {
        Scope scope = scope(op);
        boolean applications = model.isApplications(scope);
        EnumSet<Cause> certain = EnumSet.copyOf(must);
        EnumSet<Cause> possible = EnumSet.copyOf(may);
        if (model.enforces() && named) {
            if (scope.isNone()) {
                if (model.isInherited(scope)) {
                    possible.add(Cause.UNSCOPED); // what the borrower before has set in its open transaction counts
                } else if (!applications && !model.mayBeApplications(scope)) {
                    certain.add(Cause.UNSCOPED);
                } else if (!applications || !model.applicationCertain || model.failed) {
                    // in a failed transaction the server cannot be asked for the application's value
                    possible.add(Cause.UNSCOPED);
                }
            }
            if (scope.isTenant() && model.inTransaction) {
                if (model.tenants.stream().anyMatch(other -> !other.equals(scope.tenant()))) {
                    certain.add(Cause.TENANT_SWITCH);
                }
                if (model.inherited || model.attempted.stream().anyMatch(other -> !other.equals(scope.tenant()))) {
                    possible.add(Cause.TENANT_SWITCH);
                }
            }
        }
        if (model.mayBeAnothersPortal(scope)) {
            possible.add(Cause.OPEN_PORTAL);
        }
        Answer<T> answer = attempt(op, certain, possible, work);
        if (answer.succeeded()) {
            model.ran(scope, named);
        } else {
            model.mayHaveRun(scope);
        }
        return answer;
    }

    /** A statement that touches no protected table. */
    <T> Answer<T> plain(Op op, EnumSet<Cause> must, EnumSet<Cause> may, Work<T> work) {
        EnumSet<Cause> possible = EnumSet.copyOf(may);
        Scope scope = scope(op);
        if (model.mayBeAnothersPortal(scope)) {
            possible.add(Cause.OPEN_PORTAL);
        }
        Answer<T> answer = attempt(op, must, possible, work);
        // it may have carried the tenant as well
        if (scope.isTenant() && model.inTransaction) {
            model.lastTenants.add(scope.tenant());
        }
        if (!scope.isNone() && model.application != null) {
            model.applicationCertain = false;
        }
        return answer;
    }

    /** COMMIT, SAVEPOINT and their kin, and what is not a statement at all. */
    <T> Answer<T> control(Op op, EnumSet<Cause> may, Work<T> work) {
        return attempt(op, none(), may, work);
    }

    <T> Answer<T> attempt(Op op, EnumSet<Cause> must, EnumSet<Cause> may, Work<T> work) {
        if (connection == null && op.kind() != Kind.BORROW) {
            return new Answer<>(null, new SQLException("lost in the middle of the operation", "08003"));
        }
        EnumSet<Cause> certain = EnumSet.copyOf(must);
        EnumSet<Cause> possible = EnumSet.copyOf(may);
        if (model.readOnly || model.begunReadOnly || model.inherited) {
            possible.add(Cause.READ_ONLY);
        }
        if (model.isolated || model.inherited) {
            possible.add(Cause.ISOLATION);
        }
        if (target.faults()) {
            possible.add(Cause.FAULT);
            // HikariCP takes a connection back whose resetting was cancelled: it is still read-only then
            possible.add(Cause.READ_ONLY);
        }
        if (target.pooler()) {
            possible.add(Cause.POOLER);
        }
        if (target.pooler() && (PORTABLE || !profile().extended())) {
            possible.add(Cause.QUERY_MODE);
        }
        tally.statements.increment();
        boolean beganReadOnly = !model.inTransaction && model.readOnly;
        try {
            T value = op.bypass() ? Bypass.call(work::run) : work.run();
            synchronise();
            if (model.inTransaction && beganReadOnly) {
                model.begunReadOnly = true;
            }
            if (!certain.isEmpty()) {
                throw new Divergence(Sort.NOT_REFUSED, "succeeded as " + scope(op) + ", but must fail: " + certain);
            }
            return new Answer<>(value, null);
        } catch (Divergence e) {
            throw e;
        } catch (SQLException e) {
            possible.addAll(certain);
            ErrorTable.Row row = ErrorTable.match(op.kind(), possible, e);
            if (row == null) {
                throw new Divergence(
                        Sort.ERROR_OUTSIDE_THE_TABLE,
                        "as " + scope(op) + ", possible causes " + possible + ": " + describe(e),
                        e);
            }
            tally.error(row);
            synchronise();
            if (model.inTransaction && beganReadOnly) {
                model.begunReadOnly = true;
            }
            boolean portal =
                    op.kind() == Kind.CURSOR_OPEN || profile().parameters().contains("defaultRowFetchSize");
            boolean autosave = profile().parameters().contains("autosave");
            if (autosave) {
                model.applicationCertain =
                        false; // after a rollback to a savepoint Warden's own values count as the likelier ones
                model.rolledBack();
            }
            boolean copy = op.kind() == Kind.COPY_IN || op.kind() == Kind.COPY_OUT;
            if (copy && autosave) {
                // COPY has no savepoint of the driver's: the next one goes back to before the statement before it
                model.deferred.clear();
                model.cursorsMayBeGone = true;
            }
            if (op.kind() == Kind.SQL_DECLARE || op.kind() == Kind.CHAIN) {
                model.lingering = true; // one that failed counts as open until the transaction ends
            }
            if (portal && model.inTransaction) {
                // the driver keeps the portal of a statement that failed until the garbage collector finds it
                model.ghosts.add(scope(op));
                model.lingering = true;
            }
            return new Answer<>(null, e);
        } catch (Exception e) {
            throw new Divergence(Sort.ERROR_OUTSIDE_THE_TABLE, e.toString(), e);
        }
    }

    static String describe(SQLException error) {
        StringBuilder text = new StringBuilder();
        for (SQLException e = error; e != null; e = e.getNextException()) {
            text.append(e.getSQLState()).append(' ').append(e.getMessage()).append(' ');
        }
        return text.toString();
    }

    /** Asks the driver what the server said of the transaction. */
    void synchronise() {
        try {
            if (connection == null) {
                return;
            }
            if (connection.isClosed()) {
                abandon();
                return;
            }
            BaseConnection driver = connection.unwrap(BaseConnection.class);
            if (driver.isClosed()) {
                abandon();
                return;
            }
            switch (driver.getTransactionState()) {
                case IDLE -> {
                    if (model.inTransaction) {
                        model.transactionEnded();
                    } else {
                        model.statementEnded();
                    }
                }
                case OPEN -> {
                    model.inTransaction = true;
                    model.failed = false;
                }
                case FAILED -> {
                    model.inTransaction = true;
                    model.failed = true;
                }
            }
        } catch (SQLException e) {
            abandon();
        }
    }

    EnumSet<Cause> must() {
        return model.failed ? EnumSet.of(Cause.FAILED_TRANSACTION) : none();
    }

    Void execute(String sql) throws SQLException {
        try (Statement s = connection.createStatement()) {
            s.execute(sql);
        }
        return null;
    }

    String query(String sql) throws SQLException {
        try (Statement s = connection.createStatement();
                ResultSet rows = s.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    /** With autosave the driver sends its SAVEPOINT before a textual ROLLBACK too, which a failed transaction refuses. */
    boolean textFailsNow() {
        return model.failed && !model.autocommit && profile().parameters().contains("autosave");
    }

    boolean simpleProtocol() {
        return profile().parameters().contains("preferQueryMode=simple");
    }

    static Map<String, Integer> tenants(ResultSet rows) throws SQLException {
        Map<String, Integer> seen = new TreeMap<>();
        while (rows.next()) {
            seen.merge(String.valueOf(rows.getString(1)), 1, Integer::sum);
        }
        return seen;
    }

    /** Compares rows by tenant with what the scope sees of a table with so many rows of each. */
    void check(Scope scope, Map<String, Integer> seen, int each, String what) {
        check(scope, seen, each, what, true);
    }

    /**
     * Known limit: what the application set for the session inside a tenant scope is put right before statements that name
     * a protected table, not before those that do not and have no scope.
     */
    boolean isLeftInSession(Scope scope, boolean named, Set<String> seen) {
        if (named || !scope.isNone() || connection == null) {
            return false;
        }
        try {
            Set<String> left = LEFT_IN_SESSION.get(connection.unwrap(BaseConnection.class));
            return left != null && left.containsAll(seen);
        } catch (SQLException e) {
            return false;
        }
    }

    void leaveInSession(String value) throws SQLException {
        LEFT_IN_SESSION
                .computeIfAbsent(connection.unwrap(BaseConnection.class), key -> ConcurrentHashMap.newKeySet())
                .add(value);
    }

    void check(Scope scope, Map<String, Integer> seen, int each, String what, boolean named) {
        seen.values().forEach(count -> tally.rows.add(count));
        if (model.isApplications(scope)) {
            Map<String, Integer> applications = Scope.tenant(model.application).rows(each);
            if (seen.equals(applications) || seen.isEmpty() && !model.applicationCertain) {
                return;
            }
        } else if (seen.equals(scope.rows(each))) {
            return;
        }
        if (isLeftInSession(scope, named, seen.keySet())) {
            return;
        }
        if (model.mayBeApplications(scope)
                && (seen.isEmpty()
                        || model.applicationOnce.containsAll(seen.keySet()) && Scope.isOneTenant(seen, each))) {
            return;
        }
        if (model.isInherited(scope, seen.keySet()) && (seen.isEmpty() || Scope.isOneTenant(seen, each))) {
            return;
        }
        Set<String> foreign = new TreeSet<>(seen.keySet());
        foreign.removeAll(scope.visible());
        throw new Divergence(
                foreign.isEmpty() ? Sort.MISSING_ROWS : Sort.FOREIGN_ROWS,
                what + " as " + scope + (model.application == null ? "" : " (application: " + model.application + ")")
                        + " gave rows " + seen + ", expected " + scope.rows(each));
    }

    /** Compares a number of rows, where they cannot be told apart. */
    void checkCount(Scope scope, long seen, int each, String what, boolean named) {
        tally.rows.add(seen);
        long expected = (long) each * scope.visible().size();
        if (model.isApplications(scope)) {
            if (seen == each || seen == 0 && !model.applicationCertain) {
                return;
            }
        } else if (seen == expected) {
            return;
        }
        if (seen == each && isLeftInSession(scope, named, Set.of())) {
            return;
        }
        if (model.mayBeApplications(scope) && (seen == 0 || seen == each)) {
            return;
        }
        if (model.isInherited(scope) && (seen == 0 || seen == each)) {
            return;
        }
        throw new Divergence(
                seen > expected ? Sort.FOREIGN_ROWS : Sort.MISSING_ROWS,
                what + " as " + scope + " touched " + seen + " rows, expected " + expected);
    }

    void checkText(Scope scope, String seen, String what) {
        Map<String, Integer> tenants = new TreeMap<>();
        if (seen != null && !seen.isEmpty()) {
            for (String one : seen.split(",")) {
                tenants.put(one, 1);
            }
        }
        check(scope, tenants, 1, what, false);
    }

    Connection connection() throws SQLException {
        if (connection == null) {
            borrow();
        }
        return connection;
    }

    void borrow() throws SQLException {
        Op op = new Op(Kind.BORROW, 0, 0, false);
        for (int tries = 0; connection == null; tries++) {
            try {
                connection = target.borrow(profile);
            } catch (SQLException e) {
                EnumSet<Cause> possible = none();
                if (target.faults()) {
                    possible.add(Cause.FAULT);
                }
                if (target.pooler()) {
                    possible.add(Cause.POOLER);
                }
                ErrorTable.Row row = ErrorTable.match(op.kind(), possible, e);
                if (row == null || tries > 20) {
                    throw e;
                }
                tally.error(row);
            }
        }
        model.captured = model.tenant;
        model.autocommit = true;
        synchronise();
        if (connection != null && model.inTransaction) {
            model.inherited = true;
            model.inheritedValues.addAll(LEFT_OPEN.getOrDefault(connection.unwrap(BaseConnection.class), Set.of()));
        }
    }

    void forgetConnection() {
        connection = null;
        kept.clear();
        model.disconnected();
    }

    void handBack(int how) {
        if (connection == null) {
            return;
        }
        Connection last = connection;
        try {
            if (model.inTransaction && model.autocommit && (model.wrote || model.inherited || how % 3 != 0)) {
                // what HikariCP does not roll back would keep its locks for as long as nobody borrows it
                try (Statement s = last.createStatement()) {
                    s.execute("rollback");
                }
            }
            leaveOpen(last);
            last.close();
        } catch (SQLException e) {
            // HikariCP puts read-only and isolation back, which the driver refuses inside a textual transaction
            boolean textual = "25001".equals(e.getSQLState());
            if (!textual && !target.faults() && !target.pooler()) {
                throw new Divergence(Sort.ERROR_OUTSIDE_THE_TABLE, "handing back: " + describe(e), e);
            }
            target.evict(last, profile);
            closeQuietly(last);
        }
        forgetConnection();
    }

    private void leaveOpen(Connection last) throws SQLException {
        if (!model.inTransaction || last.isClosed()) {
            return;
        }
        Set<String> values = new HashSet<>(model.applicationOnce);
        values.addAll(model.inheritedValues);
        LEFT_OPEN.put(last.unwrap(BaseConnection.class), values);
    }

    static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // it is gone already, or goes with its connection
        }
    }

    void abandon() {
        if (connection != null) {
            target.evict(connection, profile);
            closeQuietly(connection);
        }
        forgetConnection();
    }

    void tenant(String id) {
        model.tenant = id;
        if (id == null) {
            TenantContext.clear();
        } else {
            TenantContext.set(id);
        }
    }
}
