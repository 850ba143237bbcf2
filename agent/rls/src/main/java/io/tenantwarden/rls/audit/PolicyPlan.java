package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.catalog.PolicySql;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * How the policies of one table should be, all rules taken together: one statement for each policy that changes. Each rule
 * mends what the ones before it have left, until none finds anything; so the statements are what the rules have found
 * nothing wrong with before anybody reads them. Never changes.
 */
final class PolicyPlan {

    /** More than any table needs; rules that undo each other's work would go on for ever. */
    private static final int MAX_STEPS = 200;

    private final Fix fix;
    private final List<Policy> after;
    private final boolean locksOut;

    private PolicyPlan(Fix fix, List<Policy> after, boolean locksOut) {
        this.fix = fix;
        this.after = after;
        this.locksOut = locksOut;
    }

    static PolicyPlan of(AuditFacts facts, AuditOptions options, CatalogTable table) {
        List<PolicySetRule> rules = Rules.OF_POLICIES.stream()
                .filter(r -> options.ignores().stream().noneMatch(i -> i.covers(r.id(), table.qualifiedName())))
                .toList();
        List<Policy> policies = table.policies();
        Set<List<Policy>> seen = new HashSet<>();
        for (int step = 0; step < MAX_STEPS && seen.add(policies); step++) {
            List<Policy> next = mended(facts, options, table.withPolicies(policies), rules);
            if (next == null) {
                CatalogTable after = table.withPolicies(policies);
                return new PolicyPlan(
                        fix(facts, options, table, after, rules),
                        policies,
                        !new CommandsWithoutPolicy()
                                .defects(facts, options, after)
                                .isEmpty());
            }
            policies = next;
        }
        return new PolicyPlan(
                Fix.decide("write the policies of " + table.qualifiedName()
                        + " anew: they cannot be mended one by one (command line: ddl writes policies that are right)"),
                table.policies(),
                true);
    }

    /** The policies with the first defect that can be mended mended; null when there is none. */
    private static List<Policy> mended(
            AuditFacts facts, AuditOptions options, CatalogTable table, List<PolicySetRule> rules) {
        for (PolicySetRule rule : rules) {
            for (PolicySetRule.Defect defect : rule.defects(facts, options, table)) {
                if (defect.mended() != null) {
                    return List.copyOf(defect.mended());
                }
            }
        }
        return null;
    }

    private static Fix fix(
            AuditFacts facts,
            AuditOptions options,
            CatalogTable before,
            CatalogTable after,
            List<PolicySetRule> rules) {
        Fix fix = new Fix();
        List<String> dropped = new ArrayList<>();
        for (Policy old : before.policies()) {
            Policy now = find(after, old.name());
            if (now == null) {
                dropped.add(PolicySql.drop(before, old.name()));
            } else if (!same(old, now)) {
                fix.then(
                        before.owner(),
                        PolicySql.alter(
                                before,
                                old.name(),
                                old.roles().equals(now.roles()) ? null : now.roles(),
                                Objects.equals(old.using(), now.using()) ? null : now.using(),
                                Objects.equals(old.check(), now.check()) ? null : now.check()));
            }
        }
        for (Policy now : after.policies()) {
            if (find(before, now.name()) == null) {
                fix.then(before.owner(), create(before, now));
            }
        }
        dropped.forEach(sql -> fix.then(before.owner(), sql));
        Set<String> words = new LinkedHashSet<>();
        for (PolicySetRule rule : rules) {
            for (PolicySetRule.Defect defect : rule.defects(facts, options, after)) {
                words.add(defect.decide());
            }
        }
        words.forEach(fix::note);
        return fix;
    }

    private static boolean same(Policy a, Policy b) {
        return a.roles().equals(b.roles())
                && Objects.equals(a.using(), b.using())
                && Objects.equals(a.check(), b.check());
    }

    private static Policy find(CatalogTable table, String name) {
        return table.policies().stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** SQL that creates a policy, unless one of that name is there. */
    static String create(CatalogTable table, Policy policy) {
        return Sql.unless(
                "SELECT FROM pg_catalog.pg_policy WHERE polrelid = " + Sql.regclass(table) + " AND polname = "
                        + Sql.literal(policy.name()),
                PolicySql.create(table, policy));
    }

    /** A name that no policy of the table has. */
    static String freeName(CatalogTable table, String wanted) {
        String name = wanted;
        for (int i = 2; find(table, name) != null; i++) {
            name = wanted + "_" + i;
        }
        return name;
    }

    /** Whether, all mended, a command that the role may run would have no policy that lets it. */
    boolean locksOut() {
        return locksOut;
    }

    /** The policies as the fix leaves them. */
    List<Policy> after() {
        return after;
    }

    /** What to do about the policies of the table. */
    Fix fix() {
        return fix;
    }
}
