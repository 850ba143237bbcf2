package io.tenantwarden.tests.torture;

import io.tenantwarden.tests.scenarios.TenantContext;
import io.tenantwarden.tests.torture.Divergence.Sort;
import java.io.StringReader;
import java.io.StringWriter;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.WeakHashMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.postgresql.PGConnection;
import org.postgresql.core.BaseConnection;

/**
 * Runs a program and compares each answer with the model. Operations that make no sense where they stand do nothing, so
 * that a program stays one when operations are taken out of it. One thread.
 */
final class Interpreter {

    /** What a statement of the program gives; may throw what the driver throws. */
    private interface Work<T> {
        T run() throws Exception;
    }

    /** Answer or reviewed error of one statement. */
    private record Answer<T>(T value, SQLException error) {
        boolean succeeded() {
            return error == null;
        }
    }

    private static final String[] QUERIES = {
        "select tenant_id from invoices",
        "select tenant_id from invoices where amount >= ?",
        "with visible as (select * from invoices) select tenant_id from visible order by id",
        "select i.tenant_id from invoices i join countries c on c.code = i.country",
        "select tenant_id from open_invoices"
    };

    /** What the application set for the session inside a tenant scope, by the driver's connection. */
    private static final Map<Object, Set<String>> LEFT_IN_SESSION = Collections.synchronizedMap(new WeakHashMap<>());

    /** Every value is set in a statement of its own then. */
    private static final boolean PORTABLE = "jdbc".equals(System.getProperty("warden.strategy"));

    private static final AtomicLong TAGS = new AtomicLong(System.nanoTime());

    private final Target target;
    private final int slot;
    private final Tally tally;
    private final Model model;
    private final ScheduledExecutorService timer;
    private final Map<Integer, PreparedStatement> kept = new HashMap<>();

    private int profile;
    private Connection connection;

    /**
     * @param target where connections come from and what they can do
     * @param slot which of the rows that only one thread writes are this thread's
     */
    Interpreter(Target target, int slot, Tally tally, ScheduledExecutorService timer) {
        this.target = target;
        this.slot = slot;
        this.tally = tally;
        this.timer = timer;
        this.model = new Model(target.enforce());
    }

    /**
     * Runs it to its end, and gives the connection back.
     *
     * @throws Divergence at the first answer that the model does not have
     */
    void run(Program program) {
        profile = program.profile();
        int at = 0;
        try {
            for (Op op : program.operations()) {
                tally.operation(op.kind());
                at++;
                perform(op);
            }
            handBack(0);
            tally.programs.increment();
        } catch (Divergence e) {
            abandon();
            throw new Divergence(
                    e.sort(),
                    "operation " + at + ", "
                            + (at == 0 ? "" : program.operations().get(at - 1)) + ": " + e.getMessage(),
                    e.getCause() == null ? e : e.getCause());
        } catch (SQLException e) {
            abandon();
            throw new Divergence(
                    Sort.ERROR_OUTSIDE_THE_TABLE,
                    "operation " + at + ", " + program.operations().get(at - 1) + ": " + describe(e),
                    e);
        } finally {
            TenantContext.clear();
            model.tenant = null;
        }
    }

    private void abandon() {
        if (connection != null) {
            target.evict(connection, profile);
            closeQuietly(connection);
        }
        forgetConnection();
    }

    // ---- one statement

    private Scope scope(Op op) {
        return model.scope(op.bypass());
    }

    private static EnumSet<Cause> none() {
        return EnumSet.noneOf(Cause.class);
    }

    /** A statement that reads or writes protected tables, by name or behind a function. */
    private <T> Answer<T> statement(Op op, boolean named, EnumSet<Cause> must, EnumSet<Cause> may, Work<T> work) {
        Scope scope = scope(op);
        boolean applications = model.isApplications(scope);
        EnumSet<Cause> certain = EnumSet.copyOf(must);
        EnumSet<Cause> possible = EnumSet.copyOf(may);
        if (model.enforces() && named) {
            if (scope.isNone()) {
                if (model.inherited) {
                    possible.add(Cause.UNSCOPED); // what the borrower before has set in its open transaction counts
                } else if (!applications && !model.mayBeApplications(scope)) {
                    certain.add(Cause.UNSCOPED);
                } else if (!applications || !model.applicationCertain) {
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
    private <T> Answer<T> plain(Op op, EnumSet<Cause> must, EnumSet<Cause> may, Work<T> work) {
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
    private <T> Answer<T> control(Op op, EnumSet<Cause> may, Work<T> work) {
        return attempt(op, none(), may, work);
    }

    private <T> Answer<T> attempt(Op op, EnumSet<Cause> must, EnumSet<Cause> may, Work<T> work) {
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
        if (target.pooler() && (PORTABLE || !Profile.ALL.get(profile).extended())) {
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
            boolean portal = op.kind() == Kind.CURSOR_OPEN
                    || Profile.ALL.get(profile).parameters().contains("defaultRowFetchSize");
            boolean autosave = Profile.ALL.get(profile).parameters().contains("autosave");
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

    private static String describe(SQLException error) {
        StringBuilder text = new StringBuilder();
        for (SQLException e = error; e != null; e = e.getNextException()) {
            text.append(e.getSQLState()).append(' ').append(e.getMessage()).append(' ');
        }
        return text.toString();
    }

    /** Asks the driver what the server said of the transaction. */
    private void synchronise() {
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

    // ---- what was seen

    private static Map<String, Integer> tenants(ResultSet rows) throws SQLException {
        Map<String, Integer> seen = new TreeMap<>();
        while (rows.next()) {
            seen.merge(String.valueOf(rows.getString(1)), 1, Integer::sum);
        }
        return seen;
    }

    /** Compares rows by tenant with what the scope sees of a table with so many rows of each. */
    private void check(Scope scope, Map<String, Integer> seen, int each, String what) {
        check(scope, seen, each, what, true);
    }

    /**
     * Known limit: what the application set for the session inside a tenant scope is put right before statements that name
     * a protected table, not before those that do not and have no scope.
     */
    private boolean isLeftInSession(Scope scope, boolean named, Set<String> seen) {
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

    private void leaveInSession(String value) throws SQLException {
        LEFT_IN_SESSION
                .computeIfAbsent(connection.unwrap(BaseConnection.class), key -> ConcurrentHashMap.newKeySet())
                .add(value);
    }

    private void check(Scope scope, Map<String, Integer> seen, int each, String what, boolean named) {
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
        if (model.inherited && scope.isNone() && (seen.isEmpty() || Scope.isOneTenant(seen, each))) {
            return; // the borrower before has left its transaction open, with what it had set itself: known limit
        }
        Set<String> foreign = new TreeSet<>(seen.keySet());
        foreign.removeAll(scope.visible());
        throw new Divergence(
                foreign.isEmpty() ? Sort.MISSING_ROWS : Sort.FOREIGN_ROWS,
                what + " as " + scope + (model.application == null ? "" : " (application: " + model.application + ")")
                        + " gave rows " + seen + ", expected " + scope.rows(each));
    }

    /** Compares a number of rows, where they cannot be told apart. */
    private void checkCount(Scope scope, long seen, int each, String what, boolean named) {
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
        if (model.inherited && scope.isNone() && (seen == 0 || seen == each)) {
            return;
        }
        throw new Divergence(
                seen > expected ? Sort.FOREIGN_ROWS : Sort.MISSING_ROWS,
                what + " as " + scope + " touched " + seen + " rows, expected " + expected);
    }

    private void checkText(Scope scope, String seen, String what) {
        Map<String, Integer> tenants = new TreeMap<>();
        if (seen != null && !seen.isEmpty()) {
            for (String one : seen.split(",")) {
                tenants.put(one, 1);
            }
        }
        check(scope, tenants, 1, what, false);
    }

    // ---- connections

    private Connection connection() throws SQLException {
        if (connection == null) {
            borrow();
        }
        return connection;
    }

    private void borrow() throws SQLException {
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
        }
    }

    private void forgetConnection() {
        connection = null;
        kept.clear();
        model.disconnected();
    }

    private void handBack(int how) {
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

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // it is gone already, or goes with its connection
        }
    }

    // ---- the operations

    private void perform(Op op) throws SQLException {
        switch (op.kind()) {
            case TENANT -> tenant(Scope.TENANTS.get(op.a() % 3));
            case NO_TENANT -> tenant(null);
            case BORROW, HAND_BACK -> handBack(op.a());
            default -> {
                connection();
                if (connection != null) {
                    performConnected(op);
                }
            }
        }
    }

    private void tenant(String id) {
        model.tenant = id;
        if (id == null) {
            TenantContext.clear();
        } else {
            TenantContext.set(id);
        }
    }

    private void performConnected(Op op) throws SQLException {
        switch (op.kind()) {
            case AUTOCOMMIT_OFF -> {
                if (model.autocommit) {
                    control(op, none(), () -> {
                        connection.setAutoCommit(false);
                        return null;
                    });
                    if (connection != null) {
                        model.autocommit = false;
                    }
                }
            }
            case AUTOCOMMIT_ON -> {
                if (!model.autocommit) {
                    Answer<?> answer = end(op, () -> {
                        connection.setAutoCommit(true);
                        return null;
                    });
                    if (connection != null) {
                        model.autocommit = answer.succeeded() || connection.getAutoCommit();
                    }
                }
            }
            case COMMIT -> {
                if (model.inTransaction) {
                    boolean text = model.autocommit || op.a() % 3 == 0 && !textFailsNow();
                    end(op, () -> text ? execute(op.b() % 2 == 0 ? "commit" : "end") : jdbcCommit());
                }
            }
            case ROLLBACK -> {
                if (model.inTransaction) {
                    rollback(op, model.autocommit || op.a() % 3 == 0);
                }
            }
            case CHAIN -> {
                if (textFailsNow()) {
                    rollback(op, false);
                } else if (model.inTransaction && op.a() % 2 == 0) {
                    end(op, () -> execute("commit and chain"));
                } else if (model.inTransaction) {
                    control(op, none(), () -> execute("rollback and chain"));
                    model.transactionEnded();
                }
                synchronise();
            }
            case TEXT_BEGIN -> {
                if (model.autocommit && !model.inTransaction) {
                    control(op, none(), () -> execute(op.a() % 2 == 0 ? "begin" : "start transaction"));
                }
            }
            case SAVEPOINT -> savepoint(op);
            case ROLLBACK_TO -> rollbackTo(op);
            case RELEASE -> release(op);
            case READ_ONLY -> {
                if (!model.inTransaction) {
                    boolean wanted = op.a() % 2 == 0;
                    control(op, none(), () -> {
                        connection.setReadOnly(wanted);
                        return null;
                    });
                    model.readOnly = connection != null && wanted;
                }
            }
            case ISOLATION -> {
                if (!model.inTransaction) {
                    int level = op.a() % 2 == 0
                            ? Connection.TRANSACTION_READ_COMMITTED
                            : op.b() % 2 == 0
                                    ? Connection.TRANSACTION_REPEATABLE_READ
                                    : Connection.TRANSACTION_SERIALIZABLE;
                    control(op, none(), () -> {
                        connection.setTransactionIsolation(level);
                        return null;
                    });
                    model.isolated = connection != null && level != Connection.TRANSACTION_READ_COMMITTED;
                }
            }
            default -> {
                if (model.failed && op.a() % 4 != 0) {
                    recover(op);
                }
                if (connection != null) {
                    performStatement(op);
                }
            }
        }
    }

    private EnumSet<Cause> must() {
        return model.failed ? EnumSet.of(Cause.FAILED_TRANSACTION) : none();
    }

    private void performStatement(Op op) throws SQLException {
        switch (op.kind()) {
            case SELECT_PREPARED -> selectPrepared(op);
            case SELECT_SIMPLE -> selectSimple(op);
            case FUNCTION -> function(op);
            case CALLABLE -> callable(op);
            case UPDATE -> update(op);
            case INSERT -> insert(op);
            case INSERT_FOREIGN -> insertForeign(op);
            case INSERT_DEFERRED -> insertDeferred(op);
            case CONSTRAINTS_IMMEDIATE -> constraintsImmediate(op);
            case BATCH_INSERT -> batchInsert(op, 2 + op.b() % 40);
            case BATCH_LARGE -> {
                if (op.a() % 2 == 0) {
                    batchInsert(op, 300 + 5 * op.b());
                } else {
                    batchUpdate(op, 280 + op.b());
                }
            }
            case BATCH_PLAIN -> batchPlain(op);
            case UPDATABLE -> updatable(op);
            case CURSOR_OPEN -> cursorOpen(op);
            case CURSOR_READ -> cursorRead(op);
            case CURSOR_CLOSE -> cursorClose(op);
            case SQL_DECLARE -> declare(op);
            case SQL_FETCH -> fetch(op);
            case SQL_CLOSE -> closeSqlCursor(op);
            case COPY_OUT -> copyOut(op);
            case COPY_IN -> copyIn(op);
            case CALL -> callProcedure(op);
            case DO -> doBlock(op);
            case CALL_COMMITS -> callThatCommits(op);
            case CREATE_TABLE_AS -> createTableAs(op);
            case SEVERAL -> several(op);
            case METADATA -> metadata(op);
            case IS_VALID -> plain(op, none(), EnumSet.of(Cause.FAILED_TRANSACTION), () -> connection.isValid(5));
            case LARGE_OBJECT -> largeObject(op);
            case TEMPORARY_TABLE -> temporaryTable(op);
            case TEMPORARY_VIEW -> temporaryView(op);
            case UNKNOWN_NAME -> unknownName(op);
            case SEARCH_PATH -> searchPath(op);
            case SET_LOCAL -> setLocal(op);
            case SET_SESSION -> setSession(op);
            case RESET_ALL -> reset(op, "reset all");
            case SAME_VALUE -> sameValue(op);
            case ROLE -> role(op);
            case DISCARD_ALL -> {
                if (!model.inBlock()) {
                    reset(op, "discard all");
                }
            }
            case NESTED_BYPASS -> nestedBypass(op);
            case DIVISION_BY_ZERO -> divisionByZero(op);
            case NO_PARAMETER -> noParameter(op);
            case CANCEL -> cancel(op);
            case TERMINATE -> terminate(op);
            default -> throw new IllegalStateException(op.toString());
        }
    }

    private Void execute(String sql) throws SQLException {
        try (Statement s = connection.createStatement()) {
            s.execute(sql);
        }
        return null;
    }

    private Void jdbcCommit() throws SQLException {
        connection.commit();
        return null;
    }

    // ---- transactions

    private Answer<?> end(Op op, Work<?> how) {
        List<String> pending = List.copyOf(model.deferred);
        Set<String> allowed = Set.copyOf(model.lastTenants);
        boolean known = !model.inherited && !model.applicationUsed && !model.failed;
        EnumSet<Cause> may = none();
        if (model.failed) {
            may.add(Cause.FAILED_TRANSACTION);
        }
        boolean open = model.inTransaction;
        Answer<?> answer = control(op, may, how);
        // a cancel may hit what Warden sets before COMMIT: the transaction is open as before then
        if (open && (answer.succeeded() || !model.inTransaction)) {
            model.transactionEnded();
        }
        synchronise();
        if (answer.succeeded() && known && connection != null) {
            checkDeferred(pending, allowed);
        }
        return answer;
    }

    /** What the deferred triggers saw while COMMIT ran. */
    private void checkDeferred(List<String> tags, Set<String> allowed) {
        for (String tag : tags) {
            Op op = new Op(Kind.SELECT_SIMPLE, 0, 0, false);
            if (connection == null) {
                return;
            }
            Answer<String> answer = plain(
                    op,
                    none(),
                    none(),
                    () -> query("select coalesce(seen_tenant, '') || ':' || coalesce(seen_platform, '')"
                            + " from deferred_log where tag = '" + tag + "'"));
            if (!answer.succeeded()) {
                return;
            }
            String seen = String.valueOf(answer.value());
            int colon = seen.indexOf(':');
            if (colon < 0 || !allowed.contains(seen.substring(0, colon)) || seen.endsWith(":on")) {
                throw new Divergence(
                        Sort.DEFERRED_TRIGGER,
                        "a deferred trigger ran as \"" + seen + "\" (tenant:platform), expected one of " + allowed
                                + " without the bypass");
            }
        }
    }

    private String query(String sql) throws SQLException {
        try (Statement s = connection.createStatement();
                ResultSet rows = s.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    /** With autosave the driver sends its SAVEPOINT before a textual ROLLBACK too, which a failed transaction refuses. */
    private boolean textFailsNow() {
        return model.failed
                && !model.autocommit
                && Profile.ALL.get(profile).parameters().contains("autosave");
    }

    private void rollback(Op op, boolean text) {
        boolean textual = text && !textFailsNow();
        control(op, none(), () -> {
            if (textual) {
                return execute(op.b() % 2 == 0 ? "rollback" : "abort");
            }
            connection.rollback();
            return null;
        });
        model.transactionEnded();
        synchronise();
    }

    private void recover(Op op) throws SQLException {
        Op own = new Op(
                op.b() % 2 == 0 && !model.savepoints.isEmpty() ? Kind.ROLLBACK_TO : Kind.ROLLBACK, 0, op.b(), false);
        performConnected(own);
    }

    private void savepoint(Op op) {
        if (!model.inTransaction && model.autocommit || model.savepoints.size() > 5) {
            return;
        }
        String name = "s" + TAGS.incrementAndGet();
        boolean jdbc = !model.autocommit && op.a() % 2 == 0;
        Answer<Savepoint> answer = attempt(op, must(), none(), () -> {
            if (jdbc) {
                return op.b() % 2 == 0 ? connection.setSavepoint() : connection.setSavepoint(name);
            }
            execute("savepoint " + name);
            return null;
        });
        if (answer.succeeded() && connection != null) {
            model.save(name, answer.value());
        }
    }

    private void rollbackTo(Op op) {
        if (model.savepoints.isEmpty()) {
            return;
        }
        // the top one, or one below it
        for (int down = op.a() % 3; down > 0 && model.savepoints.size() > 1; down--) {
            model.savepoints.pop();
        }
        Model.Saved saved = model.savepoints.peek();
        if (saved.savepoint() == null && textFailsNow()) {
            rollback(op, false);
            return;
        }
        Answer<?> answer = control(op, none(), () -> {
            if (saved.savepoint() != null) {
                connection.rollback(saved.savepoint());
            } else {
                execute("rollback to " + (op.b() % 2 == 0 ? "savepoint " : "") + saved.name());
            }
            return null;
        });
        if (answer.succeeded() && connection != null) {
            model.rolledBackTo(saved);
        } else if (connection != null) {
            // cancelled: which savepoint it stands at is not known
            rollback(op, model.autocommit);
        }
    }

    private void release(Op op) {
        if (model.savepoints.isEmpty() || model.failed) {
            return;
        }
        Model.Saved saved = model.savepoints.pop();
        control(op, none(), () -> {
            if (saved.savepoint() != null) {
                connection.releaseSavepoint(saved.savepoint());
            } else {
                execute("release savepoint " + saved.name());
            }
            return null;
        });
    }

    // ---- reading

    private void selectPrepared(Op op) {
        Scope scope = scope(op);
        int number = op.a() % QUERIES.length;
        Answer<Map<String, Integer>> answer = statement(op, true, must(), none(), () -> {
            PreparedStatement select = kept.get(number);
            if (select == null) {
                select = connection.prepareStatement(QUERIES[number]);
                kept.put(number, select);
            }
            if (number == 1) {
                select.setInt(1, 0);
            }
            try (ResultSet rows = select.executeQuery()) {
                return tenants(rows);
            }
        });
        if (answer.succeeded()) {
            check(scope, answer.value(), Fixture.INVOICES, "select (" + number + ")");
        }
    }

    private void selectSimple(Op op) {
        Scope scope = scope(op);
        String sql = op.a() % 2 == 0 ? QUERIES[0] : "/* one */ (select tenant_id from invoices)";
        Answer<Map<String, Integer>> answer = statement(op, true, must(), none(), () -> {
            try (Statement s = connection.createStatement();
                    ResultSet rows = s.executeQuery(sql)) {
                return tenants(rows);
            }
        });
        if (answer.succeeded()) {
            check(scope, answer.value(), Fixture.INVOICES, "simple select");
        }
    }

    private void function(Op op) {
        Scope scope = scope(op);
        Answer<String> answer = statement(op, false, must(), none(), () -> query("select tenants_seen()"));
        if (answer.succeeded()) {
            checkText(scope, answer.value(), "a function");
        }
    }

    private void callable(Op op) {
        if (simpleProtocol()) {
            return; // the driver has no out parameters there
        }
        Scope scope = scope(op);
        Answer<String> answer = statement(op, false, must(), none(), () -> {
            try (CallableStatement call = connection.prepareCall("{ ? = call tenants_seen() }")) {
                call.registerOutParameter(1, Types.VARCHAR);
                call.execute();
                return call.getString(1);
            }
        });
        if (answer.succeeded()) {
            checkText(scope, answer.value(), "a callable statement");
        }
    }

    private boolean simpleProtocol() {
        return Profile.ALL.get(profile).parameters().contains("preferQueryMode=simple");
    }

    private void metadata(Op op) {
        if (op.a() % 8 == 7) {
            plain(op, none(), EnumSet.of(Cause.FAILED_TRANSACTION), () -> {
                try (ResultSet rows = connection.getMetaData().getTables(null, "public", "invoices", null)) {
                    return rows.next();
                }
            });
            return;
        }
        if (simpleProtocol()) {
            return; // nothing can be described there
        }
        EnumSet<Cause> may = EnumSet.of(Cause.FAILED_TRANSACTION);
        // only described: it runs nothing, so it needs no scope
        attempt(op, none(), may, () -> {
            try (PreparedStatement select =
                    connection.prepareStatement("select tenant_id from invoices where amount > ? and note <> ?")) {
                // the driver names the statement for the latter
                return op.a() % 2 == 0 || target.pooler()
                        ? select.getParameterMetaData().getParameterCount()
                        : select.getMetaData().getColumnCount();
            }
        });
    }

    // ---- writing

    private String writer(Scope scope, Op op) {
        return scope.isTenant() ? scope.tenant() : Scope.TENANTS.get(op.a() % 3);
    }

    /** Without a scope the policy forbids every new row. */
    private EnumSet<Cause> mustForInsert(Scope scope) {
        EnumSet<Cause> must = must();
        if (scope.isNone() && must.isEmpty() && !model.inherited) {
            must.add(Cause.ROW_SECURITY);
        }
        return must;
    }

    private EnumSet<Cause> mayForInsert(Scope scope) {
        return scope.isNone() ? EnumSet.of(Cause.ROW_SECURITY) : none();
    }

    private boolean writesAsApplication(Scope scope) {
        return model.isApplications(scope);
    }

    private void update(Op op) {
        Scope scope = scope(op);
        model.wrote = true;
        if (op.a() % 2 == 0) {
            Answer<Integer> answer = statement(op, true, must(), none(), () -> {
                try (PreparedStatement update =
                        connection.prepareStatement("update accounts set amount = amount + 1 where slot = ?")) {
                    update.setInt(1, slot);
                    return update.executeUpdate();
                }
            });
            if (answer.succeeded()) {
                checkCount(scope, answer.value(), Fixture.ACCOUNTS, "update", true);
            }
        } else {
            Answer<Map<String, Integer>> answer = statement(op, true, must(), none(), () -> {
                try (Statement s = connection.createStatement();
                        ResultSet rows = s.executeQuery("update accounts set amount = amount + 1 where slot = " + slot
                                + " returning tenant_id")) {
                    return tenants(rows);
                }
            });
            if (answer.succeeded()) {
                check(scope, answer.value(), Fixture.ACCOUNTS, "update returning");
            }
        }
    }

    private void insert(Op op) {
        Scope scope = scope(op);
        if (writesAsApplication(scope)) {
            return;
        }
        String tenant = writer(scope, op);
        Answer<Integer> answer = statement(op, true, mustForInsert(scope), mayForInsert(scope), () -> {
            try (PreparedStatement insert = connection.prepareStatement(
                    "insert into work (tenant_id, tag, amount) values (?, 'single', ?)",
                    Statement.RETURN_GENERATED_KEYS)) {
                insert.setString(1, tenant);
                insert.setInt(2, op.b());
                insert.executeUpdate();
                int keys = 0;
                try (ResultSet rows = insert.getGeneratedKeys()) {
                    while (rows.next()) {
                        keys += rows.getLong("id") > 0 ? 1 : 0;
                    }
                }
                return keys;
            }
        });
        if (answer.succeeded() && answer.value() != 1) {
            throw new Divergence(Sort.MISSING_ROWS, answer.value() + " generated keys, expected 1");
        }
    }

    private void insertForeign(Op op) {
        Scope scope = scope(op);
        if (!scope.isTenant()) {
            return;
        }
        String foreign = Scope.TENANTS.get((Scope.TENANTS.indexOf(scope.tenant()) + 1 + op.a() % 2) % 3);
        EnumSet<Cause> must = must();
        must.add(Cause.ROW_SECURITY);
        statement(
                op,
                true,
                must,
                none(),
                () -> execute("insert into work (tenant_id, tag) values ('" + foreign + "', 'foreign')"));
    }

    private void insertDeferred(Op op) {
        Scope scope = scope(op);
        if (scope.isNone()) {
            return;
        }
        String tag = "d" + TAGS.incrementAndGet();
        boolean block = model.inBlock();
        boolean immediate = model.immediate;
        String tenant = writer(scope, op);
        Answer<?> answer = statement(
                op,
                true,
                must(),
                none(),
                () -> execute("insert into outbox (tenant_id, tag) values ('" + tenant + "', '" + tag + "')"));
        if (!answer.succeeded() || connection == null) {
            return;
        }
        if (block && !immediate) {
            model.deferred.add(tag);
        } else if (scope.isTenant() && !model.applicationUsed) {
            checkDeferred(List.of(tag), Set.of(scope.tenant()));
        }
    }

    private void constraintsImmediate(Op op) {
        Scope scope = scope(op);
        if (!scope.isTenant() || !model.inTransaction || op.bypass()) {
            return;
        }
        List<String> pending = List.copyOf(model.deferred);
        boolean known = !model.inherited && !model.applicationUsed;
        Answer<?> answer = statement(op, false, must(), none(), () -> execute("set constraints all immediate"));
        if (answer.succeeded() && connection != null) {
            model.deferred.clear();
            model.immediate = true;
            if (known) {
                checkDeferred(pending, Set.of(scope.tenant()));
            }
        }
    }

    private void batchInsert(Op op, int size) {
        Scope scope = scope(op);
        if (writesAsApplication(scope)) {
            return;
        }
        String tag = "b" + TAGS.incrementAndGet();
        String tenant = writer(scope, op);
        boolean keys = op.b() % 3 == 0 && size < 100;
        Answer<Integer> answer = statement(op, true, mustForInsert(scope), mayForInsert(scope), () -> {
            String sql = "insert into work (tenant_id, tag, amount) values (?, ?, ?)";
            try (PreparedStatement insert =
                    keys ? connection.prepareStatement(sql, new String[] {"id"}) : connection.prepareStatement(sql)) {
                for (int i = 0; i < size; i++) {
                    insert.setString(1, tenant);
                    insert.setString(2, tag);
                    insert.setInt(3, i);
                    insert.addBatch();
                }
                int[] counts = insert.executeBatch();
                if (!keys) {
                    return counts.length;
                }
                int found = 0;
                try (ResultSet rows = insert.getGeneratedKeys()) {
                    while (rows.next()) {
                        found++;
                    }
                }
                return found;
            }
        });
        if (!answer.succeeded() || connection == null) {
            return;
        }
        if (answer.value() != size) {
            throw new Divergence(
                    Sort.MISSING_ROWS, "a batch of " + size + " gave " + answer.value() + " counts or keys");
        }
        Answer<Map<String, Integer>> deleted = statement(op, true, must(), none(), () -> {
            try (Statement s = connection.createStatement();
                    ResultSet rows = s.executeQuery("delete from work where tag = '" + tag + "' returning tenant_id")) {
                return tenants(rows);
            }
        });
        if (deleted.succeeded()) {
            check(Scope.tenant(tenant), deleted.value(), size, "the rows of a batch, deleted as " + scope + ",");
        }
    }

    private void batchUpdate(Op op, int size) {
        Scope scope = scope(op);
        model.wrote = true;
        Answer<int[]> answer = statement(op, true, must(), none(), () -> {
            try (PreparedStatement update = connection.prepareStatement(
                    "update accounts set amount = amount + ? where slot = ? and ordinal = 1")) {
                for (int i = 0; i < size; i++) {
                    update.setInt(1, i % 2 == 0 ? 1 : -1);
                    update.setInt(2, slot);
                    update.addBatch();
                }
                return update.executeBatch();
            }
        });
        if (answer.succeeded()) {
            for (int i = 0; i < size; i++) {
                checkCount(scope, answer.value()[i], 1, "statement " + i + " of a batch of " + size, true);
            }
        }
    }

    private void batchPlain(Op op) {
        Scope scope = scope(op);
        model.wrote = true;
        Answer<int[]> answer = statement(op, true, must(), none(), () -> {
            try (Statement s = connection.createStatement()) {
                s.addBatch("update accounts set amount = amount + 1 where slot = " + slot);
                s.addBatch("delete from work where tag = 'single' and amount = -1");
                s.addBatch("update accounts set amount = amount - 1 where slot = " + slot);
                return s.executeBatch();
            }
        });
        if (answer.succeeded()) {
            checkCount(scope, answer.value()[0], Fixture.ACCOUNTS, "the first statement of a batch", true);
            checkCount(scope, answer.value()[2], Fixture.ACCOUNTS, "the last statement of a batch", true);
        }
    }

    private void updatable(Op op) {
        Scope scope = scope(op);
        model.wrote = true;
        int type = op.a() % 2 == 0 ? ResultSet.TYPE_SCROLL_INSENSITIVE : ResultSet.TYPE_FORWARD_ONLY;
        Answer<Map<String, Integer>> answer = statement(op, true, must(), none(), () -> {
            try (Statement s = connection.createStatement(type, ResultSet.CONCUR_UPDATABLE);
                    ResultSet rows = s.executeQuery(
                            "select tenant_id, id, amount from accounts where slot = " + slot + " order by id")) {
                Map<String, Integer> seen = new TreeMap<>();
                while (rows.next()) {
                    seen.merge(rows.getString(1), 1, Integer::sum);
                    if (rows.getInt(3) % 4 == 0) {
                        rows.updateInt(3, rows.getInt(3) + 1);
                        rows.updateRow();
                    }
                }
                return seen;
            }
        });
        if (answer.succeeded()) {
            check(scope, answer.value(), Fixture.ACCOUNTS, "an updatable result set");
        }
    }

    // ---- cursors

    private void cursorOpen(Op op) {
        if (model.cursors.size() > 2) {
            return;
        }
        Scope scope = scope(op);
        // in a transaction that somebody left open the application's own value may hold
        if (model.isApplications(scope) || model.inherited && scope.isNone()) {
            return;
        }
        int first = 1 + op.b() % 4;
        Answer<Model.Cursor> answer = statement(op, true, must(), none(), () -> {
            PreparedStatement select = connection.prepareStatement(QUERIES[0]);
            select.setFetchSize(3 + op.a() % 4);
            ResultSet rows = select.executeQuery();
            Model.Cursor cursor = new Model.Cursor(select, rows, scope);
            read(cursor, first);
            return cursor;
        });
        if (answer.succeeded() && connection != null) {
            Model.Cursor cursor = answer.value();
            if (cursor.read < first || !model.inTransaction) {
                if (cursor.read < first) {
                    checkRead(cursor);
                }
                closeQuietly(cursor.statement);
            } else {
                model.cursors.add(cursor);
            }
        }
    }

    /** Reads up to so many rows; fewer are there at its end. */
    private void read(Model.Cursor cursor, int wanted) throws SQLException {
        for (int i = 0; i < wanted; i++) {
            if (!cursor.rows.next()) {
                return;
            }
            tally.rows.increment();
            cursor.read++;
            String owner = cursor.rows.getString(1);
            if (cursor.scope.isNone() && model.inherited) {
                continue;
            }
            if (!cursor.scope.visible().contains(owner)) {
                throw new Divergence(
                        Sort.FOREIGN_ROWS,
                        "row " + cursor.read + " of a result set opened as " + cursor.scope + " belongs to " + owner);
            }
        }
    }

    private void checkRead(Model.Cursor cursor) {
        int expected = Fixture.INVOICES * cursor.scope.visible().size();
        if (cursor.scope.isNone() && model.inherited && cursor.read == Fixture.INVOICES) {
            return;
        }
        if (cursor.read != expected) {
            throw new Divergence(
                    Sort.MISSING_ROWS,
                    "a result set opened as " + cursor.scope + " ended after " + cursor.read + " rows, expected "
                            + expected);
        }
    }

    private void cursorRead(Op op) {
        if (model.cursors.isEmpty()) {
            return;
        }
        Model.Cursor cursor = model.cursors.get(op.a() % model.cursors.size());
        int wanted = 1 + op.b() % 30;
        int before = cursor.read;
        boolean mayBeGone = model.failed || model.cursorsMayBeGone;
        Answer<?> answer = attempt(op, none(), mayBeGone ? EnumSet.of(Cause.LOST_CURSOR) : none(), () -> {
            read(cursor, wanted);
            return null;
        });
        if (!answer.succeeded()) {
            model.cursors.remove(cursor);
            model.ghosts.add(cursor.scope);
        } else if (cursor.read < before + wanted) {
            checkRead(cursor);
            model.cursors.remove(cursor);
            closeQuietly(cursor.statement);
        }
    }

    private void cursorClose(Op op) {
        if (!model.cursors.isEmpty()) {
            Model.Cursor cursor = model.cursors.remove(op.a() % model.cursors.size());
            closeQuietly(op.b() % 2 == 0 ? cursor.rows : cursor.statement);
        }
    }

    private void declare(Op op) {
        Scope scope = scope(op);
        if (!model.inBlock() || model.sqlCursors.size() > 2 || model.isApplications(scope)) {
            return;
        }
        String name = "c" + TAGS.incrementAndGet();
        Answer<?> answer =
                statement(op, true, must(), none(), () -> execute("declare " + name + " cursor for " + QUERIES[0]));
        if (answer.succeeded() && connection != null) {
            model.sqlCursors.put(name, scope);
        }
    }

    private String sqlCursor(Op op) {
        List<String> names = new ArrayList<>(model.sqlCursors.keySet());
        return names.get(op.a() % names.size());
    }

    private void fetch(Op op) {
        if (model.sqlCursors.isEmpty()) {
            return;
        }
        String name = sqlCursor(op);
        Scope opened = model.sqlCursors.get(name);
        // a cancelled COPY has no savepoint of autosave: the driver goes back to one that may be older than the cursor
        boolean older = target.faults() && Profile.ALL.get(profile).parameters().contains("autosave");
        EnumSet<Cause> may = older || model.cursorsMayBeGone ? EnumSet.of(Cause.LOST_CURSOR) : none();
        Answer<Set<String>> answer = statement(op, false, must(), may, () -> {
            try (Statement s = connection.createStatement();
                    ResultSet rows = s.executeQuery("fetch " + (1 + op.b() % 5) + " from " + name)) {
                return tenants(rows).keySet();
            }
        });
        if (answer.succeeded() && !opened.visible().containsAll(answer.value())) {
            throw new Divergence(
                    Sort.FOREIGN_ROWS,
                    "FETCH as " + scope(op) + " from a cursor declared as " + opened + " gave rows of "
                            + answer.value());
        }
    }

    private void closeSqlCursor(Op op) {
        if (model.sqlCursors.isEmpty()) {
            return;
        }
        String name = sqlCursor(op);
        boolean all = op.b() % 4 == 0;
        Answer<?> answer = attempt(op, must(), none(), () -> execute(all ? "close all" : "close " + name));
        if (answer.succeeded()) {
            if (all) {
                model.sqlCursors.clear();
                // CLOSE ALL closes the portals of result sets too; the driver does not know it
                model.cursors.forEach(cursor -> model.ghosts.add(cursor.scope));
                model.cursors.clear();
            } else {
                model.sqlCursors.remove(name);
            }
        }
    }

    // ---- COPY, CALL, DO

    private void copyOut(Op op) {
        Scope scope = scope(op);
        Answer<String> answer = statement(op, true, must(), mayForCopy(), () -> {
            StringWriter out = new StringWriter();
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut("copy (select tenant_id from invoices) to stdout", out);
            return out.toString();
        });
        if (answer.succeeded()) {
            Map<String, Integer> seen = new TreeMap<>();
            answer.value().lines().forEach(line -> seen.merge(line, 1, Integer::sum));
            check(scope, seen, Fixture.INVOICES, "COPY TO");
        }
    }

    private void copyIn(Op op) {
        if (op.a() % 2 == 0) {
            Answer<Long> answer = plain(
                    op,
                    must(),
                    none(),
                    () -> connection
                            .unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyIn("copy notes from stdin", new StringReader("one\ntwo\n")));
            if (answer.succeeded() && answer.value() != 2) {
                throw new Divergence(Sort.MISSING_ROWS, "COPY FROM took " + answer.value() + " of 2 rows");
            }
            return;
        }
        EnumSet<Cause> must = must();
        must.add(Cause.COPY_FROM);
        statement(
                op,
                true,
                must,
                mayForCopy(),
                () -> connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn("copy work (tenant_id, tag) from stdin", new StringReader("t1\tcopied\n")));
    }

    private EnumSet<Cause> mayForCopy() {
        return target.pooler() && !model.inBlock() ? EnumSet.of(Cause.COPY_UNSET) : none();
    }

    private EnumSet<Cause> mayForCall() {
        return target.pooler() && !model.inBlock() ? EnumSet.of(Cause.CALL_UNSET) : none();
    }

    private void callProcedure(Op op) {
        Scope scope = scope(op);
        model.wrote = true;
        Answer<String> answer =
                statement(op, false, must(), mayForCall(), () -> query("call touch_accounts(" + slot + ", 0)"));
        if (answer.succeeded()) {
            checkCount(scope, Long.parseLong(answer.value()), Fixture.ACCOUNTS, "a procedure", false);
        }
    }

    private void doBlock(Op op) {
        Scope scope = scope(op);
        String tag = "o" + TAGS.incrementAndGet();
        Answer<?> answer = statement(
                op,
                false,
                must(),
                mayForCall(),
                () -> execute("do $$ begin insert into seen_log values ('" + tag + "', tenants_seen()); end $$"));
        if (answer.succeeded() && connection != null) {
            checkLog(op, scope, tag, 1, "DO");
        }
    }

    private void callThatCommits(Op op) {
        Scope scope = scope(op);
        String tag = "p" + TAGS.incrementAndGet();
        EnumSet<Cause> must = must();
        if (model.inBlock()) {
            must.add(Cause.COMMIT_INSIDE);
        }
        boolean applications = model.isApplications(scope);
        Answer<?> answer = statement(op, false, must, mayForCall(), () -> execute("call commit_inside('" + tag + "')"));
        if (answer.succeeded() && connection != null && !applications) {
            checkLog(op, scope, tag, 2, "CALL with an inner COMMIT");
        }
    }

    private void checkLog(Op op, Scope scope, String tag, int lines, String what) {
        Answer<List<String>> answer = plain(op, none(), none(), () -> {
            List<String> seen = new ArrayList<>();
            try (Statement s = connection.createStatement();
                    ResultSet rows =
                            s.executeQuery("select coalesce(tenants, '') from seen_log where tag = '" + tag + "'")) {
                while (rows.next()) {
                    seen.add(rows.getString(1));
                }
            }
            return seen;
        });
        if (answer.succeeded()) {
            if (answer.value().size() != lines) {
                throw new Divergence(Sort.MISSING_ROWS, what + " left " + answer.value() + ", expected " + lines);
            }
            for (String seen : answer.value()) {
                checkText(scope, seen, what);
            }
        }
    }

    // ---- definition, several statements, large objects

    private void createTableAs(Op op) {
        Scope scope = scope(op);
        boolean block = model.inBlock();
        if (target.pooler() && !block) {
            return;
        }
        String name = "copied" + TAGS.incrementAndGet();
        Answer<?> answer = statement(
                op,
                true,
                must(),
                none(),
                () -> execute("create temp table " + name + (block ? " on commit drop" : "")
                        + " as select tenant_id as owner from invoices"));
        if (!answer.succeeded() || connection == null) {
            return;
        }
        Answer<Map<String, Integer>> rows = plain(op, none(), none(), () -> {
            try (Statement s = connection.createStatement();
                    ResultSet copied = s.executeQuery("select owner from " + name)) {
                return tenants(copied);
            }
        });
        if (rows.succeeded()) {
            check(scope, rows.value(), Fixture.INVOICES, "CREATE TABLE AS");
        }
        if (connection != null && !model.failed) {
            plain(op, none(), none(), () -> execute("drop table " + name));
        }
    }

    private void several(Op op) {
        Scope scope = scope(op);
        if (model.isApplications(scope)) {
            return;
        }
        boolean whole = !Profile.ALL.get(profile).extended() || "jdbc".equals(System.getProperty("warden.strategy"));
        String sql;
        if (model.inTransaction) {
            sql = op.a() % 2 == 0
                    ? "select tenants_seen(); select tenants_seen()"
                    : "savepoint several; select tenants_seen(); rollback to several; select tenants_seen();"
                            + " release several; select tenants_seen()";
        } else {
            sql = switch (op.a() % 5) {
                case 0 -> "begin; select tenants_seen(); commit; select tenants_seen()";
                case 1 -> "select tenants_seen(); begin; select tenants_seen(); rollback; select tenants_seen()";
                case 2 -> "begin; savepoint s; select tenants_seen(); rollback to s; select tenants_seen(); commit";
                case 3 -> "begin; select tenants_seen(); commit and chain; select tenants_seen(); rollback";
                default -> "select tenants_seen(); select tenants_seen()";
            };
        }
        EnumSet<Cause> may = whole ? EnumSet.of(Cause.SENT_WHOLE) : none();
        Answer<List<String>> answer = statement(op, false, must(), may, () -> {
            List<String> seen = new ArrayList<>();
            try (Statement s = connection.createStatement()) {
                boolean rows = s.execute(sql);
                while (rows || s.getUpdateCount() != -1) {
                    if (rows) {
                        try (ResultSet result = s.getResultSet()) {
                            seen.add(result.next() ? String.valueOf(result.getString(1)) : "no row");
                        }
                    }
                    rows = s.getMoreResults();
                }
            }
            return seen;
        });
        if (answer.succeeded()) {
            int expected = sql.split("tenants_seen", -1).length - 1;
            if (answer.value().size() != expected) {
                throw new Divergence(
                        Sort.MISSING_ROWS, "\"" + sql + "\" gave " + answer.value() + ", expected " + expected);
            }
            for (String seen : answer.value()) {
                checkText(scope, seen.equals("null") ? "" : seen, "\"" + sql + "\"");
            }
        }
    }

    private void largeObject(Op op) {
        if (model.autocommit || op.bypass()) {
            return;
        }
        plain(op, none(), EnumSet.of(Cause.FAILED_TRANSACTION), () -> {
            var objects = connection.unwrap(PGConnection.class).getLargeObjectAPI();
            long oid = objects.createLO();
            try (var object = objects.open(oid)) {
                object.write(new byte[] {1, 2, 3});
            }
            objects.delete(oid);
            return null;
        });
    }

    // ---- names that no snapshot of the catalog has

    private void temporaryTable(Op op) {
        if (model.failed || model.readOnly || model.begunReadOnly || model.inherited || op.bypass()) {
            return;
        }
        String table = "scratch_" + TAGS.incrementAndGet();
        String end = model.inBlock() && op.a() % 2 == 0 ? " on commit drop" : "";
        Answer<?> answer = plain(
                op,
                none(),
                none(),
                () -> execute("create temp table " + table + end + " as select code from countries"));
        if (answer.succeeded() && connection != null && op.b() % 3 == 0) {
            plain(op, none(), none(), () -> execute("insert into " + table + " values ('xx')"));
        }
        if (answer.succeeded() && connection != null && !model.failed) {
            Answer<String> rows = plain(op, none(), none(), () -> query("select count(*) from " + table));
            if (rows.succeeded() && Integer.parseInt(rows.value()) < 2) {
                throw new Divergence(Sort.MISSING_ROWS, "a temporary table has " + rows.value() + " rows");
            }
        }
        if (answer.succeeded() && connection != null && !model.failed) {
            plain(op, none(), none(), () -> execute("drop table " + table));
        }
    }

    private void temporaryView(Op op) {
        if (model.failed || model.readOnly || model.begunReadOnly || model.inherited || op.bypass()) {
            return;
        }
        String view = "seen_" + TAGS.incrementAndGet();
        Answer<?> created = plain(
                op, none(), none(), () -> execute("create temp view " + view + " as select tenant_id from invoices"));
        if (!created.succeeded() || connection == null) {
            return;
        }
        Scope scope = scope(op);
        String name = op.a() % 2 == 0 ? view : "pg_temp." + view;
        Answer<Map<String, Integer>> answer = statement(op, true, must(), none(), () -> {
            try (Statement s = connection.createStatement();
                    ResultSet rows = s.executeQuery("select tenant_id from " + name)) {
                return tenants(rows);
            }
        });
        if (answer.succeeded()) {
            check(scope, answer.value(), Fixture.INVOICES, "a temporary view");
        }
        if (connection != null && !model.failed) {
            plain(op, none(), none(), () -> execute("drop view " + view));
        }
    }

    /** The same name means a protected table on one path, and another table on the other. */
    private void searchPath(Op op) {
        if (model.failed || model.inherited || op.bypass()) {
            return;
        }
        String set = op.a() % 2 == 0 && model.inBlock() ? "set local search_path to " : "set search_path to ";
        Answer<?> there = plain(op, none(), none(), () -> execute(set + "side, public"));
        if (!there.succeeded() || connection == null) {
            return;
        }
        Scope scope = scope(op);
        Answer<Map<String, Integer>> answer = statement(op, true, must(), none(), () -> {
            try (Statement s = connection.createStatement();
                    ResultSet rows = s.executeQuery("select tenant_id from parcels")) {
                return tenants(rows);
            }
        });
        if (answer.succeeded()) {
            check(scope, answer.value(), Fixture.ACCOUNTS, "a table on the search path");
        }
        if (connection == null || model.failed) {
            return;
        }
        Answer<?> back = plain(op, none(), none(), () -> execute("set search_path to public"));
        if (back.succeeded() && connection != null) {
            plain(op, none(), none(), () -> query("select count(*) from parcels"));
        }
    }

    private void unknownName(Op op) {
        String name = op.a() % 2 == 0 ? "nowhere" : "nowhere_" + TAGS.incrementAndGet();
        EnumSet<Cause> must = must();
        must.add(Cause.UNKNOWN_NAME);
        plain(op, must, none(), () -> query("select tenant_id from " + name));
    }

    // ---- the application's own SET

    private void setLocal(Op op) {
        if (!model.inTransaction || model.failed || model.hasOpenCursor() || op.bypass()) {
            return;
        }
        Scope scope = scope(op);
        String value = Scope.TENANTS.get(op.b() % 3);
        String sql = switch (op.a() % 3) {
            case 0 -> "set local app.tenant_id = '" + value + "'";
            case 1 -> "set local U&\"app.tenant!005fid\" uescape '!' = '" + value + "'";
            default -> "select set_config('app.tenant_id', '" + value + "', true)";
        };
        Answer<?> answer = attempt(op, mustForSetting(scope, value), none(), () -> execute(sql));
        model.applicationUsed = true;
        if (answer.succeeded() && scope.isNone() && connection != null) {
            model.application = value;
            model.applicationCertain = true;
            model.applicationOnce.add(value);
        } else {
            model.applicationCertain = false;
        }
    }

    /** Inside a scope its own value is harmless, another one is tampering. */
    private EnumSet<Cause> mustForSetting(Scope scope, String value) {
        boolean another =
                scope.isBypass() || scope.isTenant() && !scope.tenant().equals(value);
        return another && model.enforces() ? EnumSet.of(Cause.TAMPER) : none();
    }

    /** The application's own helper repeats, or clears, what is set anyway: that changes nothing. */
    private void sameValue(Op op) {
        Scope scope = scope(op);
        if (!scope.isTenant() || model.failed || model.hasOpenCursor()) {
            return;
        }
        String id = scope.tenant();
        attempt(op, none(), none(), () -> switch (op.a() % 6) {
            case 0 -> execute("set local app.tenant_id = '" + id + "'");
            case 1 -> execute("set local app.tenant_id to default");
            case 2 -> execute("select set_config('app.tenant_id', '" + id + "', true)");
            case 3 -> execute("select set_config('app.tenant_id', concat('', '" + id + "'), true)");
            case 4 -> execute("set local U&\"app.tenant!005fid\" uescape '!' = '" + id + "'");
            default -> bound(id);
        });
        model.applicationUsed = true;
        model.applicationCertain = false;
        model.application = null;
        if (connection != null) {
            selectSimple(new Op(Kind.SELECT_SIMPLE, op.a(), op.b(), false));
        }
    }

    private Void bound(String id) throws SQLException {
        try (PreparedStatement set = connection.prepareStatement("select set_config('app.tenant_id', ?, true)")) {
            set.setString(1, id);
            set.execute();
        }
        return null;
    }

    /** Back to the role that it has: what wrappers run when a connection is returned. */
    private void role(Op op) {
        if (model.failed || model.hasOpenCursor() || op.bypass()) {
            return;
        }
        attempt(op, none(), none(), () -> execute(op.a() % 2 == 0 ? "reset role" : "set role none"));
    }

    private void setSession(Op op) throws SQLException {
        if (model.inBlock() || op.bypass()) {
            return;
        }
        Scope scope = scope(op);
        String value = Scope.TENANTS.get(op.b() % 3);
        Answer<?> answer =
                attempt(op, mustForSetting(scope, value), none(), () -> execute("set app.tenant_id = '" + value + "'"));
        if (connection == null || !answer.succeeded()) {
            return;
        }
        if (!scope.isNone()) {
            leaveInSession(value);
            return;
        }
        model.application = value;
        model.applicationCertain = true;
        try {
            selectSimple(op);
            function(op);
        } finally {
            model.application = null;
            model.applicationCertain = false;
        }
        if (connection != null) {
            Answer<?> reset = attempt(op, none(), none(), () -> execute("reset app.tenant_id"));
            if (!reset.succeeded()) {
                abandon();
            }
        }
    }

    private void reset(Op op, String sql) {
        if (model.failed || model.hasOpenCursor() || op.bypass()) {
            return;
        }
        Answer<?> answer = attempt(op, none(), none(), () -> execute(sql));
        model.applicationUsed = true;
        if (answer.succeeded()) {
            model.application = null;
        } else {
            model.applicationCertain = false;
        }
    }

    // ---- scopes inside scopes

    private void nestedBypass(Op op) {
        if (op.bypass()) {
            return;
        }
        Op outside = new Op(Kind.SELECT_SIMPLE, op.a(), op.b(), false);
        Op inside = new Op(Kind.SELECT_SIMPLE, op.a(), op.b(), true);
        String before = model.tenant;
        String other = Scope.TENANTS.get(op.b() % 3);
        selectIfConnected(inside);
        try {
            Bypass.call((Callable<Void>) () -> {
                selectIfConnected(inside);
                if (!other.equals(before)) {
                    // a tenant that is entered inside a bypass wins
                    tenant(other);
                    selectIfConnected(outside);
                    selectIfConnected(inside);
                    tenant(before);
                }
                selectIfConnected(inside);
                return null;
            });
        } catch (Divergence e) {
            throw e;
        } catch (Exception e) {
            throw new Divergence(Sort.ERROR_OUTSIDE_THE_TABLE, e.toString(), e);
        } finally {
            tenant(before);
        }
        selectIfConnected(outside);
    }

    private void selectIfConnected(Op op) {
        if (connection != null) {
            selectSimple(op);
        }
    }

    // ---- what goes wrong

    private void divisionByZero(Op op) {
        EnumSet<Cause> must = must();
        must.add(Cause.DIVISION);
        Scope scope = scope(op);
        // without rows there is no division
        String sql = scope.isNone() ? "select 1 / 0" : "select amount / 0 from invoices";
        statement(op, !scope.isNone(), must, none(), () -> query(sql));
    }

    private void noParameter(Op op) {
        EnumSet<Cause> must = EnumSet.of(Cause.NO_PARAMETER);
        statement(op, true, must, model.failed ? must() : none(), () -> {
            try (PreparedStatement select = connection.prepareStatement("select id from invoices where amount = ?");
                    ResultSet rows = select.executeQuery()) {
                return rows.next();
            }
        });
    }

    private void cancel(Op op) {
        if (op.a() % 2 == 0 || target.pooler()) {
            plain(
                    op,
                    none(),
                    EnumSet.of(Cause.CANCELLED, Cause.FAILED_TRANSACTION),
                    () -> query("select pg_cancel_backend(pg_backend_pid()), pg_sleep(0.2)"));
            return;
        }
        plain(op, none(), EnumSet.of(Cause.CANCELLED, Cause.FAILED_TRANSACTION), () -> {
            try (Statement s = connection.createStatement()) {
                var cancelling = timer.schedule(
                        () -> {
                            s.cancel();
                            return null;
                        },
                        15,
                        TimeUnit.MILLISECONDS);
                try {
                    return s.execute("select pg_sleep(0.2)");
                } finally {
                    cancelling.cancel(false);
                }
            }
        });
    }

    private void terminate(Op op) {
        plain(op, must(), EnumSet.of(Cause.TERMINATED), () -> query("select pg_terminate_backend(pg_backend_pid())"));
    }
}
