package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.Submission;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.config.Mode;
import io.tenantwarden.engine.inject.GucPlan;
import io.tenantwarden.engine.report.FoundSite;
import io.tenantwarden.engine.report.Outcome;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.report.SiteFinder;
import io.tenantwarden.engine.report.StatementStats;
import io.tenantwarden.engine.report.TenantHash;
import io.tenantwarden.engine.report.ViolationKind;
import io.tenantwarden.engine.session.Catalogs;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.engine.session.TenantChecks.Answer;
import io.tenantwarden.rls.Resolution;
import io.tenantwarden.rls.SqlStatement;
import java.sql.SQLException;
import java.util.Set;

/**
 * Whether a statement that touches protected tables may run in its scope, and what is counted and reported of it. Thread-safe; the
 * session's part is guarded by its lock.
 */
final class TableAccess {

    private final Mode mode;
    private final GucPlan plan;
    private final Catalogs catalogs;
    private final SiteFinder sites;
    private final Reporter reporter;
    private final Set<String> bypassRoles;

    /** @param bypassRoles {@code warden.bypass.roles} */
    TableAccess(
            Mode mode, GucPlan plan, Catalogs catalogs, SiteFinder sites, Reporter reporter, Set<String> bypassRoles) {
        this.mode = mode;
        this.plan = plan;
        this.catalogs = catalogs;
        this.sites = sites;
        this.reporter = reporter;
        this.bypassRoles = Set.copyOf(bypassRoles);
    }

    /** A statement touches these tables. Returns why it must not run; null when it may. */
    SQLException touch(Session session, KnownStatement known, Resolution resolution) throws Throwable {
        Scope scope = session.execution().scope();
        Outcome outcome = outcome(session, scope);
        StatementStats stats = known.stats(resolution);
        if (stats == null) {
            stats = reporter.stats(
                    known.sql().fingerprint(),
                    resolution.tables(),
                    session.database().name());
            known.stats(stats, resolution);
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
        Answer answer = session.execution().tenantAnswer();
        boolean refused = mode == Mode.ENFORCE;
        // outside enforce an answer that is still to come is no accusation; a check that fails is a finding of its own
        if (answer == null || answer == Answer.ACTIVE || (answer == Answer.UNKNOWN && !refused)) {
            return null;
        }
        boolean unknown = answer == Answer.UNKNOWN;
        FoundSite found = sites.find();
        reporter.violation(StatementEvents.of(
                        ViolationKind.INACTIVE_TENANT, found, session, sql, resolution.tables(), resolution.assumed())
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
            case TENANT -> session.execution().isOnCapturedScope() ? Outcome.CAPTURED : Outcome.SCOPED;
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
                || session.applicationValue().isBeingSetByName()
                || session.applicationValue().isVerified()
                || session.driver().inFailedTransaction()) {
            return true;
        }
        boolean there = catalogs.isAnySet(session, plan.tenantSettings());
        if (session.execution().ownFailure() == null) {
            session.applicationValue().verified(there);
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
        reporter.violation(StatementEvents.of(kind, found, session, sql, resolution.tables(), resolution.assumed())
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
                        false);
    }

    private void bypassed(
            Session session, SqlStatement sql, Resolution resolution, FoundSite found, int uses, boolean bypassRole) {
        String name = session.execution().scope().value();
        reporter.bypassAt(name, found.site(), uses);
        if (session.injector() != null
                && !plan.isOpenedByBypass()
                && !bypassRole
                && (session.roleFacts() == null || resolution.rlsEnforced(session.roleFacts()))) {
            reporter.violation(StatementEvents.of(
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
        String before = session.transaction().tenant();
        if (before == null || before.equals(scope.value())) {
            session.transaction().touches(scope.value(), null);
            return null;
        }
        boolean refused = mode == Mode.ENFORCE;
        FoundSite found = sites.find();
        reporter.violation(StatementEvents.of(
                        ViolationKind.TENANT_SWITCH, found, session, sql, resolution.tables(), resolution.assumed())
                .detail("tenants " + TenantHash.of(before) + " and " + TenantHash.of(scope.value()))
                .refused(refused)
                .build());
        return refused
                ? Refusals.tenantSwitch(sql.operation(), resolution.tables(), resolution.assumed(), found.site())
                : null;
    }
}
