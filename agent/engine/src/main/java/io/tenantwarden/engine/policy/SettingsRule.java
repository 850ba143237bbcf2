package io.tenantwarden.engine.policy;

import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.inject.Assignment;
import io.tenantwarden.engine.inject.GucPlan;
import io.tenantwarden.engine.report.FoundSite;
import io.tenantwarden.engine.session.ApplicationValue;
import io.tenantwarden.engine.session.Execution;
import io.tenantwarden.engine.session.OwnStatements;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.catalog.Resolution;
import io.tenantwarden.rls.sql.Keyword;
import io.tenantwarden.rls.sql.SettingChange;
import io.tenantwarden.rls.sql.SettingValue;
import io.tenantwarden.rls.sql.SqlStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * The application's own SET, RESET and {@code set_config} of a configured GUC; of the role, see {@link RoleRule}. Outside every scope, and where a
 * pool runs it, it counts as scoped by the application. Inside a scope the value of the scope, and none, are harmless; another value is tampering.
 * Thread-safe; the session's part is guarded by its lock.
 */
final class SettingsRule {

    private final ModeSwitch mode;
    private final GucPlan plan;
    private final RoleRule roles;
    private final VerdictTeller teller;

    /** What a change inside a scope does to the scope. */
    private enum Effect {
        /** The value is the one that Warden sets, or none. */
        HARMLESS,
        /** It cannot be told before the statement has run. */
        UNKNOWN,
        TAMPERS
    }

    SettingsRule(ModeSwitch mode, GucPlan plan, RoleRule roles, VerdictTeller teller) {
        this.mode = mode;
        this.plan = plan;
        this.roles = roles;
        this.teller = teller;
    }

    /** Notes when a statement may change what unqualified names mean: the search path, or the role in it. */
    static void noteNames(Session session, SqlStatement sql) {
        List<SettingChange> changes = sql.settings();
        for (int i = 0; i < changes.size(); i++) {
            boolean role = changes.get(i).mayChangeRole()
                    && !(changes.get(i).takesRoleBack() && session.role().isLogin());
            if (role) {
                session.role().changes();
            }
            if (role || changes.get(i).mayChange("search_path")) {
                session.names().pathChanges();
            }
        }
    }

    /**
     * Judges what a statement sets, and notes it.
     *
     * @param bound what is bound to the statement, as the driver has it; null where that is out of reach
     * @param touched the protected tables that it touches
     * @return null when nothing is wrong
     */
    Verdict judge(Session session, SqlStatement sql, Object bound, Resolution touched) throws Throwable {
        Execution execution = session.execution();
        boolean applications = execution.scope().isNone() || execution.isOfPool();
        for (SettingChange change : sql.settings()) {
            String guc = changedGuc(change);
            if (applications) {
                // PREPARE sets nothing, EXECUTE does
                if (guc != null && sql.keyword() != Keyword.PREPARE) {
                    noteApplicationValue(session, change);
                }
            }
            Verdict verdict = guc == null || applications ? null : ofGuc(session, sql, bound, touched, change, guc);
            if (verdict == null) {
                verdict = roles.judge(session, sql, bound, touched, change);
            }
            if (verdict != null) {
                return verdict;
            }
        }
        return null;
    }

    /**
     * Notes what a function or a trigger changes that the statement runs. Outside every scope it is the application's own way to name the tenant; inside
     * a scope what it has left there is compared before the next statement of the transaction, and the scope's value is sent again.
     */
    void noteBehind(Session session, SqlStatement sql, Resolution touched) {
        List<String> changed = touched.changedSettings();
        if (changed.isEmpty() || mayChangeGuc(sql)) {
            return;
        }
        Execution execution = session.execution();
        boolean applications = execution.scope().isNone() || execution.isOfPool();
        for (String guc : plan.lowerCaseNames()) {
            if (!changed.contains(guc)) {
                continue;
            }
            boolean kept = touched.keptSettings().contains(guc);
            if (applications) {
                noteApplicationValueBehind(session, kept);
                continue;
            }
            if (kept) {
                execution.noteTampering();
            }
            session.transaction().unverified(new Unverified(sql, teller.find(), guc, wanted(session, guc)));
        }
    }

    /** The server is asked whether it is there. In audit nobody is. */
    private static void noteApplicationValueBehind(Session session, boolean kept) {
        boolean asked = session.injector() != null;
        if (asked && (session.injector().isDistrusted() || session.injector().stands())) {
            return;
        }
        session.applicationValue()
                .set(asked && kept ? ApplicationValue.Reach.SESSION : ApplicationValue.Reach.TRANSACTION, false);
    }

    /** Whether the statement sets a configured GUC, or the role where one is configured, or may. */
    boolean mayChangeGuc(SqlStatement sql) {
        List<SettingChange> changes = sql.settings();
        for (int i = 0; i < changes.size(); i++) {
            if (changedGuc(changes.get(i)) != null
                    || plan.role() != null && changes.get(i).mayChangeRole()) {
                return true;
            }
        }
        return false;
    }

    private String changedGuc(SettingChange change) {
        for (String name : plan.lowerCaseNames()) {
            if (change.mayChange(name)) {
                return name;
            }
        }
        return null;
    }

    // ---- outside every scope

    private static void noteApplicationValue(Session session, SettingChange change) {
        switch (change.kind()) {
            case SET, SET_CONFIG -> {
                if (change.value().kind() == SettingValue.Kind.LITERAL
                        && change.value().text().isBlank()) {
                    session.applicationValue()
                            .set(ApplicationValue.Reach.NONE, true); // nobody, as from a tenant source
                    return;
                }
                if (change.name() == null
                        && (session.injector() == null
                                || session.injector().isDistrusted()
                                || session.injector().stands())) {
                    // it may set anything; without asking the server, nothing follows from it, and what the server
                    // would say may be what was set inside a scope
                    return;
                }
                session.applicationValue()
                        .set(
                                change.local() ? ApplicationValue.Reach.TRANSACTION : ApplicationValue.Reach.SESSION,
                                change.name() != null);
            }
            case RESET, RESET_ALL, DISCARD_ALL -> session.applicationValue().set(ApplicationValue.Reach.NONE, true);
            default -> {
                // roles do not set a tenant
            }
        }
    }

    // ---- inside a scope: the GUCs

    private Verdict ofGuc(
            Session session, SqlStatement sql, Object bound, Resolution touched, SettingChange change, String guc) {
        if (RoleRule.isOpaque(sql, change)) {
            String inText = namedInText(sql);
            if (inText == null) {
                // that it may set anything is no accusation; what holds afterwards is unknown all the same
                session.execution().noteTampering();
                return null;
            }
            return tampers(Reason.GUC_TAMPER, session, sql, touched, inText);
        }
        switch (effect(session, change, guc, bound)) {
            case HARMLESS -> {
                if (isDefaultBesideRows(change, touched)) {
                    return tampers(Reason.GUC_TAMPER, session, sql, touched, guc);
                }
                teller.redundant(session, sql, teller.find(), guc);
                if (outlivesTheScope(change)) {
                    session.execution().noteTampering();
                }
                return null;
            }
            case UNKNOWN -> {
                if (!touched.touches() && !sql.multi()) {
                    if (change.lifetime() != SettingChange.Lifetime.TRANSACTION) {
                        session.execution().noteTampering();
                    }
                    session.transaction().unverified(new Unverified(sql, teller.find(), guc, wanted(session, guc)));
                    return null;
                }
            }
            default -> {
                // below
            }
        }
        return tampers(Reason.GUC_TAMPER, session, sql, touched, guc);
    }

    /** {@code set_config} of null gives the session's default, which may be another tenant; the rows of the same statement are read with it. */
    private static boolean isDefaultBesideRows(SettingChange change, Resolution touched) {
        return change.kind() == SettingChange.Kind.SET_CONFIG
                && change.value().kind() == SettingValue.Kind.DEFAULT
                && touched.touches();
    }

    /**
     * EXECUTE of a statement whose text is known: what is bound to it by EXECUTE is not read, so that a value which is not written in the text
     * cannot be told.
     *
     * @param prepared what PREPARE has made
     * @param touched the protected tables that EXECUTE touches
     * @return null when nothing is wrong
     */
    Verdict ofPrepared(Session session, SqlStatement sql, SqlStatement prepared, Resolution touched) throws Throwable {
        Execution execution = session.execution();
        boolean applications = execution.scope().isNone() || execution.isOfPool();
        for (SettingChange change : prepared.settings()) {
            String guc = applications ? null : changedGuc(change);
            boolean same = guc != null
                    && change.name() != null
                    && change.value().kind() != SettingValue.Kind.PARAMETER
                    && effect(session, change, guc, null) == Effect.HARMLESS
                    && !isDefaultBesideRows(change, touched);
            if (guc != null && !same) {
                return tampers(Reason.GUC_TAMPER, session, sql, touched, guc);
            }
            Verdict role = roles.judge(session, sql, null, touched, change);
            if (role != null) {
                return role;
            }
        }
        return null;
    }

    private Effect effect(Session session, SettingChange change, String guc, Object bound) {
        SettingValue value = change.value();
        String text = null;
        switch (value.kind()) {
            case DEFAULT:
                return Effect.HARMLESS;
            case LITERAL:
                text = value.text();
                break;
            case PARAMETER:
                text = session.driver().boundText(bound, value.parameter());
                break;
            default:
                break;
        }
        if (text == null || change.name() == null) {
            return Effect.UNKNOWN;
        }
        return isHarmless(text, guc, wanted(session, guc)) ? Effect.HARMLESS : Effect.TAMPERS;
    }

    private String wanted(Session session, String guc) {
        Execution execution = session.execution();
        Assignment target = plan.assignment(execution.scope(), execution.lastScoped());
        return plan.value(target, guc);
    }

    private boolean isHarmless(String value, String guc, String wanted) {
        return value.isEmpty() || value.equals(wanted) || value.equals(plan.value(plan.none(), guc));
    }

    /**
     * What could not be judged before it ran is compared with what the server says now, once, before the next statement of the transaction.
     *
     * @return null when nothing is wrong
     * @throws SQLException the driver's
     */
    Verdict verify(Session session) throws SQLException {
        if (!(session.transaction().takeUnverified() instanceof Unverified change)
                || session.injector() == null
                || !session.isInTransaction()) {
            return null;
        }
        String value = OwnStatements.read(session, change.guc());
        session.injector().mayHaveChanged();
        if (value == null || isHarmless(value, change.guc(), change.wanted())) {
            teller.redundant(session, change.sql(), change.found(), change.guc());
            return null;
        }
        session.execution().noteTampering();
        boolean refused = mode.refuses();
        return Verdict.of(Reason.GUC_TAMPER, session, change.sql(), Resolution.NOTHING, change.found(), refused)
                .what(change.guc());
    }

    /**
     * A change whose value was not known before it ran.
     *
     * @param wanted the value that its scope has
     */
    private record Unverified(SqlStatement sql, FoundSite found, String guc, String wanted) {}

    /** A value that is set for the session would show where no scope is in force. */
    private static boolean outlivesTheScope(SettingChange change) {
        return change.lifetime() != SettingChange.Lifetime.TRANSACTION
                && change.value().kind() != SettingValue.Kind.DEFAULT;
    }

    private String namedInText(SqlStatement sql) {
        for (SettingChange change : sql.settingsInText()) {
            if (change.name() != null && plan.lowerCaseNames().contains(change.name())) {
                return change.name();
            }
        }
        return null;
    }

    private Verdict tampers(Reason reason, Session session, SqlStatement sql, Resolution touched, String what) {
        boolean refused = mode.refuses();
        if (!refused) {
            session.execution().noteTampering();
        }
        return Verdict.of(reason, session, sql, touched, teller.find(), refused).what(what);
    }
}
