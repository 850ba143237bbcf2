package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.policy.PolicyExpression;
import java.util.Set;
import java.util.TreeSet;

final class OtherSetting extends PolicyRule {

    @Override
    public About about() {
        return new About(
                "WD017",
                Finding.Level.ERROR,
                "Policy reads another setting than warden.guc",
                "The agent sets one setting and the policy reads another, so that every query sees no row, or what somebody"
                        + " else left there.",
                "Puts the configured setting in its place where most policies read that one; else says which setting to name"
                        + " in warden.guc (command line: --guc).",
                "Settings are found in the policy and in SQL and PL/pgSQL functions that it calls, by the name in"
                        + " current_setting('...'); a name put together at run time is not.");
    }

    @Override
    Flaw examine(AuditFacts facts, AuditOptions options, CatalogTable table, Policy policy) {
        TenantSetting setting = facts.setting(options);
        TreeSet<String> others = new TreeSet<>(policy.gucs());
        others.removeAll(setting.bypassGucs());
        others.removeAll(options.gucs());
        if (options.gucs().isEmpty() || others.isEmpty()) {
            return null;
        }
        if (options.gucs().stream().anyMatch(policy.gucs()::contains)) {
            return besidesTheRightOne(facts, options, table, policy, others);
        }
        String message = "reads " + String.join(", ", others) + ", not " + String.join(", ", options.gucs());
        if (table.tenantColumn() == null) {
            return Flaw.undecided(
                    message,
                    "decide what policy " + policy.name() + " of " + table.qualifiedName() + " goes by: if "
                            + String.join(", ", others)
                            + " holds the tenant, name it in warden.guc (command line: --guc);"
                            + " if it is right as it is, " + accept(table));
        }
        if (setting.guc() == null) {
            return Flaw.undecided(message, setting.question());
        }
        Set<String> ofColumn = new TreeSet<>();
        for (PolicyExpression e : expressions(facts, table, policy)) {
            ofColumn.addAll(e.gucsOfTenantColumn());
        }
        ofColumn.retainAll(others);
        if (ofColumn.isEmpty()) {
            return Flaw.undecided(
                    message,
                    "change what policy " + policy.name() + " of " + table.qualifiedName() + " calls, so that it reads "
                            + setting.guc() + "; if it is right as it is, " + accept(table));
        }
        return Flaw.narrowing(
                message,
                facts.changed(
                        table,
                        policy,
                        with(using(facts, table, policy), ofColumn, setting),
                        with(check(facts, table, policy), ofColumn, setting)));
    }

    /** USING compares the tenant column with one setting and WITH CHECK with another: one of them is wrong all the same. */
    private static Flaw besidesTheRightOne(
            AuditFacts facts, AuditOptions options, CatalogTable table, Policy policy, Set<String> others) {
        TenantSetting setting = facts.setting(options);
        if (table.tenantColumn() == null) {
            return null;
        }
        Set<String> wrong = new TreeSet<>();
        PolicyExpression using = using(facts, table, policy);
        PolicyExpression check = check(facts, table, policy);
        boolean wrongUsing = onlyOthers(using, options, others);
        boolean wrongCheck = onlyOthers(check, options, others);
        if (wrongUsing) {
            wrong.addAll(using.gucsOfTenantColumn());
        }
        if (wrongCheck) {
            wrong.addAll(check.gucsOfTenantColumn());
        }
        if (wrong.isEmpty()) {
            return null;
        }
        String message = "compares " + table.tenantColumn() + " with " + String.join(", ", wrong) + " in "
                + (wrongUsing ? "USING" : "WITH CHECK") + ", not " + String.join(", ", options.gucs());
        return setting.guc() == null
                ? Flaw.undecided(message, setting.question())
                : Flaw.narrowing(
                        message,
                        facts.changed(
                                table,
                                policy,
                                wrongUsing ? using.withSetting(wrong, setting.guc()) : policy.using(),
                                wrongCheck ? check.withSetting(wrong, setting.guc()) : policy.check()));
    }

    /** Whether the tenant column is compared with other settings only, and nothing called could compare it with the right one. */
    private static boolean onlyOthers(PolicyExpression e, AuditOptions options, Set<String> others) {
        return e != null
                && !e.callsFunctions()
                && e.reads().stream().noneMatch(r -> options.gucs().contains(r.guc()))
                && e.gucsOfTenantColumn().stream().anyMatch(others::contains)
                && others.containsAll(e.gucsOfTenantColumn());
    }

    private static String with(PolicyExpression e, Set<String> from, TenantSetting setting) {
        return e == null ? null : e.withSetting(from, setting.guc());
    }
}
