package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.Finding;
import io.tenantwarden.rls.Identifiers;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

final class PredefinedRole implements Rule {

    private static final Map<String, String> ROLES = new TreeMap<>(Map.of(
            "pg_read_all_data", "reads every table, those without policies and those created tomorrow included",
            "pg_write_all_data", "writes every table, those without policies and those created tomorrow included",
            "pg_read_server_files", "reads the server's files, and with them every row",
            "pg_write_server_files", "writes the server's files",
            "pg_execute_server_program", "runs programs as the server, and with them reads every row"));

    @Override
    public About about() {
        return new About(
                "WD009",
                Finding.Level.WARN,
                "Role is a member of a predefined role that reaches everything",
                "Grants no longer decide what the role may read: a table that lacks row-level security, today or tomorrow,"
                        + " is open.",
                "Takes the membership away; grant what the application needs table by table instead.",
                "A membership through other roles is reported too, but the statement revokes only a direct one.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        if (facts.role().superuser()) {
            return;
        }
        String me = facts.role().currentUser();
        List<String> found = ROLES.keySet().stream()
                .filter(name ->
                        facts.roles().stream().anyMatch(r -> r.name().equals(name) && (r.inherited() || r.reachable())))
                .toList();
        if (!found.isEmpty()) {
            findings.add(
                    me,
                    "role " + me + " is a member of "
                            + String.join(
                                    ", ",
                                    found.stream()
                                            .map(n -> n + " (" + ROLES.get(n) + ")")
                                            .toList()),
                    "REVOKE " + String.join(", ", found) + " FROM " + Identifiers.quote(me) + ";");
        }
    }
}
