package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.config.RowsCheck;
import io.tenantwarden.engine.inject.Assignment;
import io.tenantwarden.engine.inject.GucPlan;
import io.tenantwarden.engine.inject.Injector;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.report.SiteFinder;
import io.tenantwarden.engine.session.Catalogs;
import io.tenantwarden.engine.session.ServerQuestions;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.engine.session.TenantChecks;
import io.tenantwarden.engine.session.ValueProbes;
import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.Resolution;
import io.tenantwarden.rls.sql.Keyword;
import io.tenantwarden.rls.sql.SqlStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * The way of a statement before it runs: what its text says ({@link KnownStatement}), which protected tables it touches ({@link TableLookup}), what
 * it runs as (the {@link io.tenantwarden.engine.session.Execution}), what is wrong with that (the rules, each of which gives a {@link Verdict}),
 * what must hold on the wire ({@link ScopeInjection}). What it is given comes from {@link PgjdbcGate} or {@link JdbcGate}. Thread-safe; the
 * session's part is guarded by its lock.
 */
public final class StatementGate {

    private final ModeSwitch mode;
    private final TenantChecks checks;
    private final TableLookup lookup;
    private final RoleRule roles;
    private final SettingsRule settings;
    private final FunctionRule functions;
    private final RoleMaintenance maintenance;
    private final AccessRule access;
    private final TenantRule tenants;
    private final ScopeInjection injection;
    private final VerdictTeller teller;
    private final ValueProbes probes;
    private final PoolerHints poolerHints;

    /**
     * @param mode what to do with unscoped statements
     * @param plan the GUCs of each scope
     * @param bypassRoles {@code warden.bypass.roles}
     * @param strict {@code warden.functions}: whether calls of functions that bypass policies need a scope
     * @param acceptsSuperuser {@code warden.role.superuser}
     * @param checks {@code warden.tenant.check}; null when tenants are not checked
     */
    public StatementGate(
            ModeSwitch mode,
            GucPlan plan,
            Catalogs catalogs,
            ServerQuestions questions,
            ValueProbes probes,
            SiteFinder sites,
            Reporter reporter,
            Set<String> bypassRoles,
            boolean strict,
            boolean acceptsSuperuser,
            TenantChecks checks) {
        this.mode = mode;
        this.checks = checks;
        BypassReach reach = new BypassReach(plan, bypassRoles);
        this.teller = new VerdictTeller(reporter, sites, reach);
        this.poolerHints = new PoolerHints(reporter);
        this.probes = probes;
        this.lookup = new TableLookup(mode, catalogs, questions, !bypassRoles.isEmpty(), strict);
        this.functions = new FunctionRule(reporter, teller);
        this.roles = new RoleRule(mode, questions, teller, acceptsSuperuser);
        this.settings = new SettingsRule(mode, plan, roles, teller);
        this.maintenance = new RoleMaintenance(reporter, teller);
        this.access = new AccessRule(mode, plan, catalogs, questions, sites, reporter, teller, reach);
        this.tenants = new TenantRule(mode, teller);
        this.injection = new ScopeInjection(mode, plan, teller, reporter);
    }

    /**
     * The way of what the server answers.
     *
     * @param check {@code warden.rows.check}
     * @param settings that hold the tenant and nothing else, in lower case
     * @param bypassSettings that only a bypass sets, in lower case
     */
    public ResultGate results(RowsCheck check, List<String> settings, List<String> bypassSettings) {
        RowRule rows = check == RowsCheck.OFF
                ? null
                : new RowRule(mode, teller, settings, bypassSettings, check == RowsCheck.ALL);
        return new ResultGate(new ZeroRowRule(teller), rows, teller);
    }

    /**
     * The scope of an execution, decided once for all of its statements.
     *
     * @param thread the current one
     * @param own what it runs as; null when what was captured at checkout counts
     * @param autocommit whether the driver sends no BEGIN
     * @param alongside whether ours can be written to the same group of messages
     * @return why it must not run; null when it may
     */
    SQLException begin(Session session, ThreadState thread, Scope own, boolean autocommit, boolean alongside)
            throws Throwable {
        Scope scope = own != null ? own : session.checkout().captured();
        boolean captured = own == null && !scope.isNone();
        boolean ofPool = thread.isInCheckout() || session.checkout().isReturned();
        session.begin(scope, captured, autocommit, alongside, ofPool);
        SQLException leftBehind = follow(session);
        if (leftBehind != null) {
            return leftBehind;
        }
        if (session.isUnprobed()) {
            probes.probe(session);
        }
        SQLException refusal =
                isOfAnotherScope(session, scope, autocommit, alongside) ? injection.reset(session) : null;
        if (refusal == null) {
            checkTenant(session, scope);
        }
        return refusal;
    }

    /**
     * The mode may be another one than at the statement before. What a transaction was given stays until it ends: it would go on with values of
     * nobody's. What was set for the session goes at once.
     *
     * @return why the statement must not run; null when it may
     */
    private SQLException follow(Session session) throws Throwable {
        boolean injects = mode.injects();
        if (session.wire() == null || injects == (session.injector() != null)) {
            return null;
        }
        if (injects) {
            session.injects(session.wire().begins(mode.refuses()));
            return null;
        }
        if (!session.isIdle()) {
            return null;
        }
        SQLException failure = session.wire().stands() ? injection.reset(session) : null;
        session.injects(false);
        return failure;
    }

    /**
     * Whether what is set for the session must be taken back. Inside a transaction the application's own values could not be told from what is
     * left for the session; where the values of the new scope are set for the session too, they take the place of the old ones.
     */
    private static boolean isOfAnotherScope(Session session, Scope scope, boolean autocommit, boolean alongside) {
        Injector injector = session.injector();
        if (injector == null) {
            return false;
        }
        Assignment values = injector.toReset();
        boolean role = autocommit
                ? injector.role().isOfAnotherForSession(scope.isBypass())
                : injector.role().isSetForSession();
        return role
                || values != null
                        && (!autocommit || !values.scope().equals(scope))
                        && (alongside || !autocommit || scope.isNone());
    }

    private void checkTenant(Session session, Scope scope) throws Throwable {
        if (checks == null || session.injector() == null) {
            return; // in audit nobody is asked
        }
        Catalog catalog = session.database().catalog();
        boolean matters = catalog != null && !catalog.isEmpty();
        if (matters) {
            checks.askWanted(session);
        }
        session.execution().tenantAnswer(matters && scope.isTenant() ? checks.of(session, scope.value()) : null);
    }

    /**
     * One statement of an execution whose scope is decided.
     *
     * @param bound what is bound to it, as the driver has it; null where that is out of reach
     * @return why it must not run; null when it may
     */
    SQLException decideOne(Session session, KnownStatement known, Object bound) throws Throwable {
        SQLException overwritten = verify(session, known.sql());
        if (overwritten != null) {
            return overwritten;
        }
        Resolution touched = touched(session, known);
        if (session.execution().ownFailure() != null) {
            return session.execution().ownFailure(); // a cancel that was meant for the statement, for instance
        }
        if (touched == null) {
            if (mode.refuses()) {
                return Refusals.catalogUnavailable(session.database().name());
            }
            touched = Resolution.NOTHING;
        }
        known.lastRun().begins(session.execution().scope(), touched);
        SQLException refusal = decide(session, known, bound, touched);
        if (refusal != null) {
            known.lastRun().refused();
        }
        return refusal;
    }

    /** Whether what was set before is another tenant's; not asked when it is taken back. */
    private SQLException verify(Session session, SqlStatement sql) {
        if (!sql.multi() && (sql.keyword() == Keyword.ROLLBACK || sql.keyword() == Keyword.ROLLBACK_TO)) {
            return null;
        }
        try {
            return tell(settings.verify(session));
        } catch (SQLException e) {
            return injection.unanswered(session, e);
        }
    }

    /** Null when it is not known. */
    private Resolution touched(Session session, KnownStatement known) throws Throwable {
        SqlStatement sql = known.sql();
        // COMMIT may run triggers, but names no table: it must not wait for a catalog
        boolean reads = sql.readsRows() && !sql.transactionControl();
        Resolution touched = reads ? lookup.of(session, known) : Resolution.NOTHING;
        if (sql.executesPrepared() && touched != null) {
            touched = ofPrepared(session, sql, touched);
        }
        return touched;
    }

    private SQLException decide(Session session, KnownStatement known, Object bound, Resolution touched)
            throws Throwable {
        SqlStatement sql = known.sql();
        Catalog catalog = session.database().catalog();
        // where nothing is protected nothing is sent and nothing is told
        boolean ofRole = session.role().isConfigured();
        boolean concerned = catalog == null || !catalog.isEmpty() || touched.touches() || ofRole;
        SQLException refusal = concerned ? judge(session, known, bound, touched) : null;
        if (refusal != null) {
            return refusal;
        }
        noteEffects(session, known);
        settings.noteBehind(session, sql, touched);
        if (session.injector() == null) {
            return null;
        }
        if (sql.keyword() == Keyword.BEGIN && session.injector().hasSetForSession() || isReplacing(session, sql)) {
            refusal = injection.reset(session);
        }
        // what drivers ask of types and keys, while a result is read for instance, goes on under the value that stands
        if (refusal == null && concerned && (ofRole || !(known.isLookUp() && !known.showsSettings()))) {
            refusal = injection.inject(session, sql, touched, known.isLookUp());
        }
        if (settings.mayChangeGuc(sql)) {
            session.execution().noteSetting();
        }
        return refusal;
    }

    /** Whether the application sets a value of its own for the session, outside every scope, where one of ours stands. */
    private static boolean isReplacing(Session session, SqlStatement sql) {
        return session.execution().isAutocommit()
                && (session.execution().scope().isNone() || session.execution().isOfPool())
                && session.injector().isReplacedBy(sql);
    }

    /** What EXECUTE touches: what the text of PREPARE names, where that has passed here. */
    private Resolution ofPrepared(Session session, SqlStatement sql, Resolution own) throws Throwable {
        List<Object> texts = prepared(session, sql);
        if (texts == null) {
            return session.database().catalog() == null
                    ? null
                    : own.assuming(session.database().catalog().protectedNames());
        }
        Resolution touched = own;
        for (Object prepared : texts) {
            Resolution its = lookup.of(session, (KnownStatement) prepared);
            if (its == null) {
                return null;
            }
            if (its.touches() || !its.changedSettings().isEmpty()) {
                touched = touched.touches() ? touched.assuming(its.tables()) : its;
            }
        }
        return touched;
    }

    /** Null when it is not known. */
    private static List<Object> prepared(Session session, SqlStatement sql) {
        return sql.prepared() == null ? null : session.prepared().named(sql.prepared());
    }

    private SQLException judge(Session session, KnownStatement known, Object bound, Resolution touched)
            throws Throwable {
        SqlStatement sql = known.sql();
        SQLException refusal = null;
        if (!sql.settings().isEmpty()) {
            Verdict verdict = settings.judge(session, sql, bound, touched);
            if (verdict == null && sql.executesPrepared()) {
                verdict = judgePrepared(session, sql, touched);
            }
            if (session.execution().ownFailure() != null) {
                return session.execution()
                        .ownFailure(); // it was asked who the connection is: nothing follows from that
            }
            refusal = tell(verdict);
        }
        if (refusal == null && (!touched.exits().isEmpty() || !touched.opaque().isEmpty())) {
            functions.note(session, known, touched);
        }
        if (refusal == null && session.role().isConfigured()) {
            refusal = tell(roles.leadsOut(session, known, touched));
            maintenance.note(session, sql);
        }
        if (refusal != null || !touched.touches()) {
            return refusal;
        }
        refusal = tell(access.judge(session, known, touched));
        if (session.execution().ownFailure() != null) {
            return session.execution().ownFailure();
        }
        if (refusal == null && session.execution().scope().isTenant()) {
            refusal = tell(tenants.inactive(session, sql, touched));
            refusal = refusal != null ? refusal : tell(tenants.switched(session, sql, touched));
            if (refusal == null) {
                session.transaction().touches(session.execution().scope().value(), known.stats(touched));
            }
        }
        return refusal;
    }

    private Verdict judgePrepared(Session session, SqlStatement sql, Resolution touched) throws Throwable {
        List<Object> texts = prepared(session, sql);
        for (int i = 0; texts != null && i < texts.size(); i++) {
            KnownStatement prepared = (KnownStatement) texts.get(i);
            Verdict verdict = settings.ofPrepared(session, sql, prepared.sql(), touched);
            if (verdict == null && session.role().isConfigured()) {
                verdict = roles.leadsOut(session, prepared, touched);
            }
            if (verdict != null) {
                return verdict;
            }
        }
        return null;
    }

    private SQLException tell(Verdict verdict) {
        return verdict == null ? null : teller.tell(verdict);
    }

    /** The statement as the server reads its text; asked for each execution, because a setting of the session decides. */
    static KnownStatement asRead(Session session, KnownStatement known) throws Throwable {
        return known.sql().ambiguous() ? known.read(session.escapesInStrings()) : known;
    }

    private static void noteEffects(Session session, KnownStatement known) {
        SqlStatement sql = known.sql();
        SettingsRule.noteNames(session, sql);
        session.names().note(sql);
        if (sql.multi() && (sql.prepared() != null || sql.executesPrepared())) {
            known.parts().forEach(part -> notePrepared(session, part));
        } else {
            notePrepared(session, known);
        }
        if (sql.keyword() == Keyword.ROLLBACK || sql.keyword() == Keyword.ROLLBACK_TO) {
            session.transaction().rollsBack();
        }
        if (sql.keyword() == Keyword.ROLLBACK || sql.keyword() == Keyword.COMMIT) {
            session.transaction().ends();
        }
    }

    private static void notePrepared(Session session, KnownStatement known) {
        if (known.sql().keyword() == Keyword.PREPARE && known.sql().prepared() != null) {
            session.prepared().add(known.sql().prepared(), known);
        }
    }

    /**
     * What was let through has ended.
     *
     * @param thrown what the driver's method throws; null when it returns, or ours cannot have failed in it
     */
    void ended(Session session, Throwable thrown) {
        boolean failed = session.injector() != null && session.injector().takeFailure();
        if ((thrown != null || failed) && session.injector() != null) {
            session.injector().executionFailed();
        }
        boolean undone = failed && session.driver().inFailedTransaction();
        session.leave();
        if (thrown != null) {
            poolerHints.failed(session, thrown);
        }
        if (failed) {
            teller.injectionAnsweredWithError(session, thrown, undone);
        }
    }
}
