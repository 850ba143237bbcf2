package io.tenantwarden.engine.policy;

import io.tenantwarden.engine.config.Mode;
import io.tenantwarden.engine.inject.GucPlan;
import io.tenantwarden.engine.report.FoundSite;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.report.SiteFinder;
import io.tenantwarden.engine.report.ViolationKind;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.Keyword;
import io.tenantwarden.rls.SettingChange;
import io.tenantwarden.rls.SqlStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * The application's own SET, RESET and {@code set_config} of a configured GUC, of the role and of the search path: outside every
 * scope it counts as scoped by the application, inside one it is tampering. Thread-safe; the session's part is guarded by its lock.
 */
final class ApplicationSettings {

    private final Mode mode;
    private final GucPlan plan;
    private final SiteFinder sites;
    private final Reporter reporter;

    ApplicationSettings(Mode mode, GucPlan plan, SiteFinder sites, Reporter reporter) {
        this.mode = mode;
        this.plan = plan;
        this.sites = sites;
        this.reporter = reporter;
    }

    /** Notes what a statement sets. Returns why it must not run; null when it may. */
    SQLException note(Session session, SqlStatement sql) {
        for (SettingChange change : sql.settings()) {
            if (change.mayChange("search_path")) {
                session.forgetSearchPath();
            }
            // a migration tool sets and restores the role inside its bypass; a tenant's statements have no business
            // with it
            boolean role = change.mayChangeRole() && !session.scope().isBypass();
            String guc = changedGuc(change);
            if (guc == null && !role) {
                continue;
            }
            if (session.scope().isNone()) {
                if (guc != null) {
                    noteApplicationGuc(session, change);
                }
                continue;
            }
            if (change.name() == null
                    && change.kind() == SettingChange.Kind.SET_CONFIG
                    && sql.keyword() == Keyword.DO) {
                // a DO body that may set anything is not an accusation; what holds afterwards is unknown all the same
                session.noteTampering();
                continue;
            }
            SQLException refusal = tamper(session, sql, guc == null ? "the role" : guc);
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    /** Whether the statement sets a configured GUC, or may. */
    boolean mayChangeGuc(SqlStatement sql) {
        List<SettingChange> changes = sql.settings();
        for (int i = 0; i < changes.size(); i++) {
            if (changedGuc(changes.get(i)) != null) {
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

    private static void noteApplicationGuc(Session session, SettingChange change) {
        switch (change.kind()) {
            case SET, SET_CONFIG -> {
                if (change.name() == null
                        && (session.injector() == null
                                || session.injector().isDistrusted()
                                || session.injector().forSession() != null)) {
                    // it may set anything; without asking the server, nothing follows from it, and what the server
                    // would say may be what was set inside a scope
                    return;
                }
                session.noteApplicationGuc(
                        change.local() ? Session.ApplicationGuc.TRANSACTION : Session.ApplicationGuc.SESSION,
                        change.name() != null);
            }
            case RESET, RESET_ALL, DISCARD_ALL -> session.noteApplicationGuc(Session.ApplicationGuc.UNSET, true);
            default -> {
                // roles do not set a tenant
            }
        }
    }

    private SQLException tamper(Session session, SqlStatement sql, String what) {
        boolean refused = mode == Mode.ENFORCE;
        FoundSite found = sites.find();
        reporter.violation(StatementEvents.of(ViolationKind.GUC_TAMPER, found, session, sql, List.of(), false)
                .detail("changes " + what)
                .refused(refused)
                .build());
        if (refused) {
            return Refusals.tamper(sql.operation(), what, found.site());
        }
        session.noteTampering();
        return null;
    }
}
