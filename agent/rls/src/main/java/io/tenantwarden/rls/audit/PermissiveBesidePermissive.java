package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.policy.PolicyExpression;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

final class PermissiveBesidePermissive extends PolicySetRule {

    private static final List<String> COMMANDS = List.of("SELECT", "INSERT", "UPDATE", "DELETE");

    @Override
    public About about() {
        return new About(
                "WD019",
                Finding.Level.WARN,
                "Several permissive policies for one command",
                "Permissive policies are joined by OR: the second widens what the first allows, and each costs time for each"
                        + " row.",
                "Drops what another one allows anyway, and writes those for the same command and roles as one; either way the"
                        + " same rows are seen. Else it is yours to decide which is meant.",
                "Policies that need a setting to have a certain value, and policies under a restrictive one on the tenant"
                        + " column, are taken for intended.");
    }

    /** A policy, and those before it that hold for the same command. */
    private record Beside(Policy policy, Set<Policy> others) {}

    @Override
    List<Defect> defects(AuditFacts facts, AuditOptions options, CatalogTable t) {
        List<Policy> candidates = t.policies().stream()
                .filter(p -> p.permissive() && facts.applies(p) && !isBypass(facts, options, t, p))
                // the one that stays should cover the commands of the others
                .sorted(Comparator.comparing((Policy p) -> !p.command().equals("ALL")))
                .toList();
        Map<Policy, Set<Policy>> beside = new LinkedHashMap<>();
        List<Policy> alone = new ArrayList<>();
        for (Policy p : candidates) {
            Set<Policy> others = new LinkedHashSet<>();
            for (Policy f : alone) {
                if (COMMANDS.stream()
                        .anyMatch(c -> AuditFacts.covers(f, c)
                                && AuditFacts.covers(p, c)
                                && !facts.boundByRestriction(t, c, options))) {
                    others.add(f);
                }
            }
            if (others.isEmpty()) {
                alone.add(p);
            } else {
                beside.put(p, others);
            }
        }
        List<Defect> defects = new ArrayList<>();
        beside.forEach((p, others) -> defects.add(defect(facts, t, new Beside(p, others))));
        return defects;
    }

    private Defect defect(AuditFacts facts, CatalogTable t, Beside b) {
        Policy p = b.policy();
        String message = "permissive policy " + p.name() + " beside "
                + String.join(", ", b.others().stream().map(Policy::name).toList());
        for (Policy other : b.others()) {
            if (allows(facts, t, other, p)) {
                return new Defect(message, without(t, p, other, null), null);
            }
            if (allows(facts, t, p, other)) {
                return new Defect(message, without(t, other, p, null), null);
            }
        }
        for (Policy other : b.others()) {
            if (other.command().equals(p.command()) && Set.copyOf(other.roles()).equals(Set.copyOf(p.roles()))) {
                return new Defect(message, without(t, p, other, either(facts, t, other, p)), null);
            }
        }
        return new Defect(
                message,
                null,
                "decide what policies " + p.name() + " and "
                        + String.join(
                                ", ", b.others().stream().map(Policy::name).toList()) + " of " + t.qualifiedName()
                        + " are to allow together: a row is seen when one of them lets it through. If that is meant, "
                        + accept(t) + "; if all of them shall hold, create " + p.name() + " anew AS RESTRICTIVE");
    }

    /** Whether one policy lets through all that another one does, for all whom that one is for. */
    private static boolean allows(AuditFacts facts, CatalogTable t, Policy wide, Policy narrow) {
        return (wide.command().equals("ALL") || wide.command().equals(narrow.command()))
                && (wide.roles().contains("public") || wide.roles().containsAll(narrow.roles()))
                && implies(facts, t, narrow.using(), wide.using())
                && (!writes(narrow) || implies(facts, t, checked(narrow), checked(wide)));
    }

    private static boolean writes(Policy p) {
        return !p.command().equals("SELECT") && !p.command().equals("DELETE");
    }

    private static String checked(Policy p) {
        return p.check() == null ? p.using() : p.check();
    }

    private static boolean implies(AuditFacts facts, CatalogTable t, String narrow, String wide) {
        return narrow == null || wide != null && facts.expression(narrow, t).implies(facts.expression(wide, t));
    }

    private static List<Policy> without(CatalogTable t, Policy gone, Policy other, Policy instead) {
        List<Policy> rest = new ArrayList<>();
        for (Policy p : t.policies()) {
            if (p != gone) {
                rest.add(p == other && instead != null ? instead : p);
            }
        }
        return rest;
    }

    private static Policy either(AuditFacts facts, CatalogTable t, Policy a, Policy b) {
        boolean check = a.check() != null || b.check() != null;
        return facts.changed(
                t,
                a.with(a.using(), a.check(), union(a.gucs(), b.gucs())),
                or(a.using(), b.using()),
                check ? or(checked(a), checked(b)) : null);
    }

    private static Set<String> union(Set<String> a, Set<String> b) {
        Set<String> both = new LinkedHashSet<>(a);
        both.addAll(b);
        return both;
    }

    private static String or(String a, String b) {
        return a == null ? b : b == null || a.equals(b) ? a : "(" + a + ") OR (" + b + ")";
    }

    private static boolean isBypass(AuditFacts facts, AuditOptions options, CatalogTable t, Policy p) {
        List<PolicyExpression> expressions = PolicyRule.expressions(facts, t, p);
        return !expressions.isEmpty()
                && expressions.stream()
                        .allMatch(e -> e.gatedBy(facts.setting(options).bypassGucs()));
    }
}
