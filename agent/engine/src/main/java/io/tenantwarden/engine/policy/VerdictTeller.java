package io.tenantwarden.engine.policy;

import io.tenantwarden.engine.report.Callers;
import io.tenantwarden.engine.report.FoundSite;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.report.SiteFinder;
import io.tenantwarden.engine.report.ViolationEvent;
import io.tenantwarden.engine.report.ViolationKind;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.audit.Finding.Level;
import io.tenantwarden.rls.sql.SqlStatement;
import java.sql.SQLException;

/**
 * Tells what was judged: one violation for each verdict, and the refusal where the statement must not run. The only place where a verdict
 * becomes words. Thread-safe.
 */
final class VerdictTeller {

    private static final String VIA_FUNCTION = "function";
    private static final String REDUNDANT = "setting-redundant";

    private final Reporter reporter;
    private final SiteFinder sites;
    private final Callers callers = new Callers();
    private final NextSteps steps;
    private final Refusals refusals;

    VerdictTeller(Reporter reporter, SiteFinder sites, BypassReach reach) {
        this.reporter = reporter;
        this.sites = sites;
        this.steps = new NextSteps(callers, reach);
        this.refusals = new Refusals(steps, reach);
    }

    /** Walks the stack, and remembers who calls whom. */
    FoundSite find() {
        FoundSite found = sites.find();
        callers.note(found);
        return found;
    }

    /** Returns what the application gets instead of its result; null when the statement may run. */
    SQLException tell(Verdict verdict) {
        Session session = verdict.session();
        SqlStatement sql = verdict.sql();
        reporter.violation(ViolationEvent.of(verdict.reason().kind(), verdict.site())
                .stack(verdict.found().stack())
                .statement(sql.scrubbed(), sql.fingerprint(), sql.operation())
                .tables(verdict.tables(), verdict.assumed())
                .via(verdict.functions().isEmpty() ? null : VIA_FUNCTION)
                .database(session.database().name(), session.role().name())
                .times(verdict.times())
                .detail(refusals.detail(verdict))
                .submitSite(LostScopes.site(verdict.submission()))
                .otherSite(verdict.other())
                .next(steps.brief(verdict))
                .refused(verdict.refused())
                .build());
        return verdict.refused() ? refusals.refusal(verdict) : null;
    }

    /** The application sets, inside a scope, what Warden sets anyway: told once for each place, and nothing else. */
    void redundant(Session session, SqlStatement sql, FoundSite found, String guc) {
        reporter.finding(new Finding(
                REDUNDANT,
                Level.INFO,
                found.site().className() + "#" + found.site().method(),
                sql.operation() + " at " + found.site() + " sets " + guc
                        + " to what Warden sets in this scope, or clears it. That is harmless, and not needed any more",
                "take it out of the application: Warden sets " + guc
                        + " in each transaction, and nothing is left for the" + " next borrower of a connection"));
    }

    /**
     * What was to be set for a statement, or taken back, could not be.
     *
     * @param what in words
     * @return what the application gets instead of its result
     */
    SQLException injectionFailed(Session session, String what, SQLException cause) {
        FoundSite found = find();
        reporter.violation(ViolationEvent.of(ViolationKind.INJECTION_FAILED, found.site())
                .stack(found.stack())
                .database(session.database().name(), session.role().name())
                .detail(what + " (SQLState " + cause.getSQLState() + ")")
                .refused(true)
                .build());
        return Refusals.injectionFailed(what, cause, found.site());
    }

    /**
     * The server answered what was injected with an error, so that the application's statement did not run either.
     *
     * @param thrown what the application gets; null when the driver has swallowed it
     * @param transactionFailed whether the open transaction has failed with it
     */
    void injectionAnsweredWithError(Session session, Throwable thrown, boolean transactionFailed) {
        SQLException answer = thrown instanceof SQLException exception ? exception : null;
        if (answer != null
                && (ServerAnswers.isOfApplication(answer)
                        || ServerAnswers.isRetriedByDriver(answer, transactionFailed))) {
            return;
        }
        FoundSite found = find();
        String state = answer == null ? "" : " (SQLState " + answer.getSQLState() + ")";
        reporter.violation(ViolationEvent.of(ViolationKind.INJECTION_FAILED, found.site())
                .stack(found.stack())
                .database(session.database().name(), session.role().name())
                .detail("the server answered the injected statement with an error" + state
                        + (thrown == null
                                ? ", the driver has not passed it on: the statement did not run"
                                : ", the application has it"))
                .build());
    }
}
