package io.tenantwarden.engine.inject;

import io.tenantwarden.rls.sql.Injection;
import io.tenantwarden.rls.sql.Keyword;
import io.tenantwarden.rls.sql.SqlStatement;

/**
 * What a statement of the application does to what is on the wire, by its text: it ends a transaction, goes back in one, closes cursors, sets one of
 * the GUCs or the role itself. Guarded by the lock on the connection.
 */
final class StatementEffects {

    private final GucPlan plan;
    private final DriverConnection driver;
    private final Transport transport;
    private final WireState wire;
    private final SessionValues session;
    private final HeldValues held;
    private final InjectedRole role;

    StatementEffects(
            GucPlan plan,
            DriverConnection driver,
            Transport transport,
            WireState wire,
            SessionValues session,
            HeldValues held,
            InjectedRole role) {
        this.plan = plan;
        this.driver = driver;
        this.transport = transport;
        this.wire = wire;
        this.session = session;
        this.held = held;
        this.role = role;
    }

    /**
     * It is about to be sent.
     *
     * @param target the values that it runs with; null when it is none of our business
     */
    void note(SqlStatement statement, Assignment target) throws Throwable {
        boolean ends = statement.keyword() == Keyword.COMMIT || statement.keyword() == Keyword.ROLLBACK;
        if (statement.keyword() == Keyword.BEGIN && driver.isIdle()) {
            transport.transactionBegins();
        } else if (ends) {
            wire.transactionMayHaveEnded();
            transport.transactionMayEnd();
        } else if (statement.injection() == Injection.ENDS_SCOPE && !isOfSettings(statement)) {
            wire.forget();
        }
        if (ends || statement.cursors().closesAll()) {
            wire.closesAllSqlCursors();
        } else if (statement.cursors().closes()) {
            wire.closesSqlCursor();
        }
        noteSettings(statement, target);
        if (role.isConfigured()) {
            role.note(statement, target);
        }
    }

    /** RESET and DISCARD change no value but those of the settings that they name. */
    private static boolean isOfSettings(SqlStatement statement) {
        return !statement.multi() && (statement.keyword() == Keyword.RESET || statement.keyword() == Keyword.DISCARD);
    }

    /** The statement sets one of the GUCs itself, or may: what holds afterwards is unknown. */
    private void noteSettings(SqlStatement statement, Assignment target) {
        if (statement.settings().isEmpty() || !plan.mayBeSetBy(statement)) {
            return;
        }
        if (target != null && !target.scope().isNone()) {
            wire.setInScope();
        } else {
            wire.applicationSets(plan.isSetBy(statement));
            if (isReplacing(statement)) {
                held.replaces();
            }
        }
        if (held.isAllowed()) {
            held.doubted();
        } else {
            session.overwrittenByApplication();
        }
    }

    /** Whether it sets a value of the application's own for the session, over one of ours. */
    boolean isReplacing(SqlStatement statement) {
        return held.isAllowed() && session.set() != null && HoldRules.setsForSession(statement, plan.lowerCaseNames());
    }
}
