package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.catalog.PolicySql;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** SQL that gives tables a policy, and row-level security that holds for their owner too. Stateless. */
final class Protection {

    private Protection() {}

    /**
     * A policy on the tenant column for all commands and roles, under a free name.
     *
     * @return words alone when there can be none
     */
    static Fix policy(AuditFacts facts, AuditOptions options, CatalogTable t) {
        TenantSetting.Condition condition = facts.setting(options).condition(facts, t);
        if (condition.sql() == null) {
            return Fix.decide(condition.obstacle());
        }
        Policy policy = new Policy(
                PolicyPlan.freeName(t, PolicySql.NAME),
                "ALL",
                true,
                List.of("public"),
                condition.sql(),
                condition.sql(),
                Set.of());
        return Fix.sql(t.owner(), PolicyPlan.create(t, policy));
    }

    /** The same, then row-level security enabled and forced; words alone when there can be no policy. */
    static Fix policyAndRls(AuditFacts facts, AuditOptions options, CatalogTable t) {
        Fix fix = policy(facts, options, t);
        return fix.hasSql() ? fix.then(t.owner(), PolicySql.enable(t)).and(force(facts, t)) : fix;
    }

    /** Forces row-level security on the owner, or says what has to be done first. */
    static Fix force(AuditFacts facts, CatalogTable t) {
        if (t.forced()) {
            return new Fix();
        }
        String asksItself = facts.reach().asksItself(t);
        if (asksItself != null) {
            return Fix.decide("before FORCE ROW LEVEL SECURITY on " + t.qualifiedName() + ": a policy of it leads to "
                    + asksItself
                    + ", which reads the table with its owner's rights. Forced, the policy would ask itself"
                    + " without end (stack depth limit exceeded). Give that "
                    + asksItself.split(" ")[0]
                    + " an owner with BYPASSRLS first (ALTER ... OWNER TO), then: " + PolicySql.force(t));
        }
        Fix fix = Fix.sql(t.owner(), PolicySql.force(t));
        String readers = readers(facts, t);
        return readers.isEmpty()
                ? fix
                : fix.note(readers + " read " + t.qualifiedName()
                        + " with its owner's rights: from then on they see what the" + " policies let through");
    }

    /** What reads the table with its owner's rights, and is filtered as soon as row-level security is forced. */
    private static String readers(AuditFacts facts, CatalogTable t) {
        return facts.functions().stream()
                .filter(f -> f.securityDefiner()
                        && f.body() != null
                        && facts.roles().hasRightsOf(f.owner(), t.owner())
                        && !facts.roles().bypassEverything(f.owner())
                        && facts.reach().uses(f, t))
                .map(f -> "function " + f.signature())
                .limit(5)
                .collect(Collectors.joining(", "));
    }
}
