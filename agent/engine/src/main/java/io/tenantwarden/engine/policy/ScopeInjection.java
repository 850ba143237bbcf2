package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.engine.config.Mode;
import io.tenantwarden.engine.inject.Assignment;
import io.tenantwarden.engine.inject.GucPlan;
import io.tenantwarden.engine.inject.Injector;
import io.tenantwarden.engine.inject.Need;
import io.tenantwarden.engine.report.FoundSite;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.report.SiteFinder;
import io.tenantwarden.engine.report.ViolationEvent;
import io.tenantwarden.engine.report.ViolationKind;
import io.tenantwarden.engine.session.OwnStatements;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.engine.session.TenantChecks.Answer;
import io.tenantwarden.rls.SqlStatement;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * What a statement needs so that its scope holds, and when ours cannot go along with it: sets the values in a statement of its own,
 * or refuses. Thread-safe; the session's part is guarded by its lock.
 */
final class ScopeInjection {

    private final Mode mode;
    private final GucPlan plan;
    private final SiteFinder sites;
    private final Reporter reporter;

    ScopeInjection(Mode mode, GucPlan plan, SiteFinder sites, Reporter reporter) {
        this.mode = mode;
        this.plan = plan;
        this.sites = sites;
        this.reporter = reporter;
    }

    /**
     * Sees to it that the scope holds when the statement runs.
     *
     * @param tables the protected ones that it touches
     * @param assumed whether they are only assumed
     * @return why it must not run; null when it may
     */
    SQLException inject(Session session, SqlStatement sql, List<String> tables, boolean assumed) throws Throwable {
        Answer answer = session.execution().tenantAnswer();
        boolean usable = answer == null || answer == Answer.ACTIVE || mode != Mode.ENFORCE;
        // a function that reads protected tables must not see the rows of a tenant that may not be used
        Scope scope = usable ? session.execution().scope() : Scope.NONE;
        Injector injector = session.injector();
        boolean applications = scope.isNone() && session.isScopedByApplication();
        if (scope.isNone() && tables.isEmpty() && !applications && !injector.isTouched() && !injector.isDistrusted()) {
            return null;
        }
        Assignment target = applications
                ? plan.application()
                : plan.assignment(scope, session.execution().lastScoped());
        Need need = injector.need(
                sql,
                target,
                session.execution().isAutocommit(),
                session.execution().isAlongside(),
                session.execution().isAfterEnd(),
                session.execution().isAfterSetting());
        if (need == Need.SEPARATE && tables.isEmpty() && isLookUp(session)) {
            return null;
        }
        if (need == Need.POOLED && tables.isEmpty() && !sql.callsFunctions()) {
            return null; // nothing that it touches is protected
        }
        if (need == Need.NOTHING && !session.execution().isAlongside()) {
            Assignment end = injector.atCommit(sql, target);
            if (end != null) {
                SQLException failure = separately(session, end);
                if (failure != null) {
                    return failure;
                }
            }
        }
        if (sql.endsScope()) {
            session.execution().noteEnd();
        }
        switch (need) {
            case NOTHING, ALONGSIDE -> {
                session.execution().target(target);
                return null;
            }
            case SEPARATE -> {
                SQLException failure = separately(session, target);
                if (failure == null) {
                    session.execution().target(target);
                }
                return failure;
            }
            default -> {
                FoundSite found = sites.find();
                reporter.violation(
                        StatementEvents.of(ViolationKind.INJECTION_FAILED, found, session, sql, tables, assumed)
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
        return session.execution().isAutocommit()
                && session.isIdle()
                && !((Connection) session.connection()).getAutoCommit();
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
            if (state.startsWith("08") || state.startsWith("57") || state.equals("55000") || state.equals("3B001")) {
                // the connection is gone, the server shuts down, the statement was cancelled or the thread interrupted,
                // the
                // driver releases a savepoint that is not there any more:
                // the
                // application knows what that means
                return e;
            }
            return failed(session, e, "the tenant could not be set before the statement");
        }
    }

    /** What was set for the session belongs to another scope; inside a transaction its own values hide it. */
    SQLException reset(Session session) throws Throwable {
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

    /** The server answered what was injected with an error, so that the application's statement did not run either. */
    void refusedByServer(Session session) {
        FoundSite found = sites.find();
        reporter.violation(ViolationEvent.of(ViolationKind.INJECTION_FAILED, found.site())
                .stack(found.stack())
                .database(session.database().name(), session.role())
                .detail("the server answered the injected statement with an error, the application has it")
                .build());
    }
}
