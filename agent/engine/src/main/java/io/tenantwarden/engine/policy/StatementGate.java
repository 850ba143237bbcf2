package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.config.Mode;
import io.tenantwarden.engine.inject.GucPlan;
import io.tenantwarden.engine.inject.Injector;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.report.SiteFinder;
import io.tenantwarden.engine.session.Catalogs;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.engine.session.TenantChecks;
import io.tenantwarden.rls.Catalog;
import io.tenantwarden.rls.Keyword;
import io.tenantwarden.rls.Resolution;
import io.tenantwarden.rls.SqlStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * Decides on each statement before it runs: which scope it runs in, whether it may run, what must be injected, and what is
 * reported. What it is given comes from {@link PgjdbcGate} or {@link JdbcGate}. Thread-safe; the session's part is guarded by its lock.
 */
public final class StatementGate {

    private final Mode mode;
    private final TableLookup lookup;
    private final TenantChecks checks;
    private final ApplicationSettings settings;
    private final TableAccess access;
    private final ScopeInjection injection;

    /**
     * @param mode what to do with unscoped statements
     * @param plan the GUCs of each scope
     * @param bypassRoles {@code warden.bypass.roles}
     * @param checks {@code warden.tenant.check}; null when tenants are not checked
     */
    public StatementGate(
            Mode mode,
            GucPlan plan,
            Catalogs catalogs,
            SiteFinder sites,
            Reporter reporter,
            Set<String> bypassRoles,
            TenantChecks checks) {
        this.mode = mode;
        this.lookup = new TableLookup(mode, catalogs, !bypassRoles.isEmpty());
        this.checks = checks;
        this.settings = new ApplicationSettings(mode, plan, sites, reporter);
        this.access = new TableAccess(mode, plan, catalogs, sites, reporter, bypassRoles);
        this.injection = new ScopeInjection(mode, plan, sites, reporter);
    }

    /**
     * The scope of an execution, decided once for all of its statements.
     *
     * @param own what the thread runs as; null when what was captured at checkout counts
     * @param autocommit whether the driver sends no BEGIN
     * @param alongside whether ours can be written to the same group of messages
     * @return why it must not run; null when it may
     */
    SQLException begin(Session session, Scope own, boolean autocommit, boolean alongside) throws Throwable {
        Scope scope = own != null ? own : session.checkout().captured();
        session.begin(
                scope,
                own == null && !scope.isNone(),
                autocommit,
                alongside,
                ThreadState.current().isInCheckout());
        Injector injector = session.injector();
        // inside a transaction the application's own values could not be told from what is left for the session; where
        // the values of the new scope are set for the session too, they take the place of the old ones
        if (injector != null
                && injector.forSession() != null
                && (!autocommit || !injector.forSession().scope().equals(scope))
                && (alongside || !autocommit || scope.isNone())) {
            SQLException failure = injection.reset(session);
            if (failure != null) {
                return failure;
            }
        }
        checkTenant(session, scope);
        return null;
    }

    private void checkTenant(Session session, Scope scope) throws Throwable {
        if (checks == null) {
            return;
        }
        Catalog catalog = session.database().catalog();
        boolean matters = catalog != null && !catalog.isEmpty();
        if (matters) {
            checks.askWanted(session);
        }
        session.execution().tenantAnswer(matters && scope.isTenant() ? checks.of(session, scope.value()) : null);
    }

    /** One statement of an execution whose scope is decided. */
    SQLException decideOne(Session session, KnownStatement known) throws Throwable {
        SqlStatement sql = known.sql();
        // COMMIT may run triggers, but names no table: it must not wait for a catalog
        boolean touches = sql.readsRows() && !sql.transactionControl();
        Resolution resolution = touches ? lookup.of(session, known) : null;
        if (session.execution().ownFailure() != null) {
            return session.execution().ownFailure(); // a cancel that was meant for the statement, for instance
        }
        boolean unresolved = resolution == null && touches;
        if (unresolved && mode == Mode.ENFORCE) {
            return Refusals.catalogUnavailable(session.database().name());
        }
        noteEffects(session, sql);
        if (sql.keyword() == Keyword.BEGIN
                && session.injector() != null
                && session.injector().forSession() != null) {
            SQLException failure = injection.reset(session);
            if (failure != null) {
                return failure;
            }
        }
        List<String> tables = resolution == null ? List.of() : resolution.tables();
        Catalog catalog = session.database().catalog();
        if (catalog != null && catalog.isEmpty() && tables.isEmpty()) {
            return null; // nothing is protected here, so nothing is sent and nothing is told
        }
        SQLException refusal = sql.settings().isEmpty() ? null : settings.note(session, sql);
        if (refusal == null && !tables.isEmpty()) {
            refusal = access.touch(session, known, resolution);
        }
        if (session.execution().ownFailure() != null) {
            return session.execution().ownFailure();
        }
        if (refusal == null && session.injector() != null) {
            refusal = injection.inject(session, sql, tables, resolution != null && resolution.assumed());
        }
        if (settings.mayChangeGuc(sql)) {
            session.execution().noteSetting();
        }
        return refusal;
    }

    /** The statement as the server reads its text; asked for each execution, because a setting of the session decides. */
    static KnownStatement asRead(Session session, KnownStatement known) throws Throwable {
        return known.sql().ambiguous() ? known.read(session.escapesInStrings()) : known;
    }

    private static void noteEffects(Session session, SqlStatement sql) {
        ApplicationSettings.noteNames(session, sql);
        session.names().note(sql);
        if (sql.keyword() == Keyword.ROLLBACK || sql.keyword() == Keyword.ROLLBACK_TO) {
            session.transaction().rollsBack();
        }
        if (sql.keyword() == Keyword.ROLLBACK || sql.keyword() == Keyword.COMMIT) {
            session.transaction().ends();
        }
    }

    /** What was let through has ended. */
    void ended(Session session) {
        boolean failed = session.injector() != null && session.injector().takeFailure();
        session.leave();
        if (failed) {
            injection.refusedByServer(session);
        }
    }
}
