package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.inject.Assignment;
import io.tenantwarden.engine.inject.GucPlan;
import io.tenantwarden.engine.inject.Injector;
import io.tenantwarden.engine.inject.Need;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.session.Execution;
import io.tenantwarden.engine.session.OwnStatements;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.engine.session.TenantChecks.Answer;
import io.tenantwarden.rls.catalog.Resolution;
import io.tenantwarden.rls.sql.SqlStatement;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * The last station: sees to it that the scope holds when the statement runs. What goes along with the statement is written when it is sent; what
 * cannot is set here, in a statement of its own, or the statement is refused. Thread-safe; the session's part is guarded by its lock.
 */
final class ScopeInjection {

    private final ModeSwitch mode;
    private final GucPlan plan;
    private final VerdictTeller teller;
    private final Reporter reporter;

    ScopeInjection(ModeSwitch mode, GucPlan plan, VerdictTeller teller, Reporter reporter) {
        this.reporter = reporter;
        this.mode = mode;
        this.plan = plan;
        this.teller = teller;
    }

    /**
     * Sees to it that the scope holds when the statement runs.
     *
     * @param touched the protected tables that it touches
     * @param lookUp whether it reads nothing but the system's own catalogs: where the scope cannot hold it goes on without
     * @return why it must not run; null when it may
     */
    SQLException inject(Session session, SqlStatement sql, Resolution touched, boolean lookUp) throws Throwable {
        try {
            return injectOrRefuse(session, sql, touched, lookUp);
        } catch (SQLException e) {
            return unanswered(session, e);
        }
    }

    /**
     * A question of ours about what holds was answered with an error: the statement cannot be decided on.
     *
     * @return what the application gets instead of its result
     */
    SQLException unanswered(Session session, SQLException e) {
        return ServerAnswers.isOfApplication(e) || "25P02".equals(e.getSQLState())
                ? e
                : teller.injectionFailed(session, "what holds on the connection could not be asked", e);
    }

    private SQLException injectOrRefuse(Session session, SqlStatement sql, Resolution touched, boolean lookUp)
            throws Throwable {
        Execution execution = session.execution();
        Answer answer = execution.tenantAnswer();
        boolean usable = answer == null || answer == Answer.ACTIVE || !mode.refuses();
        // a function that reads protected tables must not see the rows of a tenant that may not be used
        Scope scope = usable ? execution.scope() : Scope.NONE;
        Injector injector = session.injector();
        boolean applications = scope.isNone() && session.isScopedByApplication();
        if (scope.isNone()
                && !touched.touches()
                && !applications
                && !injector.isTouched()
                && !injector.isDistrusted()
                && !injector.role().isConfigured()) {
            return null;
        }
        Assignment target = applications ? plan.application() : plan.assignment(scope, execution.lastScoped());
        Need need = injector.need(sql, target, execution.isAutocommit(), execution.isAlongside(), execution);
        if (need == Need.AFTER_LOCK) {
            need = OwnStatements.keepsSnapshot(session) ? Need.SNAPSHOT : Need.SEPARATE;
        }
        if (need == Need.SEPARATE && !touched.touches() && isLookUp(session)) {
            return null;
        }
        boolean lacksRole = injector.role().isMissing(target);
        if (need == Need.OPEN_PORTAL && lookUp && !lacksRole) {
            return null;
        }
        if ((need == Need.POOLED || need == Need.LOST) && !touched.touches() && !sql.callsFunctions() && !lacksRole) {
            return null; // nothing that it touches is protected
        }
        if (need == Need.NOTHING && !execution.isAlongside()) {
            boolean lacks = injector.atCommit(sql, target) != null || injector.roleAtCommit(sql, target) != null;
            SQLException failure =
                    lacks ? separately(session, () -> OwnStatements.setAtCommit(session, sql, target)) : null;
            if (failure != null) {
                return failure;
            }
        }
        execution.note(sql);
        SQLException refusal = switch (need) {
            case NOTHING, ALONGSIDE -> null;
            case SEPARATE -> separately(session, () -> OwnStatements.set(session, target));
            case OPEN_PORTAL -> refuse(Reason.OPEN_PORTAL, session, sql, touched);
            case POOLED -> refuse(Reason.POOLED, session, sql, touched);
            case LOST -> refuse(Reason.LOST, session, sql, touched);
            case SEVERAL -> refuse(Reason.SEVERAL, session, sql, touched);
            case SNAPSHOT, AFTER_LOCK -> refuse(Reason.SNAPSHOT, session, sql, touched);
        };
        if (refusal == null) {
            execution.target(target);
            if (need != Need.NOTHING) {
                reporter.injected(target.scope().kind(), sql.operation(), need == Need.SEPARATE);
            }
        }
        return refusal;
    }

    private SQLException refuse(Reason reason, Session session, SqlStatement sql, Resolution touched) {
        return teller.tell(Verdict.of(reason, session, sql, touched, teller.find(), true));
    }

    /** With autocommit off the driver looks types up outside of a transaction: values set before that would begin one. */
    private static boolean isLookUp(Session session) throws SQLException {
        return session.execution().isAutocommit()
                && session.isIdle()
                && !((Connection) session.connection()).getAutoCommit();
    }

    /** What is set in a statement of its own. */
    private interface Setting {
        void run() throws SQLException;
    }

    /**
     * Sets the values in a statement of its own.
     *
     * @return why the application's statement must not run; null when it may
     */
    private SQLException separately(Session session, Setting setting) {
        if (session.driver().inFailedTransaction()) {
            return null; // the server refuses the application's statement as it would ours
        }
        try {
            setting.run();
            return null;
        } catch (SQLException e) {
            if ("25P02".equals(e.getSQLState())) {
                return null;
            }
            return ServerAnswers.isOfApplication(e)
                    ? e
                    : teller.injectionFailed(session, what(session) + " could not be set before the statement", e);
        }
    }

    private static String what(Session session) {
        String role = session.injector().role().current();
        return role == null ? "the tenant" : "the tenant or the role " + role + " (warden.role)";
    }

    /** What was set for the session belongs to another scope; inside a transaction its own values hide it. */
    SQLException reset(Session session) {
        if (!session.isIdle()) {
            return null;
        }
        try {
            OwnStatements.reset(session);
            return null;
        } catch (SQLException e) {
            return teller.injectionFailed(
                    session, "the values of the scope before could not be taken back, the connection is closed", e);
        }
    }
}
