package io.tenantwarden.engine.policy;

import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.session.Execution;
import io.tenantwarden.engine.session.ServerQuestions;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.catalog.AssumedRole;
import io.tenantwarden.rls.catalog.Resolution;
import io.tenantwarden.rls.sql.Keyword;
import io.tenantwarden.rls.sql.SettingChange;
import io.tenantwarden.rls.sql.SettingValue;
import io.tenantwarden.rls.sql.SqlStatement;

/**
 * The application's own SET ROLE and its kin. Inside a tenant scope another role is tampering, unless it is a lesser one; with {@code warden.role}
 * that holds outside every scope too, in {@code inject} as in {@code enforce}, because the login's own role may see all rows. A bypass may set what
 * it likes. Thread-safe; the session's part is guarded by its lock.
 */
final class RoleRule {

    private static final String NONE = "none";

    private final ModeSwitch mode;
    private final ServerQuestions questions;
    private final VerdictTeller teller;
    private final boolean acceptsSuperuser;

    /** @param acceptsSuperuser {@code warden.role.superuser} */
    RoleRule(ModeSwitch mode, ServerQuestions questions, VerdictTeller teller, boolean acceptsSuperuser) {
        this.mode = mode;
        this.questions = questions;
        this.teller = teller;
        this.acceptsSuperuser = acceptsSuperuser;
    }

    // ---- what a statement sets

    /**
     * Judges one change of a setting, and notes it.
     *
     * @param bound what is bound to the statement, as the driver has it; null where that is out of reach
     * @param touched the protected tables that the statement touches
     * @return null when nothing is wrong
     */
    Verdict judge(Session session, SqlStatement sql, Object bound, Resolution touched, SettingChange change)
            throws Throwable {
        Execution execution = session.execution();
        boolean configured = session.role().isConfigured();
        if (execution.scope().isBypass() || session.driver().inFailedTransaction()) {
            return null; // a migration tool sets and restores the role inside its bypass
        }
        if (execution.isOfPool() || execution.scope().isNone() && !configured) {
            if (configured && change.takesRoleBack()) {
                session.injector().role().dropsNoMore();
            }
            return null;
        }
        boolean opaque = isOpaque(sql, change);
        if (!(opaque ? changesInText(session, sql) : changes(session, change, bound))) {
            return null;
        }
        boolean unnamed = change.name() == null && change.kind() == SettingChange.Kind.SET_CONFIG && !opaque;
        // which setting it is shows afterwards: until then only what the same statement does is at stake
        boolean alone = unnamed && !touched.touches() && !sql.callsFunctions() && !sql.multi();
        return tampers(
                unnamed ? Reason.UNNAMED_SETTING : Reason.ROLE_TAMPER,
                session,
                sql,
                mode.refuses() || configured && !alone,
                "the role");
    }

    /** A DO body or a statement prepared in SQL may set anything. */
    static boolean isOpaque(SqlStatement sql, SettingChange change) {
        return change.name() == null
                && change.kind() == SettingChange.Kind.SET_CONFIG
                && (sql.keyword() == Keyword.DO
                        || sql.keyword() == Keyword.EXECUTE
                        || sql.executesPrepared() && !sql.multi());
    }

    /** That it may change the role is no accusation; that it names it is. */
    private boolean changesInText(Session session, SqlStatement sql) throws Throwable {
        boolean changes = false;
        for (SettingChange inText : sql.settingsInText()) {
            changes |= inText.name() != null && changes(session, inText, null);
        }
        return changes;
    }

    private boolean changes(Session session, SettingChange change, Object bound) throws Throwable {
        if (!change.mayChangeRole()) {
            return false;
        }
        if (change.takesRoleBack()) {
            // set_config is part of a query, which may go on with the rights of the login
            return session.role().isConfigured() && change.kind() == SettingChange.Kind.SET_CONFIG
                    || !isBackToLoginRole(session);
        }
        String role = change.value().kind() == SettingValue.Kind.PARAMETER
                ? session.driver().boundText(bound, change.value().parameter())
                : change.value().text();
        if (role == null || !"role".equals(change.name())) {
            return true;
        }
        if (session.role().isConfigured()) {
            return changesConfigured(session, change, role);
        }
        return !role.equals(session.role().name()) && !isLesser(session, role);
    }

    private boolean changesConfigured(Session session, SettingChange change, String role) throws Throwable {
        if (role.equals(NONE)) {
            return true; // bound
        }
        if (role.equals(session.injector().role().configured())) {
            session.injector().role().dropsNoMore();
            return false;
        }
        if (role.equals(session.role().name())) {
            return false;
        }
        if (!isLesser(session, role)) {
            return true;
        }
        session.injector().role().dropsTo(role, change.lifetime() != SettingChange.Lifetime.TRANSACTION);
        return false;
    }

    private boolean isLesser(Session session, String role) throws Throwable {
        if (!session.role().isConfigured() && !session.role().isKnown()) {
            questions.identify(session);
        }
        return questions.isLesser(session, role);
    }

    /**
     * To the login role from the login role: wrappers do so when a connection is returned. Where a DO body or a function may have changed the
     * role, the server is asked.
     */
    private boolean isBackToLoginRole(Session session) throws Throwable {
        if (session.role().isConfigured()) {
            return session.injector().role().isOutside();
        }
        if (!session.role().isKnown()) {
            questions.identify(session);
        }
        return session.role().isLogin();
    }

    // ---- what a statement calls and names

    /**
     * With {@code warden.role}: a function that sets a role, and a view with the rights of one that no policy filters, lead out of the role.
     *
     * @return null when nothing is wrong
     */
    Verdict leadsOut(Session session, KnownStatement known, Resolution touched) {
        AssumedRole assumed = session.role().assumed();
        if (assumed == null
                || session.execution().scope().isBypass()
                || session.execution().isOfPool()) {
            return null;
        }
        String function = known.roleFunction(assumed);
        if (function != null) {
            return tampers(Reason.ROLE_FUNCTION, session, known.sql(), true, function);
        }
        String view = mode.refuses() && !acceptsSuperuser && touched.touches() ? assumed.openViewIn(known.sql()) : null;
        return view == null
                ? null
                : Verdict.of(Reason.OPEN_VIEW, session, known.sql(), touched, teller.find(), true)
                        .what(view);
    }

    private Verdict tampers(Reason reason, Session session, SqlStatement sql, boolean refused, String what) {
        if (!refused) {
            session.execution().noteTampering();
        }
        return Verdict.of(reason, session, sql, Resolution.NOTHING, teller.find(), refused)
                .what(what);
    }
}
