package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.catalog.PolicySql;
import io.tenantwarden.rls.policy.PolicyExpression;
import java.util.ArrayList;
import java.util.List;

/** A rule that looks at each policy that holds for the connected role. */
abstract class PolicyRule extends PolicySetRule {

    /**
     * What is wrong with one policy.
     *
     * @param message continues "policy x"
     * @param instead the policy without the defect; null when it has to go, or somebody has to decide
     * @param narrows whether rows disappear from whoever relied on the defect
     * @param decide what to decide; null when nothing is left to
     */
    record Flaw(String message, Policy instead, boolean narrows, String decide) {

        /** Whoever sees rows now that are not the tenant's sees them no longer. */
        static Flaw narrowing(String message, Policy instead) {
            return new Flaw(message, instead, true, null);
        }

        /** Nobody sees other rows than before. */
        static Flaw style(String message, Policy instead) {
            return new Flaw(message, instead, false, null);
        }

        /** The policy does nothing: it can go. */
        static Flaw useless(String message) {
            return new Flaw(message, null, false, null);
        }

        static Flaw undecided(String message, String decide) {
            return new Flaw(message, null, false, decide);
        }
    }

    @Override
    final List<Defect> defects(AuditFacts facts, AuditOptions options, CatalogTable table) {
        List<Defect> defects = new ArrayList<>();
        for (Policy policy : table.policies()) {
            Flaw flaw = facts.applies(policy) ? examine(facts, options, table, policy) : null;
            if (flaw != null) {
                String message = "policy " + policy.name() + " " + flaw.message();
                defects.add(
                        flaw.decide() != null
                                ? new Defect(message, null, flaw.decide())
                                : new Defect(message, mended(facts, table, policy, flaw), null));
            }
        }
        return defects;
    }

    private static List<Policy> mended(AuditFacts facts, CatalogTable table, Policy policy, Flaw flaw) {
        List<Policy> mended = new ArrayList<>();
        for (Policy p : table.policies()) {
            if (p != policy) {
                mended.add(p);
            } else if (flaw.instead() != null) {
                List<String> others = policy.roles().stream()
                        .filter(r -> !facts.role().roles().contains(r))
                        .toList();
                if (flaw.narrows() && !policy.roles().contains("public") && !others.isEmpty()) {
                    // what the other roles see is not known to be wrong: they keep the policy, this one gets its own
                    List<String> mine = new ArrayList<>(policy.roles());
                    mine.removeAll(others);
                    mended.add(policy.named(policy.name(), others));
                    mended.add(flaw.instead().named(PolicyPlan.freeName(table, PolicySql.NAME), mine));
                } else {
                    mended.add(flaw.instead());
                }
            }
        }
        return mended;
    }

    /** What is wrong with this policy; null when nothing is. */
    abstract Flaw examine(AuditFacts facts, AuditOptions options, CatalogTable table, Policy policy);

    /** The policy as it should be, or what has to be decided first. */
    static Flaw withCondition(
            AuditFacts facts,
            AuditOptions options,
            CatalogTable table,
            String message,
            java.util.function.Function<String, Policy> instead) {
        TenantSetting.Condition condition = facts.setting(options).condition(facts, table);
        return condition.sql() == null
                ? Flaw.undecided(message, condition.obstacle())
                : Flaw.narrowing(message, instead.apply(condition.sql()));
    }

    /** USING and WITH CHECK as written, those that there are. */
    static List<PolicyExpression> expressions(AuditFacts facts, CatalogTable table, Policy policy) {
        List<PolicyExpression> expressions = new ArrayList<>(2);
        if (policy.using() != null) {
            expressions.add(facts.expression(policy.using(), table));
        }
        if (policy.check() != null) {
            expressions.add(facts.expression(policy.check(), table));
        }
        return expressions;
    }

    static PolicyExpression using(AuditFacts facts, CatalogTable table, Policy policy) {
        return facts.expression(policy.using(), table);
    }

    static PolicyExpression check(AuditFacts facts, CatalogTable table, Policy policy) {
        return facts.expression(policy.check(), table);
    }

    static String cut(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "...";
    }
}
