package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;

final class SecurityDefinerFunction implements Rule {

    @Override
    public About about() {
        return new About(
                "WD030",
                Finding.Level.WARN,
                "SECURITY DEFINER function of an owner that bypasses row-level security",
                "Whatever the function reads or writes, no policy filters it: its own conditions are all that keeps tenants"
                        + " apart.",
                "Says how to let the function run with the rights of who calls it; whether it needs its owner's, as what policies"
                        + " call does, is yours to decide.",
                "What the function does is not looked at; trigger functions and functions of extensions are left out, and so is an"
                        + " owner that bypasses only because FORCE is missing, which WD003 and WD007 tell.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (DatabaseFunction f : facts.functions()) {
            if (f.securityDefiner()
                    && f.executable()
                    && !f.trigger()
                    && !facts.role().superuser()
                    && !facts.role().currentUser().equals(f.owner())
                    && facts.roles().bypassEverything(f.owner())) {
                findings.add(
                        f.signature(),
                        f.policyTables(),
                        "function " + f.signature() + " runs as " + f.owner()
                                + ", for whom no policy filters, and role "
                                + facts.role().currentUser() + " may call it",
                        fix(facts, f));
            }
        }
    }

    /** No SQL: which rows the function is for, and whether its callers may read what it reads, is not in the catalog. */
    private static Fix fix(AuditFacts facts, DatabaseFunction f) {
        String accept = "accept it: --ignore \"WD030:" + f.signature() + "=why\"";
        CatalogTable policy = facts.reach().policyBehind(f);
        return policy != null
                ? Fix.decide(
                        "read it: policies of " + policy.qualifiedName() + " lead to it, so that it has to bypass them"
                                + " (SECURITY INVOKER would make them ask themselves). If its own conditions let nothing of other"
                                + " tenants out, " + accept)
                : Fix.decide(
                        "decide whether it has to pass over policies: if so, and its own conditions let nothing of other"
                                + " tenants out, " + accept + "; if not, grant its callers what it reads, then "
                                + f.alter()
                                + " SECURITY INVOKER;");
    }
}
