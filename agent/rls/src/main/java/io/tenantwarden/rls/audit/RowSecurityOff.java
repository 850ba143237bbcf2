package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.sql.Identifiers;
import java.util.List;

final class RowSecurityOff implements Rule {

    @Override
    public About about() {
        return new About(
                "WD037",
                Finding.Level.WARN,
                "row_security is off",
                "Every query that a policy would filter fails instead, and a role that bypasses policies gets no hint that it"
                        + " does.",
                "Resets it where it was set for the role or database; else it sets it for the database.",
                "A value set by the client for its own session looks the same as one of the server's configuration.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        List<SettingDefault> off = facts.settings().stream()
                .filter(s -> s.name().equals("row_security")
                        && List.of("off", "false", "no", "0").contains(s.value()))
                .toList();
        if (off.isEmpty()) {
            return;
        }
        Fix fix = new Fix();
        off.stream()
                .filter(s -> s.role() != null || s.database() != null)
                .forEach(s -> fix.then(DefaultSettings.owner(facts, s), DefaultSettings.reset(s)));
        if (!fix.hasSql()) {
            fix.then(
                    facts.databaseOwner(),
                    "ALTER DATABASE " + Identifiers.quote(facts.role().database()) + " SET row_security = on;");
        }
        findings.add(
                facts.role().database(),
                "row_security is off for role " + facts.role().currentUser() + ": queries on protected tables fail",
                fix);
    }
}
