package io.tenantwarden.cli;

import io.tenantwarden.cli.Explanation.Cause;
import io.tenantwarden.cli.Explanation.Conclusion;
import io.tenantwarden.cli.Explanation.Table;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.policy.PolicyExpression;
import java.sql.SQLException;
import java.util.Set;

/** The sentence about a statement that the server does not accept. Used by one thread. */
final class ExplainErrors {

    private final Explanation e;
    private final Set<String> unknown;

    ExplainErrors(Explanation e, Set<String> unknown) {
        this.e = e;
        this.unknown = unknown;
    }

    Conclusion draw() {
        SQLException error = e.asked().error();
        String state = error.getSQLState() == null ? "" : error.getSQLState();
        Conclusion found = switch (state) {
            case "22P02", "22003", "22007", "22008" -> cast();
            case "42704" -> unknownSetting();
            case "42501" -> refused(error);
            case "42P01" -> noSuchTable();
            default -> null;
        };
        return found != null
                ? found
                : new Conclusion(
                        Cause.ERROR,
                        "Error, and not one of row-level security: " + sentence(SqlErrors.message(error)),
                        "give values of the right type with --param, or mend the statement.");
    }

    private static String sentence(String message) {
        String text = message.startsWith("ERROR: ") ? message.substring("ERROR: ".length()) : message;
        return text.endsWith(".") ? text : text + ".";
    }

    private interface Look {
        Conclusion at(Table t, Policy p, PolicyExpression.SettingRead read);
    }

    private Conclusion first(Look look) {
        for (Table t : e.tables()) {
            if (!t.access().filtered()) {
                continue;
            }
            for (Policy p : t.access().applying()) {
                for (String text : new String[] {p.using(), p.check()}) {
                    if (text == null) {
                        continue;
                    }
                    for (PolicyExpression.SettingRead r :
                            PolicyExpression.of(text, t.access().table()).reads()) {
                        Conclusion c = look.at(t, p, r);
                        if (c != null) {
                            return c;
                        }
                    }
                }
            }
        }
        return null;
    }

    private Conclusion cast() {
        return first((t, p, r) -> {
            String value = e.value(r.guc());
            if (r.cast() == null || value == null) {
                return null;
            }
            if (value.isEmpty()) {
                return r.nullif()
                        ? null
                        : new Conclusion(
                                Cause.SETTING_EMPTY,
                                "Error, because " + r.guc() + " is empty in this session, and policy " + p.name()
                                        + " of " + t.name() + " makes a value of type " + r.cast() + " of it.",
                                "nullif(current_setting('" + r.guc()
                                        + "', true), '') in the policy makes it no rows; set"
                                        + " the setting to get some.");
            }
            return new Conclusion(
                    Cause.TENANT_FORMAT,
                    "Error, because " + r.guc() + " is '" + value + "', and policy " + p.name() + " of " + t.name()
                            + " makes a value of type " + r.cast() + " of it.",
                    "warden.tenant.type (text, uuid, long) refuses such a tenant before it reaches the database.");
        });
    }

    private Conclusion unknownSetting() {
        return first((t, p, r) -> r.missingOk() || e.value(r.guc()) != null
                ? null
                : new Conclusion(
                        Cause.SETTING_UNSET,
                        "Error, because " + r.guc() + " is not set in this session, and policy " + p.name() + " of "
                                + t.name() + " reads it without missing_ok.",
                        "current_setting('" + r.guc()
                                + "', true) in the policy makes it no rows; set the setting to get" + " some."));
    }

    private Conclusion refused(SQLException error) {
        Table filtered = e.tables().stream()
                .filter(t -> t.access().filtered())
                .findFirst()
                .orElse(null);
        if (filtered != null && "off".equals(e.value("row_security"))) {
            return new Conclusion(
                    Cause.ROW_SECURITY_OFF,
                    "Error, because row_security is off in this session, and policies of " + filtered.name()
                            + " would filter rows for role "
                            + filtered.access().role().name() + ".",
                    "row_security belongs to backups: RESET row_security, and ALTER ROLE or ALTER DATABASE ... RESET"
                            + " row_security where it comes from.");
        }
        return new Conclusion(
                Cause.NO_PRIVILEGE,
                "Error, because role " + e.role() + " lacks a privilege, which comes before row-level security: "
                        + sentence(SqlErrors.message(error)),
                "GRANT it to " + e.role() + ", if the application is to do this.");
    }

    private Conclusion noSuchTable() {
        return unknown.isEmpty()
                ? null
                : new Conclusion(
                        Cause.NO_SUCH_TABLE,
                        "Error, because there is no relation " + String.join(", ", unknown)
                                + " on the search path of role " + e.role() + ".",
                        "write schema.table, or set search_path as the application does: --set search_path=...");
    }
}
