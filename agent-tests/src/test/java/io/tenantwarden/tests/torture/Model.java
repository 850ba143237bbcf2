package io.tenantwarden.tests.torture;

import java.sql.ResultSet;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the contract says of one borrowed connection and the thread that has it. Knows nothing of how the agent does it.
 * Not thread-safe.
 */
final class Model {

    /** The name under which "no tenant" stands among the tenants that a deferred trigger may see. */
    static final String NOBODY = "";

    /** A result set with fetch size that was not read to its end. */
    static final class Cursor {
        final Statement statement;
        final ResultSet rows;
        final Scope scope;
        int read;

        Cursor(Statement statement, ResultSet rows, Scope scope) {
            this.statement = statement;
            this.rows = rows;
            this.scope = scope;
        }
    }

    /** A savepoint, and what was true when it was made. */
    record Saved(
            String name,
            Savepoint savepoint,
            Set<String> lastTenants,
            List<String> deferred,
            boolean immediate,
            List<Cursor> cursors,
            Map<String, Scope> sqlCursors,
            String application) {}

    private final boolean enforce;

    String tenant;
    String captured;
    boolean autocommit = true;
    boolean readOnly;
    boolean isolated;

    // ---- the open transaction
    boolean inTransaction;
    boolean failed;
    boolean copyFailed;
    /** Left open by whoever had the connection before: what it holds is not known. */
    boolean inherited;
    /** What that borrower, and those before it, had set themselves in the open transaction while there was no scope. */
    final Set<String> inheritedValues = new HashSet<>();
    /** It may hold row locks. */
    boolean wrote;

    boolean begunReadOnly;
    final Set<String> tenants = new HashSet<>();
    final Set<String> attempted = new HashSet<>();
    final Set<String> lastTenants = new HashSet<>(Set.of(NOBODY));
    final Deque<Saved> savepoints = new ArrayDeque<>();
    final List<Cursor> cursors = new ArrayList<>();
    final Map<String, Scope> sqlCursors = new LinkedHashMap<>();
    final Set<Scope> ghosts = new HashSet<>();
    /** A portal of a failed statement may linger in the driver: docs/known-limits.md. */
    boolean lingering;

    final List<String> deferred = new ArrayList<>();
    boolean immediate;
    /** What the application set itself while there was no scope; null when nothing. */
    String application;

    boolean applicationCertain;
    boolean applicationUsed;
    /** All that it set in this transaction; any of them may be back after a rollback to a savepoint. */
    final Set<String> applicationOnce = new HashSet<>();

    boolean applicationMayBeBack;
    /** The driver may have gone back to a savepoint that is older than the cursors that are open. */
    boolean cursorsMayBeGone;

    Model(boolean enforce) {
        this.enforce = enforce;
    }

    boolean enforces() {
        return enforce;
    }

    /** What a statement of this thread runs as now. */
    Scope scope(boolean bypass) {
        if (bypass) {
            return Scope.BYPASS;
        }
        String id = tenant != null ? tenant : captured;
        return id == null ? Scope.NONE : Scope.tenant(id);
    }

    /** Whether a statement without a scope runs as the tenant that the application set itself. */
    boolean isApplications(Scope scope) {
        return scope.isNone() && application != null;
    }

    /** Whether a statement without a scope may run as what a borrower before has set in the transaction that it left open: known limit. */
    boolean isInherited(Scope scope) {
        return scope.isNone() && inherited && !inheritedValues.isEmpty();
    }

    /** Whether such a statement may see these tenants' rows. */
    boolean isInherited(Scope scope, Set<String> seen) {
        return isInherited(scope) && inheritedValues.containsAll(seen);
    }

    /** Whether the next statement is part of a transaction block. */
    boolean inBlock() {
        return inTransaction || !autocommit;
    }

    boolean hasOpenCursor() {
        return !cursors.isEmpty() || !sqlCursors.isEmpty() || !ghosts.isEmpty() || inherited;
    }

    /** Whether a portal of another scope may be open. */
    boolean mayBeAnothersPortal(Scope scope) {
        if (!inTransaction) {
            return false;
        }
        return inherited
                || lingering
                || applicationUsed && hasOpenCursor()
                || cursors.stream().anyMatch(cursor -> !cursor.scope.equals(scope))
                || sqlCursors.values().stream().anyMatch(other -> !other.equals(scope))
                || ghosts.stream().anyMatch(other -> !other.equals(scope));
    }

    /** A statement that runs as its scope has succeeded. */
    void ran(Scope scope, boolean named) {
        if (!inTransaction) {
            return;
        }
        if (scope.isTenant()) {
            if (named) {
                tenants.add(scope.tenant());
            }
            lastTenants.clear();
            lastTenants.add(scope.tenant());
        }
        if (!scope.isNone() && application != null) {
            application = null;
        }
    }

    /** A statement did not end well: the server may have seen the tenant all the same. */
    void mayHaveRun(Scope scope) {
        if (!inTransaction) {
            return;
        }
        if (scope.isTenant()) {
            attempted.add(scope.tenant());
            lastTenants.add(scope.tenant());
        }
        applicationCertain = false;
    }

    void save(String name, Savepoint savepoint) {
        savepoints.push(new Saved(
                name,
                savepoint,
                Set.copyOf(lastTenants),
                List.copyOf(deferred),
                immediate,
                List.copyOf(cursors),
                Map.copyOf(sqlCursors),
                application));
    }

    void rolledBackTo(Saved saved) {
        lastTenants.addAll(saved.lastTenants());
        // what SET CONSTRAINTS has run since is to be run again
        deferred.clear();
        deferred.addAll(saved.deferred());
        immediate = saved.immediate();
        cursors.removeIf(cursor -> {
            boolean gone = !saved.cursors().contains(cursor);
            if (gone) {
                ghosts.add(cursor.scope);
            }
            return gone;
        });
        sqlCursors.forEach((name, scope) -> {
            if (!saved.sqlCursors().containsKey(name)) {
                ghosts.add(scope);
            }
        });
        // a cursor that was closed since stays closed
        sqlCursors.keySet().retainAll(saved.sqlCursors().keySet());
        application = saved.application();
        applicationCertain = false;
        rolledBack();
    }

    /** Something was rolled back, and the transaction goes on. */
    void rolledBack() {
        applicationMayBeBack |= !applicationOnce.isEmpty();
    }

    /** Whether a statement without a scope may find what the application has set itself. */
    boolean mayBeApplications(Scope scope) {
        return scope.isNone() && applicationMayBeBack;
    }

    /** A statement was its own transaction, or began none. */
    void statementEnded() {
        tenants.clear();
        attempted.clear();
        lastTenants.clear();
        lastTenants.add(NOBODY);
        ghosts.clear();
        applicationUsed = false;
    }

    /** No transaction is open any more. */
    void transactionEnded() {
        inTransaction = false;
        failed = false;
        copyFailed = false;
        inherited = false;
        inheritedValues.clear();
        wrote = false;
        begunReadOnly = false;
        tenants.clear();
        attempted.clear();
        lastTenants.clear();
        lastTenants.add(NOBODY);
        savepoints.clear();
        cursors.clear();
        sqlCursors.clear();
        ghosts.clear();
        deferred.clear();
        immediate = false;
        application = null;
        applicationCertain = false;
        applicationUsed = false;
        applicationOnce.clear();
        applicationMayBeBack = false;
        cursorsMayBeGone = false;
    }

    /** There is no connection any more. */
    void disconnected() {
        transactionEnded();
        captured = null;
        lingering = false;
        autocommit = true;
        readOnly = false;
        isolated = false;
    }
}
