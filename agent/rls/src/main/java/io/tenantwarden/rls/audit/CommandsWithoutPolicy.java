package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.Finding;
import io.tenantwarden.rls.PolicySql;
import java.util.List;
import java.util.stream.Collectors;

final class CommandsWithoutPolicy implements Rule {

    private static final List<String> COMMANDS = List.of("SELECT", "INSERT", "UPDATE", "DELETE");

    @Override
    public About about() {
        return new About(
                "WD011",
                Finding.Level.WARN,
                "A granted command has no permissive policy",
                "The role has the privilege but no policy lets it: reads, updates and deletes touch no row without any"
                        + " error, inserts fail.",
                "Creates a policy on the tenant column for the commands that lack one; without a tenant column it revokes"
                        + " the privileges.",
                "Privileges on single columns are not counted as granted.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        if (facts.role().bypassesRls()) {
            return;
        }
        for (CatalogTable t : facts.tablesWithPolicies()) {
            List<String> lacking = COMMANDS.stream()
                    .filter(c -> facts.may(c, t))
                    .filter(c -> t.policies().stream()
                            .noneMatch(p -> p.permissive() && AuditFacts.covers(p, c) && facts.applies(p)))
                    .toList();
            if (!lacking.isEmpty()) {
                findings.add(
                        t,
                        "table " + t.qualifiedName() + ": role "
                                + facts.role().currentUser() + " has the privilege but no permissive policy for "
                                + String.join(", ", lacking),
                        fix(facts, options, t, lacking));
            }
        }
    }

    private static String fix(AuditFacts facts, AuditOptions options, CatalogTable t, List<String> lacking) {
        if (t.tenantColumn() == null) {
            return facts.revoke(lacking, t);
        }
        if (lacking.size() == COMMANDS.size()) {
            return facts.tenantPolicy(t, options);
        }
        return lacking.stream()
                .map(c -> PolicySql.create(
                        t,
                        AuditFacts.freeName(t, PolicySql.NAME + "_" + c.toLowerCase(java.util.Locale.ROOT)),
                        c,
                        facts.condition(t, options)))
                .collect(Collectors.joining(" "));
    }
}
