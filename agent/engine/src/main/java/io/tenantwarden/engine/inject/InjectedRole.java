package io.tenantwarden.engine.inject;

import io.tenantwarden.rls.sql.SettingChange;
import io.tenantwarden.rls.sql.SqlStatement;
import java.util.List;

/**
 * Which role statements of one physical connection are to run as ({@code warden.role}), and whether it is there. Beside what Warden sets ({@link
 * LiveRole}, {@link SessionValues}) it knows what the application did: dropped to a lesser role, set one for the session, set one in a bypass.
 * Guarded by the lock on the connection.
 */
public final class InjectedRole {

    private final GucPlan plan;
    private final LiveRole live;
    private final SessionValues session;
    private String droppedTo;
    private boolean dropsForSession;
    private boolean ofSession;
    private boolean setInBypass;
    private boolean distrusted = true; // as long as nobody has looked

    InjectedRole(GucPlan plan, LiveRole live, SessionValues session) {
        this.plan = plan;
        this.live = live;
        this.session = session;
    }

    /** Whether statements outside a bypass run as a role of their own. */
    public boolean isConfigured() {
        return plan.role() != null;
    }

    /** {@code warden.role}; null when nothing is configured. */
    public String configured() {
        return plan.role();
    }

    /** The role that statements outside a bypass run as now; null when nothing is configured. */
    public String current() {
        return droppedTo != null ? droppedTo : plan.role();
    }

    // ---- what a target needs

    /**
     * The role that a target runs as; where that is a lesser one, the one that the application dropped to. A bypass runs as the login, also where the
     * application has set a role for the session, unless it sets one itself.
     *
     * @return null when nothing need be set for it
     */
    String of(Assignment target) {
        if (target.role() != null) {
            return current();
        }
        return ofSession && !setInBypass ? LiveRole.LOGIN : null;
    }

    /** The role that must be set in the open transaction before the target's statements run; null when it holds. */
    String missing(Assignment target) {
        if (target == null || plan.role() == null) {
            return null;
        }
        String wanted = of(target);
        if (wanted == null) {
            return live.isLogin() ? null : LiveRole.LOGIN;
        }
        return live.holds(wanted) ? null : wanted;
    }

    /** Whether a target is to run as a role, be it there or not. */
    boolean isWanted(Assignment target) {
        return target != null && plan.role() != null && of(target) != null;
    }

    /** Whether the target is to run as a role that does not hold in the open transaction. */
    public boolean isMissing(Assignment target) {
        return isWanted(target) && missing(target) != null;
    }

    /**
     * What deferred triggers, which run inside COMMIT, and PREPARE TRANSACTION need: a bypass that ends its own transaction keeps the role of the
     * login, unless something else ran in it.
     *
     * @param touched whether anything was injected in the transaction
     * @return null when none must be set
     */
    String atCommit(Assignment target, boolean touched) {
        boolean ofBypass = target == null || target.role() == null;
        boolean matters = live.isTouched() || !ofBypass && touched;
        return matters && plan.role() != null && !live.holds(current()) ? current() : null;
    }

    // ---- what is there

    /** Whether no role of a scope holds in the open transaction, nor was set for the session. */
    public boolean isLogin() {
        return live.isLogin() && session.role() == null && droppedTo == null;
    }

    /**
     * Whether taking a role back, in a statement of its own, leads nowhere: no role of a scope holds in a transaction. What is set for the session is
     * set again.
     */
    public boolean isOutside() {
        return live.isLogin() && droppedTo == null;
    }

    /** Whether a role was set for the session that statements of such a scope do not run as. */
    public boolean isOfAnotherForSession(boolean bypass) {
        return session.role() != null && LiveRole.LOGIN.equals(session.role()) != bypass;
    }

    /** Whether one was set for the session and not taken back yet. */
    public boolean isSetForSession() {
        return session.role() != null;
    }

    // ---- what the application did

    /** The connection was opened with a role of its own. */
    public void isOfSession() {
        ofSession = true;
    }

    /**
     * The application sets a role that may less than the one it has: it stays until the transaction ends, or until the application takes it back.
     *
     * @param forSession whether it outlives the transaction
     */
    public void dropsTo(String role, boolean forSession) {
        droppedTo = role;
        dropsForSession = forSession;
    }

    /** The application has taken back what it dropped to. */
    public void dropsNoMore() {
        droppedTo = null;
        dropsForSession = false;
    }

    /**
     * There are functions that set a role: triggers and views may call them where no text says so, so that what holds after a statement is not
     * known. Costs ours before each statement of a transaction.
     */
    public void distrust(boolean distrust) {
        distrusted = distrust;
    }

    /** A statement is about to run that {@link Injector#send} does not see. */
    public void passes(SqlStatement statement) {
        if (plan.role() != null) {
            note(statement, null);
        }
    }

    /** A statement with this target is about to run. */
    void runs(Assignment target) {
        if (target.role() != null) {
            setInBypass = false;
        }
    }

    /** A statement was sent: it may change the role, as a function of the application may, and leave it so. */
    void note(SqlStatement statement, Assignment target) {
        boolean changes = plan.changesRole(statement);
        boolean bypass = target != null && target.role() == null;
        if (changes) {
            noteSession(statement.settings());
        }
        if (bypass && changes) {
            live.setInBypass();
            setInBypass = true;
        }
        if (changes || statement.callsFunctions() || distrusted && statement.isOfRole()) {
            session.roleOverwritten();
            if (!bypass) {
                live.forget();
            }
        }
    }

    /** Taking it back ends nothing for good: the transaction may be rolled back, and RESET ROLE gives what the connection was opened with. */
    private void noteSession(List<SettingChange> changes) {
        for (SettingChange change : changes) {
            if (change.mayChangeRole() && !change.isOnlyPossible() && !change.local()) {
                ofSession |= !change.takesRoleBack();
                session.roleOfApplication();
            }
        }
    }

    /** No transaction is open any more. */
    void transactionEnded() {
        if (!dropsForSession) {
            droppedTo = null;
        }
    }
}
