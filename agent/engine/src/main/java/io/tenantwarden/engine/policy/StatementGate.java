package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.HasStatement;
import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.Submission;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.config.Mode;
import io.tenantwarden.engine.inject.Assignment;
import io.tenantwarden.engine.inject.DriverShape;
import io.tenantwarden.engine.inject.GucPlan;
import io.tenantwarden.engine.inject.Injector;
import io.tenantwarden.engine.inject.Need;
import io.tenantwarden.engine.inject.PgjdbcConnection;
import io.tenantwarden.engine.report.FoundSite;
import io.tenantwarden.engine.report.Outcome;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.report.SiteFinder;
import io.tenantwarden.engine.report.StatementStats;
import io.tenantwarden.engine.report.TenantHash;
import io.tenantwarden.engine.report.ViolationEvent;
import io.tenantwarden.engine.report.ViolationKind;
import io.tenantwarden.engine.session.Catalogs;
import io.tenantwarden.engine.session.OwnStatements;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.engine.session.TenantChecks;
import io.tenantwarden.engine.session.TenantChecks.Answer;
import io.tenantwarden.rls.Catalog;
import io.tenantwarden.rls.Keyword;
import io.tenantwarden.rls.Resolution;
import io.tenantwarden.rls.SettingChange;
import io.tenantwarden.rls.SqlStatement;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decides at the driver's {@code execute}, before a byte is written: which scope the statement runs in, whether it may run,
 * what must be injected, and what is reported. Thread-safe; the session's part is guarded by the driver's lock.
 */
public final class StatementGate {

    private static final Pattern AS = Pattern.compile("\\bas\\b", Pattern.CASE_INSENSITIVE);

    private final Mode mode;
    private final ScopeResolver scopes;
    private final GucPlan plan;
    private final Catalogs catalogs;
    private final SiteFinder sites;
    private final Reporter reporter;
    private final Set<String> bypassRoles;
    private final TenantChecks checks;

    /**
     * @param mode what to do with unscoped statements
     * @param plan the GUCs of each scope
     * @param bypassRoles {@code warden.bypass.roles}
     * @param checks {@code warden.tenant.check}; null when tenants are not checked
     */
    public StatementGate(
            Mode mode,
            ScopeResolver scopes,
            GucPlan plan,
            Catalogs catalogs,
            SiteFinder sites,
            Reporter reporter,
            Set<String> bypassRoles,
            TenantChecks checks) {
        this.mode = mode;
        this.scopes = scopes;
        this.plan = plan;
        this.catalogs = catalogs;
        this.sites = sites;
        this.reporter = reporter;
        this.bypassRoles = Set.copyOf(bypassRoles);
        this.checks = checks;
    }

    /**
     * A statement or a batch is about to be executed. Takes the driver's lock; {@link #afterExecute} gives it back when the
     * result is null.
     *
     * @param queries one driver query or an array of them
     * @return why it must not run; null when it may
     */
    public SQLException beforeExecute(Session session, Object queries, int flags) throws Throwable {
        ThreadState thread = ThreadState.current();
        boolean decides = !thread.isInternal() && session.database() != null;
        // Before the lock: the source is application code and may wait for whoever holds this connection.
        Scope own = decides ? scopes.current(thread, session.tenantScopes()) : null;
        boolean outermost;
        try {
            outermost = session.enter() && decides;
        } catch (SQLException interrupted) {
            return interrupted; // as the driver would throw it
        }
        boolean passed = false;
        try {
            SQLException refusal = outermost ? decide(session, queries, flags, own) : null;
            passed = refusal == null;
            return refusal;
        } finally {
            if (!passed) {
                session.leave();
            }
        }
    }

    /** What {@link #beforeExecute} let through has ended. */
    public void afterExecute(Session session) {
        boolean failed = session.injector() != null && session.injector().takeFailure();
        session.leave();
        if (failed) {
            FoundSite found = sites.find();
            reporter.violation(ViolationEvent.of(ViolationKind.INJECTION_FAILED, found.site())
                    .stack(found.stack())
                    .database(session.database().name(), session.role())
                    .detail("the server answered the injected statement with an error, the application has it")
                    .build());
        }
    }

    private SQLException decide(Session session, Object queries, int flags, Scope own) throws Throwable {
        PgjdbcConnection driver = (PgjdbcConnection) session.driver();
        DriverShape shape = driver.shape();
        if (shape.describesOnly(flags)) {
            return null;
        }
        SQLException failure = begin(session, own, shape.suppressesBegin(flags), !driver.sendsSimple(flags));
        if (failure != null) {
            return failure;
        }
        if (!(queries instanceof Object[] batch)) {
            return decideQuery(session, queries);
        }
        Object before = null;
        for (Object query : batch) {
            if (query != before) {
                SQLException refusal = decideQuery(session, query);
                if (refusal != null) {
                    return refusal;
                }
                before = query;
            }
        }
        return null;
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
        Scope scope = own != null ? own : session.captured();
        session.decided(scope, own == null && !scope.isNone(), autocommit, alongside);
        session.scopeRejected(own == Scope.NONE);
        Injector injector = session.injector();
        // inside a transaction the application's own values could not be told from what is left for the session; where
        // the values of the new scope are set for the session too, they take the place of the old ones
        if (injector != null
                && injector.forSession() != null
                && (!autocommit || !injector.forSession().scope().equals(scope))
                && (alongside || !autocommit || scope.isNone())) {
            SQLException failure = reset(session);
            if (failure != null) {
                return failure;
            }
        }
        checkTenant(session, scope);
        return null;
    }

    /** What was set for the session belongs to another scope; inside a transaction its own values hide it. */
    private SQLException reset(Session session) throws Throwable {
        if (!session.isIdle()) {
            return null;
        }
        try {
            OwnStatements.reset(session);
            return null;
        } catch (SQLException e) {
            return failed(
                    session, e, "the values of the scope before could not be taken back, the connection is closed");
        }
    }

    private SQLException failed(Session session, SQLException cause, String detail) {
        FoundSite found = sites.find();
        reporter.violation(ViolationEvent.of(ViolationKind.INJECTION_FAILED, found.site())
                .stack(found.stack())
                .database(session.database().name(), session.role())
                .detail(detail + " (SQLState " + cause.getSQLState() + ")")
                .refused(true)
                .build());
        return Refusals.injectionFailed(detail, cause, found.site());
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
        session.tenantAnswer(matters && scope.isTenant() ? checks.of(session, scope.value()) : null);
    }

    private SQLException decideQuery(Session session, Object query) throws Throwable {
        if (query instanceof HasStatement holder) {
            return decideOne(session, known(session, query, holder));
        }
        Object[] parts = shape(session).subqueries(query);
        if (parts == null) {
            return null;
        }
        for (Object part : parts) {
            SQLException refusal = decideQuery(session, part);
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    private static DriverShape shape(Session session) {
        return ((PgjdbcConnection) session.driver()).shape();
    }

    private static KnownStatement known(Session session, Object query, HasStatement holder) throws Throwable {
        Object kept = holder.wardenStatement();
        if (kept instanceof KnownStatement known) {
            return known;
        }
        KnownStatement known =
                new KnownStatement(SqlStatement.parse(shape(session).nativeSql(query)));
        holder.wardenStatement(known);
        return known;
    }

    /** One statement of an execution whose scope is decided. */
    SQLException decideOne(Session session, KnownStatement known) throws Throwable {
        SqlStatement sql = known.sql();
        // COMMIT may run triggers, but names no table: it must not wait for a catalog
        boolean touches = sql.readsRows() && !sql.transactionControl();
        Resolution resolution = touches ? resolve(session, known) : null;
        if (session.ownFailure() != null) {
            return session.ownFailure(); // a cancel that was meant for the statement, for instance
        }
        boolean unresolved = resolution == null && touches;
        if (unresolved && mode == Mode.ENFORCE) {
            return Refusals.catalogUnavailable(session.database().name());
        }
        noteEffects(session, sql);
        if (sql.keyword() == Keyword.BEGIN
                && session.injector() != null
                && session.injector().forSession() != null) {
            SQLException failure = reset(session);
            if (failure != null) {
                return failure;
            }
        }
        Catalog catalog = session.catalog();
        if (catalog != null && catalog.isEmpty()) {
            return null; // nothing is protected here, so nothing is sent and nothing is told
        }
        if (catalog != null && createsView(sql)) {
            session.noteView(
                    catalog.resolve(viewQuery(sql), session.searchPath()).tables());
        }
        List<String> tables = resolution == null ? List.of() : resolution.tables();
        SQLException refusal = sql.settings().isEmpty() ? null : settings(session, sql);
        if (refusal == null && !tables.isEmpty()) {
            refusal = touch(session, known, resolution);
        }
        if (session.ownFailure() != null) {
            return session.ownFailure();
        }
        if (refusal == null && session.injector() != null) {
            refusal = inject(session, sql, tables, resolution != null && resolution.assumed());
        }
        if (changesGuc(sql)) {
            session.noteSetting();
        }
        return refusal;
    }

    private Resolution resolve(Session session, KnownStatement known) throws Throwable {
        boolean certain = mode == Mode.ENFORCE;
        Catalog catalog = catalogs.current(session, certain);
        if (catalog == null) {
            return null;
        }
        Resolution resolution = known.resolve(catalog, session.searchPath());
        if (!resolution.unknown().isEmpty() && catalogs.lookFor(resolution.unknown(), session, certain)) {
            resolution = known.resolve(session.catalog(), session.searchPath());
        }
        if (!resolution.unknown().isEmpty() && !session.viewTables().isEmpty()) {
            return resolution.assuming(session.viewTables());
        }
        return resolution;
    }

    /** What follows AS. Where there is none, the whole text: CREATE names no relation that is read. */
    private static SqlStatement viewQuery(SqlStatement sql) {
        Matcher as = AS.matcher(sql.sql());
        return as.find() ? SqlStatement.parse(sql.sql().substring(as.end())) : sql;
    }

    private static boolean createsView(SqlStatement sql) {
        return sql.keyword() == Keyword.CREATE
                && sql.sql().toLowerCase(Locale.ROOT).contains("view");
    }

    private static void noteEffects(Session session, SqlStatement sql) {
        if (sql.changesCatalog()) {
            session.noteCatalogChange();
        }
        if (sql.keyword() == Keyword.ROLLBACK || sql.keyword() == Keyword.ROLLBACK_TO) {
            session.noteRollback();
        }
        if (sql.keyword() == Keyword.ROLLBACK || sql.keyword() == Keyword.COMMIT) {
            session.noteTransactionEnd();
        }
    }

    // ---- the application's own SET

    private SQLException settings(Session session, SqlStatement sql) {
        for (SettingChange change : sql.settings()) {
            if (change.mayChange("search_path")) {
                session.forgetSearchPath();
            }
            // a migration tool sets and restores the role inside its bypass; a tenant's statements have no business
            // with it
            boolean role = change.mayChangeRole() && !session.scope().isBypass();
            String guc = changedGuc(change);
            if (guc == null && !role) {
                continue;
            }
            if (session.scope().isNone()) {
                if (guc != null) {
                    noteApplicationGuc(session, change);
                }
                continue;
            }
            if (change.name() == null
                    && change.kind() == SettingChange.Kind.SET_CONFIG
                    && sql.keyword() == Keyword.DO) {
                // a DO body that may set anything is not an accusation; what holds afterwards is unknown all the same
                session.noteTampering();
                continue;
            }
            SQLException refusal = tamper(session, sql, guc == null ? "the role" : guc);
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    private boolean changesGuc(SqlStatement sql) {
        List<SettingChange> changes = sql.settings();
        for (int i = 0; i < changes.size(); i++) {
            if (changedGuc(changes.get(i)) != null) {
                return true;
            }
        }
        return false;
    }

    private String changedGuc(SettingChange change) {
        for (String name : plan.lowerCaseNames()) {
            if (change.mayChange(name)) {
                return name;
            }
        }
        return null;
    }

    private static void noteApplicationGuc(Session session, SettingChange change) {
        switch (change.kind()) {
            case SET, SET_CONFIG -> {
                if (change.name() == null
                        && (session.injector() == null
                                || session.injector().isDistrusted()
                                || session.injector().forSession() != null)) {
                    // it may set anything; without asking the server, nothing follows from it, and what the server
                    // would say may be what was set inside a scope
                    return;
                }
                session.noteApplicationGuc(
                        change.local() ? Session.ApplicationGuc.TRANSACTION : Session.ApplicationGuc.SESSION,
                        change.name() != null);
            }
            case RESET, RESET_ALL, DISCARD_ALL -> session.noteApplicationGuc(Session.ApplicationGuc.UNSET, true);
            default -> {
                // roles do not set a tenant
            }
        }
    }

    private SQLException tamper(Session session, SqlStatement sql, String what) {
        boolean refused = mode == Mode.ENFORCE;
        FoundSite found = sites.find();
        reporter.violation(event(ViolationKind.GUC_TAMPER, found, session, sql, List.of(), false)
                .detail("changes " + what)
                .refused(refused)
                .build());
        if (refused) {
            return Refusals.tamper(sql.operation(), what, found.site());
        }
        session.noteTampering();
        return null;
    }

    // ---- protected tables

    private SQLException touch(Session session, KnownStatement known, Resolution resolution) throws Throwable {
        Scope scope = session.scope();
        Outcome outcome = outcome(session, scope);
        StatementStats stats = known.stats();
        if (stats == null) {
            stats = reporter.stats(
                    known.sql().fingerprint(),
                    resolution.tables(),
                    session.database().name());
            known.stats(stats);
            if (!resolution.assumed()) {
                catalogs.touched(session, resolution.touched());
            }
        }
        int stands = stats.count(outcome);
        if (scope.isBypass()) {
            reporter.bypassUsed(scope.value());
        }
        boolean bypassRole = !bypassRoles.isEmpty() && bypassRoles.contains(session.role());
        if (outcome == Outcome.UNSCOPED || (bypassRole && !scope.isBypass())) {
            return unscoped(session, known.sql(), resolution, stats, outcome, stands, bypassRole);
        }
        if (stands > 0 && scope.isBypass()) {
            FoundSite found = sites.find();
            stats.at(found.site(), outcome, stands);
            bypassed(session, known.sql(), resolution, found, stands, bypassRole);
        } else if (stands > 0) {
            stats.at(sites.site(), outcome, stands);
        }
        if (!scope.isTenant()) {
            return null;
        }
        SQLException refusal = inactive(session, known.sql(), resolution, scope);
        return refusal != null ? refusal : switched(session, known.sql(), resolution, scope);
    }

    private SQLException inactive(Session session, SqlStatement sql, Resolution resolution, Scope scope) {
        Answer answer = session.tenantAnswer();
        boolean refused = mode == Mode.ENFORCE;
        // outside enforce an answer that is still to come is no accusation; a check that fails is a finding of its own
        if (answer == null || answer == Answer.ACTIVE || (answer == Answer.UNKNOWN && !refused)) {
            return null;
        }
        boolean unknown = answer == Answer.UNKNOWN;
        FoundSite found = sites.find();
        reporter.violation(
                event(ViolationKind.INACTIVE_TENANT, found, session, sql, resolution.tables(), resolution.assumed())
                        .detail("tenant " + TenantHash.of(scope.value())
                                + (unknown
                                        ? " could not be checked by warden.tenant.check"
                                        : ": warden.tenant.check returned no row"))
                        .refused(refused)
                        .build());
        if (!refused) {
            return null;
        }
        return unknown
                ? Refusals.uncheckedTenant(sql.operation(), resolution.tables(), resolution.assumed(), found.site())
                : Refusals.inactiveTenant(sql.operation(), resolution.tables(), resolution.assumed(), found.site());
    }

    private Outcome outcome(Session session, Scope scope) throws Throwable {
        return switch (scope.kind()) {
            case BYPASS -> Outcome.BYPASSED;
            case TENANT -> session.isOnCapturedScope() ? Outcome.CAPTURED : Outcome.SCOPED;
            case NONE -> isScopedByApplication(session) ? Outcome.APPLICATION : Outcome.UNSCOPED;
        };
    }

    /**
     * A SET that failed, was rolled back, cleared the value or was hidden in a DO body scopes nothing: the server is asked,
     * once for each transaction. In {@code audit} nothing is asked.
     */
    private boolean isScopedByApplication(Session session) throws Throwable {
        if (!session.isScopedByApplication()) {
            return false;
        }
        if (session.injector() == null
                || session.isApplicationSettingNow()
                || session.isApplicationGucVerified()
                || session.driver().inFailedTransaction()) {
            return true;
        }
        boolean there = catalogs.isAnySet(session, plan.tenantSettings());
        if (session.ownFailure() == null) {
            session.verifiedApplicationGuc(there);
        }
        return there;
    }

    private SQLException unscoped(
            Session session,
            SqlStatement sql,
            Resolution resolution,
            StatementStats stats,
            Outcome outcome,
            int stands,
            boolean bypassRole) {
        boolean refuses = mode == Mode.ENFORCE;
        if (stands == 0 && !refuses) {
            return null;
        }
        FoundSite found = sites.find();
        if (stands > 0) {
            stats.at(found.site(), outcome, stands);
        }
        Submission submission =
                outcome == Outcome.UNSCOPED ? ThreadState.current().lost() : null;
        // a bypass that stays behind is as it should be; a tenant that got lost is not
        ViolationKind kind = submission != null && submission.lost() == Scope.Kind.TENANT
                ? ViolationKind.LOST_SCOPE
                : ViolationKind.UNSCOPED_QUERY;
        boolean refused = refuses && !reporter.known(kind, found.site(), sql.fingerprint());
        reporter.violation(event(kind, found, session, sql, resolution.tables(), resolution.assumed())
                .times(refuses ? 1 : stands)
                .detail(bypassRole ? "role in warden.bypass.roles, outside a bypass" : LostScopes.detail(submission))
                .submitSite(LostScopes.site(submission))
                .refused(refused)
                .build());
        if (!refused) {
            return null;
        }
        if (submission != null && !bypassRole) {
            return Refusals.lostScope(
                    sql.operation(), resolution.tables(), resolution.assumed(), found.site(), submission);
        }
        return bypassRole
                ? Refusals.bypassRole(
                        sql.operation(), resolution.tables(), resolution.assumed(), found.site(), session.role())
                : Refusals.unscoped(
                        sql.operation(),
                        resolution.tables(),
                        resolution.assumed(),
                        found.site(),
                        session.role(),
                        session.isScopeRejected());
    }

    private void bypassed(
            Session session, SqlStatement sql, Resolution resolution, FoundSite found, int uses, boolean bypassRole) {
        String name = session.scope().value();
        reporter.bypassAt(name, found.site(), uses);
        if (session.injector() != null
                && !plan.isOpenedByBypass()
                && !bypassRole
                && (session.roleFacts() == null || resolution.rlsEnforced(session.roleFacts()))) {
            reporter.violation(event(
                            ViolationKind.BYPASS_INEFFECTIVE,
                            found,
                            session,
                            sql,
                            resolution.tables(),
                            resolution.assumed())
                    .times(uses)
                    .detail("bypass " + name
                            + " sets nothing that a policy sees: set warden.guc.bypass, or connect as a"
                            + " role of warden.bypass.roles")
                    .build());
        }
    }

    private SQLException switched(Session session, SqlStatement sql, Resolution resolution, Scope scope) {
        String before = session.transactionTenant();
        if (before == null || before.equals(scope.value())) {
            session.transactionTenant(scope.value());
            return null;
        }
        boolean refused = mode == Mode.ENFORCE;
        FoundSite found = sites.find();
        reporter.violation(
                event(ViolationKind.TENANT_SWITCH, found, session, sql, resolution.tables(), resolution.assumed())
                        .detail("tenants " + TenantHash.of(before) + " and " + TenantHash.of(scope.value()))
                        .refused(refused)
                        .build());
        return refused
                ? Refusals.tenantSwitch(sql.operation(), resolution.tables(), resolution.assumed(), found.site())
                : null;
    }

    // ---- injection

    private SQLException inject(Session session, SqlStatement sql, List<String> tables, boolean assumed)
            throws Throwable {
        Answer answer = session.tenantAnswer();
        boolean usable = answer == null || answer == Answer.ACTIVE || mode != Mode.ENFORCE;
        // a function that reads protected tables must not see the rows of a tenant that may not be used
        Scope scope = usable ? session.scope() : Scope.NONE;
        Injector injector = session.injector();
        boolean applications = scope.isNone() && session.isScopedByApplication();
        if (scope.isNone() && tables.isEmpty() && !applications && !injector.isTouched() && !injector.isDistrusted()) {
            return null;
        }
        Assignment target = applications ? plan.application() : plan.assignment(scope, session.last());
        Need need = injector.need(
                sql,
                target,
                session.isAutocommit(),
                session.isAlongside(),
                session.isAfterEnd(),
                session.isAfterSetting());
        if (need == Need.SEPARATE && tables.isEmpty() && isLookUp(session)) {
            return null;
        }
        if (need == Need.POOLED && tables.isEmpty() && !sql.callsFunctions()) {
            return null; // nothing that it touches is protected
        }
        if (need == Need.NOTHING && !session.isAlongside()) {
            Assignment end = injector.atCommit(sql, target);
            if (end != null) {
                SQLException failure = separately(session, end);
                if (failure != null) {
                    return failure;
                }
            }
        }
        if (sql.endsScope()) {
            session.noteEnd();
        }
        switch (need) {
            case NOTHING, ALONGSIDE -> {
                session.target(target);
                return null;
            }
            case SEPARATE -> {
                SQLException failure = separately(session, target);
                if (failure == null) {
                    session.target(target);
                }
                return failure;
            }
            default -> {
                FoundSite found = sites.find();
                reporter.violation(event(ViolationKind.INJECTION_FAILED, found, session, sql, tables, assumed)
                        .detail(need.reason())
                        .refused(true)
                        .build());
                return switch (need) {
                    case OPEN_PORTAL -> Refusals.openPortal(sql.operation(), tables, assumed, found.site());
                    case POOLED -> Refusals.pooled(sql.operation(), tables, assumed, found.site());
                    default -> Refusals.several(sql.operation(), tables, assumed, found.site());
                };
            }
        }
    }

    /** With autocommit off the driver looks types up outside of a transaction: values set before that would begin one. */
    private static boolean isLookUp(Session session) throws Throwable {
        return session.isAutocommit() && session.isIdle() && !((Connection) session.connection()).getAutoCommit();
    }

    /**
     * Sets the values in a statement of its own.
     *
     * @return why the application's statement must not run; null when it may
     */
    private SQLException separately(Session session, Assignment target) throws Throwable {
        if (session.driver().inFailedTransaction()) {
            return null; // the server refuses the application's statement as it would ours
        }
        try {
            OwnStatements.set(session, target);
            return null;
        } catch (SQLException e) {
            String state = String.valueOf(e.getSQLState());
            if (state.equals("25P02")) {
                return null;
            }
            if (state.startsWith("08") || state.startsWith("57") || state.equals("55000")) {
                // the connection is gone, the server shuts down, the statement was cancelled or the thread interrupted:
                // the
                // application knows what that means
                return e;
            }
            return failed(session, e, "the tenant could not be set before the statement");
        }
    }

    /**
     * COPY is about to start; {@link #afterExecute} follows when the result is null. The driver sends it as a simple query,
     * which ours cannot precede in one group of messages.
     *
     * @param autocommit whether the driver sends no BEGIN before it
     */
    public SQLException beforeCopy(Session session, String copy, boolean autocommit) throws Throwable {
        ThreadState thread = ThreadState.current();
        boolean decides = !thread.isInternal() && session.database() != null;
        Scope own = decides ? scopes.current(thread, session.tenantScopes()) : null;
        try {
            session.enter();
        } catch (SQLException interrupted) {
            return interrupted;
        }
        boolean passed = false;
        try {
            SQLException refusal = decides ? decideCopy(session, copy, autocommit, own) : null;
            passed = refusal == null;
            return refusal;
        } finally {
            if (!passed) {
                session.leave();
            }
        }
    }

    private SQLException decideCopy(Session session, String copy, boolean autocommit, Scope own) throws Throwable {
        SQLException failure = begin(session, own, autocommit, false);
        if (failure != null) {
            return failure;
        }
        session.noteCopy();
        return decideOne(session, new KnownStatement(SqlStatement.parse(copy)));
    }

    private static ViolationEvent.Builder event(
            ViolationKind kind,
            FoundSite found,
            Session session,
            SqlStatement sql,
            List<String> tables,
            boolean assumed) {
        return ViolationEvent.of(kind, found.site())
                .stack(found.stack())
                .statement(sql.scrubbed(), sql.fingerprint(), sql.operation())
                .tables(tables, assumed)
                .database(session.database().name(), session.role());
    }
}
