package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.Catalog;
import io.tenantwarden.rls.Finding;
import io.tenantwarden.rls.RoleFacts;
import java.util.List;

/** The rules of the preflight that need no more than the role and the catalog. */
public final class RoleRules {

    private RoleRules() {}

    /**
     * What is wrong with this role in this database; empty when nothing is, or when no table is protected. Errors come
     * first. Touches no connection.
     */
    public static List<Finding> check(RoleFacts role, Catalog catalog) {
        return Audit.of(AuditFacts.of(role, catalog), AuditOptions.DEFAULT, Rules.OF_THE_CATALOG)
                .findings();
    }
}
