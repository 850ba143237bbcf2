package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.report.FoundSite;
import io.tenantwarden.engine.report.StatementStats;
import io.tenantwarden.engine.report.TenantHash;
import io.tenantwarden.engine.session.OpenTransaction;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.engine.session.TenantChecks.Answer;
import io.tenantwarden.rls.catalog.Resolution;
import io.tenantwarden.rls.sql.SqlStatement;

/** Whether the tenant of a scope may be used, and is the only one of its transaction. Thread-safe; the session's part is guarded by its lock. */
final class TenantRule {

    private final ModeSwitch mode;
    private final VerdictTeller teller;

    TenantRule(ModeSwitch mode, VerdictTeller teller) {
        this.mode = mode;
        this.teller = teller;
    }

    /** Whether the tenant may be used at all. Returns null when nothing is wrong. */
    Verdict inactive(Session session, SqlStatement sql, Resolution touched) {
        Answer answer = session.execution().tenantAnswer();
        boolean refused = mode.refuses();
        // outside enforce an answer that is still to come is no accusation; a check that fails is a finding of its own
        if (answer == null || answer == Answer.ACTIVE || (answer == Answer.UNKNOWN && !refused)) {
            return null;
        }
        Reason reason = answer == Answer.UNKNOWN ? Reason.UNCHECKED_TENANT : Reason.INACTIVE_TENANT;
        return Verdict.of(reason, session, sql, touched, teller.find(), refused)
                .what(TenantHash.of(session.execution().scope().value()));
    }

    /** Whether the transaction has touched another tenant's rows. Returns null when nothing is wrong. */
    Verdict switched(Session session, SqlStatement sql, Resolution touched) {
        Scope scope = session.execution().scope();
        OpenTransaction transaction = session.transaction();
        String first = transaction.tenant();
        if (first == null || first.equals(scope.value())) {
            return null;
        }
        FoundSite found = teller.find();
        StatementStats statement = transaction.tenantStatement();
        return Verdict.of(Reason.TENANT_SWITCH, session, sql, touched, found, mode.refuses())
                .what("tenants " + TenantHash.of(first) + " and " + TenantHash.of(scope.value()))
                .other(statement == null ? null : statement.lastSite());
    }
}
