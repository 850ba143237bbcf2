package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.catalog.PolicySql;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

final class CommandsWithoutPolicy extends PolicySetRule {

    private static final List<String> COMMANDS = List.of("SELECT", "INSERT", "UPDATE", "DELETE");

    @Override
    public About about() {
        return new About(
                "WD011",
                Finding.Level.WARN,
                "A granted command has no permissive policy",
                "The role has the privilege but no policy lets it: reads, updates and deletes touch no row without any"
                        + " error, inserts fail.",
                "Creates a policy on the tenant column for the commands that lack one, for this role alone where the others are"
                        + " for certain roles; without a tenant column, whether a policy or the privilege is wrong is yours to"
                        + " decide.",
                "Privileges on single columns are not counted as granted.");
    }

    @Override
    List<Defect> defects(AuditFacts facts, AuditOptions options, CatalogTable t) {
        if (facts.role().superuser()) {
            return List.of();
        }
        List<String> lacking = COMMANDS.stream()
                .filter(c -> facts.may(c, t))
                .filter(c -> t.policies().stream()
                        .noneMatch(p -> p.permissive() && AuditFacts.covers(p, c) && facts.applies(p)))
                .toList();
        if (lacking.isEmpty()) {
            return List.of();
        }
        String message = "role " + facts.role().currentUser() + " has the privilege but no permissive policy for "
                + String.join(", ", lacking);
        TenantSetting.Condition condition = facts.setting(options).condition(facts, t);
        if (condition.sql() == null) {
            return List.of(new Defect(
                    message,
                    null,
                    t.tenantColumn() == null
                            ? "decide whether role " + facts.role().currentUser() + " needs "
                                    + String.join(", ", lacking) + " on " + t.qualifiedName()
                                    + ": then it needs a policy; else REVOKE it, or " + accept(t)
                            : condition.obstacle()));
        }
        boolean forCertainRoles = t.policies().stream().anyMatch(p -> !p.roles().contains("public"));
        List<String> roles = List.of(forCertainRoles ? facts.role().currentUser() : "public");
        List<Policy> mended = new ArrayList<>(t.policies());
        if (lacking.size() == COMMANDS.size()) {
            mended.add(policy(facts, options, PolicyPlan.freeName(t, PolicySql.NAME), "ALL", roles, condition.sql()));
        } else {
            for (String c : lacking) {
                String name = PolicyPlan.freeName(t, PolicySql.NAME + "_" + c.toLowerCase(Locale.ROOT));
                mended.add(policy(facts, options, name, c, roles, condition.sql()));
            }
        }
        return List.of(new Defect(message, mended, null));
    }

    private static Policy policy(
            AuditFacts facts, AuditOptions options, String name, String command, List<String> roles, String condition) {
        boolean reads = !command.equals("INSERT");
        boolean writes = !command.equals("SELECT") && !command.equals("DELETE");
        return new Policy(
                name,
                command,
                true,
                roles,
                reads ? condition : null,
                writes ? condition : null,
                Set.of(facts.setting(options).guc()));
    }
}
