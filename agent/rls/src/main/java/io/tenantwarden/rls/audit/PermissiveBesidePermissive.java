package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.Finding;
import io.tenantwarden.rls.Identifiers;
import io.tenantwarden.rls.Policy;
import io.tenantwarden.rls.PolicyExpression;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

final class PermissiveBesidePermissive implements Rule {

    private static final List<String> COMMANDS = List.of("SELECT", "INSERT", "UPDATE", "DELETE");

    @Override
    public About about() {
        return new About(
                "WD019",
                Finding.Level.WARN,
                "Several permissive policies for one command",
                "Permissive policies are joined by OR: the second widens what the first allows, and each costs time for each"
                        + " row.",
                "Makes all but the widest restrictive, so that they are joined by AND; merge them into one instead where"
                        + " either shall suffice.",
                "Policies that need a setting of warden.guc.bypass, and policies under a restrictive one on the tenant column,"
                        + " are taken for intended.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (CatalogTable t : facts.tablesWithPolicies()) {
            List<Policy> first = new ArrayList<>();
            List<Policy> more = new ArrayList<>();
            for (Policy p : widestFirst(t.policies())) {
                if (!p.permissive() || !facts.applies(p) || isBypass(facts, t, p, options)) {
                    continue;
                }
                boolean beside = first.stream()
                        .anyMatch(f -> COMMANDS.stream()
                                .anyMatch(c -> AuditFacts.covers(f, c)
                                        && AuditFacts.covers(p, c)
                                        && !facts.boundByRestriction(t, c, options)));
                (beside ? more : first).add(p);
            }
            if (!more.isEmpty()) {
                findings.add(
                        t,
                        "table " + t.qualifiedName() + ": permissive "
                                + (more.size() == 1 ? "policy " : "policies ")
                                + String.join(
                                        ", ", more.stream().map(Policy::name).toList()) + " beside "
                                + String.join(
                                        ", ", first.stream().map(Policy::name).toList()),
                        String.join(
                                " ", more.stream().map(p -> restrictive(t, p)).toList()));
            }
        }
    }

    /** The one that stays permissive should cover the commands of the others. */
    private static List<Policy> widestFirst(List<Policy> policies) {
        return policies.stream()
                .sorted(Comparator.comparing((Policy p) -> !p.command().equals("ALL")))
                .toList();
    }

    private static boolean isBypass(AuditFacts facts, CatalogTable t, Policy p, AuditOptions options) {
        List<PolicyExpression> expressions = PolicyRule.expressions(facts, t, p);
        return !expressions.isEmpty() && expressions.stream().allMatch(e -> e.gatedBy(options.bypassGucs()));
    }

    private static String restrictive(CatalogTable t, Policy p) {
        String roles = String.join(
                ", ",
                p.roles().stream()
                        .map(r -> r.equals("public") ? "PUBLIC" : Identifiers.quote(r))
                        .toList());
        return "DROP POLICY " + Identifiers.quote(p.name()) + " ON " + t.quotedName() + "; CREATE POLICY "
                + Identifiers.quote(p.name()) + " ON " + t.quotedName() + " AS RESTRICTIVE FOR " + p.command() + " TO "
                + roles + (p.using() == null ? "" : " USING (" + p.using() + ")")
                + (p.check() == null ? "" : " WITH CHECK (" + p.check() + ")") + ";";
    }
}
