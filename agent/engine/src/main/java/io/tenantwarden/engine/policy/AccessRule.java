package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.Submission;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.inject.GucPlan;
import io.tenantwarden.engine.report.FoundSite;
import io.tenantwarden.engine.report.Outcome;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.report.SiteFinder;
import io.tenantwarden.engine.report.StatementStats;
import io.tenantwarden.engine.session.ApplicationValue;
import io.tenantwarden.engine.session.Catalogs;
import io.tenantwarden.engine.session.ServerQuestions;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.catalog.Resolution;

/**
 * Whether a statement that touches protected tables has a scope, and whether a bypass opens what it is for. Counts the execution. Thread-safe;
 * the session's part is guarded by its lock.
 */
final class AccessRule {

    private final ModeSwitch mode;
    private final GucPlan plan;
    private final Catalogs catalogs;
    private final ServerQuestions questions;
    private final SiteFinder sites;
    private final Reporter reporter;
    private final VerdictTeller teller;
    private final BypassReach reach;

    AccessRule(
            ModeSwitch mode,
            GucPlan plan,
            Catalogs catalogs,
            ServerQuestions questions,
            SiteFinder sites,
            Reporter reporter,
            VerdictTeller teller,
            BypassReach reach) {
        this.mode = mode;
        this.plan = plan;
        this.catalogs = catalogs;
        this.questions = questions;
        this.sites = sites;
        this.reporter = reporter;
        this.teller = teller;
        this.reach = reach;
    }

    /**
     * A statement touches these tables.
     *
     * @return null when nothing is wrong
     */
    Verdict judge(Session session, KnownStatement known, Resolution touched) throws Throwable {
        Scope scope = session.execution().scope();
        Outcome outcome = outcome(session, scope);
        StatementStats stats = known.stats(touched);
        if (stats == null) {
            stats = firstTime(session, known, touched);
        }
        int sampled = stats.count(outcome);
        boolean bypassRole = reach.isBypassRole(session);
        if (scope.isBypass()) {
            reporter.bypassUsed(scope.value());
            return sampled == 0 ? null : bypassed(session, known, touched, stats, outcome, sampled);
        }
        if (outcome == Outcome.UNSCOPED || bypassRole) {
            return unscoped(session, known, touched, stats, outcome, sampled, bypassRole);
        }
        if (sampled > 0) {
            // who calls whom is learned from scoped statements, too, before anything has to be said about an unscoped
            // one
            stats.at(sampled == 1 ? teller.find().site() : sites.site(), outcome, sampled);
        }
        return null;
    }

    private StatementStats firstTime(Session session, KnownStatement known, Resolution touched) {
        StatementStats stats = reporter.stats(
                known.sql().fingerprint(), touched.tables(), session.database().name());
        known.stats(stats, touched);
        if (!touched.assumed()) {
            catalogs.touched(session, touched.touched());
        }
        return stats;
    }

    private Outcome outcome(Session session, Scope scope) {
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
    private boolean isScopedByApplication(Session session) {
        if (!session.isScopedByApplication()) {
            return false;
        }
        ApplicationValue value = session.applicationValue();
        if (session.injector() == null
                || value.isBeingSetByName()
                || value.isVerified()
                || session.driver().inFailedTransaction()) {
            return true;
        }
        if (session.injector().hidesApplicationValue()) {
            return false; // DO may set it, but has not run: what is there is Warden's own
        }
        boolean there = questions.isAnySet(session, plan.tenantSettings());
        if (session.execution().ownFailure() == null) {
            value.verified(there);
        }
        return there;
    }

    private Verdict unscoped(
            Session session,
            KnownStatement known,
            Resolution touched,
            StatementStats stats,
            Outcome outcome,
            int sampled,
            boolean bypassRole)
            throws Throwable {
        boolean refuses = mode.refuses();
        if (known.sql().writes() && !session.role().isKnown()) {
            questions.identify(session); // whether it touches nothing for lack of a tenant is the role's matter
        }
        if (sampled == 0 && !refuses) {
            known.lastRun().unscoped(null, 1);
            return null;
        }
        FoundSite found = teller.find();
        known.lastRun().unscoped(found, Math.max(1, sampled));
        if (sampled > 0) {
            stats.at(found.site(), outcome, sampled);
        }
        Submission submission =
                outcome == Outcome.UNSCOPED ? ThreadState.current().lost() : null;
        // a bypass that stays behind is as it should be; a tenant that got lost is not
        boolean lost = submission != null && submission.lost() == Scope.Kind.TENANT && !bypassRole;
        Reason reason = bypassRole ? Reason.BYPASS_ROLE : lost ? Reason.LOST_SCOPE : Reason.UNSCOPED;
        boolean refused = refuses
                && !reporter.known(reason.kind(), found.site(), known.sql().fingerprint());
        Verdict verdict = Verdict.of(reason, session, known.sql(), touched, found, refused)
                .times(refuses ? 1 : sampled)
                .submission(submission);
        StatementStats before = session.transaction().scopedStatement();
        return before == null ? verdict : verdict.other(before.lastSite());
    }

    private Verdict bypassed(
            Session session,
            KnownStatement known,
            Resolution touched,
            StatementStats stats,
            Outcome outcome,
            int uses) {
        FoundSite found = teller.find();
        stats.at(found.site(), outcome, uses);
        String name = session.execution().scope().value();
        reporter.bypassAt(name, found.site(), uses);
        boolean ineffective = session.injector() != null && reach.isFiltered(session, touched);
        return ineffective
                ? Verdict.of(Reason.BYPASS_INEFFECTIVE, session, known.sql(), touched, found, false)
                        .times(uses)
                        .what(name)
                : null;
    }
}
