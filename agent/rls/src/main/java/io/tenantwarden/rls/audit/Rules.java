package io.tenantwarden.rls.audit;

import java.util.List;

/** All rules, by id. */
public final class Rules {

    /** Those that need nothing but the role and the catalog. */
    static final List<Rule> OF_THE_CATALOG = List.of(
            new SuperuserRole(),
            new BypassRlsRole(),
            new OwnerWithoutForce(),
            new TenantTableWithoutRls(),
            new RlsWithoutPolicy(),
            new PolicyWithoutRls());

    /** Every rule, in the order of the ids. */
    public static final List<Rule> ALL = OF_THE_CATALOG;

    private Rules() {}

    /** The rule of this id; null when there is none. */
    public static Rule byId(String id) {
        for (Rule rule : ALL) {
            if (rule.id().equals(id)) {
                return rule;
            }
        }
        return null;
    }
}
