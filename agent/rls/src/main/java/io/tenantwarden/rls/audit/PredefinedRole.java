package io.tenantwarden.rls.audit;

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
                "Takes the membership away, where it is a direct one and the role has grants of its own on the protected"
                        + " tables; else it names what to grant first.",
                "Tables that are not protected, which the role may use through that membership alone, are not looked at.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        if (facts.role().superuser()) {
            return;
        }
        String me = facts.role().currentUser();
        List<String> found = ROLES.keySet().stream()
                .filter(name -> {
                    DatabaseRole r = facts.roles().byName().get(name);
                    return r != null && (r.inherited() || r.reachable());
                })
                .toList();
        if (!found.isEmpty()) {
            Fix fix = new Fix();
            found.forEach(name -> fix.and(MembershipFix.leave(facts, name, me)));
            findings.add(
                    me,
                    "role " + me + " is a member of "
                            + String.join(
                                    ", ",
                                    found.stream()
                                            .map(n -> n + " (" + ROLES.get(n) + ")")
                                            .toList()),
                    fix);
        }
    }
}
