package io.tenantwarden.engine.policy;

import io.tenantwarden.engine.config.Mode;
import io.tenantwarden.engine.inject.GucPlan;
import io.tenantwarden.engine.report.FoundSite;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.report.SiteFinder;
import io.tenantwarden.engine.report.ViolationKind;
import io.tenantwarden.engine.session.ApplicationValue;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.Keyword;
import io.tenantwarden.rls.SettingChange;
import io.tenantwarden.rls.SqlStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The application's own SET, RESET and {@code set_config} of a configured GUC, of the role and of the search path: outside every
 * scope it counts as scoped by the application, inside one it is tampering. Thread-safe; the session's part is guarded by its lock.
 */
final class ApplicationSettings {

    private final Mode mode;
    private final GucPlan plan;
    private final SiteFinder sites;
    private final Reporter reporter;

    /** In the text of a program: each GUC, set by its name in quotes of whatever kind, or by SET. */
    private final Map<String, Pattern> named;

    ApplicationSettings(Mode mode, GucPlan plan, SiteFinder sites, Reporter reporter) {
        this.mode = mode;
        this.plan = plan;
        this.named = plan.lowerCaseNames().stream()
                .collect(Collectors.toMap(name -> name, ApplicationSettings::settingByName, (a, same) -> a));
        this.sites = sites;
        this.reporter = reporter;
    }

    /** Notes when a statement may change what unqualified names mean: the search path, or the role in it. */
    static void noteNames(Session session, SqlStatement sql) {
        List<SettingChange> changes = sql.settings();
        for (int i = 0; i < changes.size(); i++) {
            if (changes.get(i).mayChange("search_path") || changes.get(i).mayChangeRole()) {
                session.names().pathChanges();
            }
        }
    }

    /** Notes what a statement sets. Returns why it must not run; null when it may. */
    SQLException note(Session session, SqlStatement sql) {
        for (SettingChange change : sql.settings()) {
            // a migration tool sets and restores the role inside its bypass; a tenant's statements have no business
            // with it
            boolean role =
                    change.mayChangeRole() && !session.execution().scope().isBypass();
            String guc = changedGuc(change);
            if (guc == null && !role) {
                continue;
            }
            if (session.execution().scope().isNone()) {
                // PREPARE sets nothing, EXECUTE does
                if (guc != null && sql.keyword() != Keyword.PREPARE) {
                    noteApplicationGuc(session, change);
                }
                continue;
            }
            if (isOpaque(sql, change)) {
                String inText = namedInText(sql);
                if (inText == null) {
                    // that it may set anything is no accusation; what holds afterwards is unknown all the same
                    session.execution().noteTampering();
                    continue;
                }
                guc = inText;
                role = false;
            }
            SQLException refusal = tamper(session, sql, guc == null ? "the role" : guc);
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    /** A DO body or a statement prepared in SQL may set anything. */
    private static boolean isOpaque(SqlStatement sql, SettingChange change) {
        return change.name() == null
                && change.kind() == SettingChange.Kind.SET_CONFIG
                && (sql.keyword() == Keyword.DO || sql.keyword() == Keyword.EXECUTE);
    }

    private String namedInText(SqlStatement sql) {
        for (Map.Entry<String, Pattern> guc : named.entrySet()) {
            if (guc.getValue().matcher(sql.sql()).find()) {
                return guc.getKey();
            }
        }
        return null;
    }

    private static Pattern settingByName(String guc) {
        String name = Arrays.stream(guc.split("\\."))
                .map(part -> "\"?" + Pattern.quote(part) + "\"?")
                .collect(Collectors.joining("\\s*\\.\\s*"));
        return Pattern.compile(
                "\\bset_config\\s*\\(\\s*(\\$\\w*\\$|[EUeu]?&?'+)" + Pattern.quote(guc)
                        + "\\b|\\bset\\s+((local|session)\\s+)?" + name + "\\s*(=|\\bto\\b)",
                Pattern.CASE_INSENSITIVE);
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
        session.execution().noteTampering();
        return null;
    }
}
