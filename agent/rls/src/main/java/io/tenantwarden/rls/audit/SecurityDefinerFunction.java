package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.Finding;

final class SecurityDefinerFunction implements Rule {

    @Override
    public About about() {
        return new About(
                "WD030",
                Finding.Level.WARN,
                "SECURITY DEFINER function of an owner that bypasses row-level security",
                "Whatever the function reads or writes, no policy filters it: its own conditions are all that keeps tenants"
                        + " apart.",
                "Lets the function run with the rights of who calls it; where it needs the owner's, take EXECUTE away from"
                        + " everybody else instead.",
                "What the function does is not looked at; trigger functions and functions of extensions are left out, and so is an"
                        + " owner that bypasses only because FORCE is missing, which WD003 and WD007 tell.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (DatabaseFunction f : facts.functions()) {
            if (f.securityDefiner()
                    && f.executable()
                    && !f.trigger()
                    && !facts.role().bypassesRls()
                    && !facts.role().roles().contains(f.owner())
                    && facts.bypassesEverything(f.owner())) {
                findings.add(
                        f.signature(),
                        f.policyTables(),
                        "function " + f.signature() + " runs as " + f.owner()
                                + ", for whom no policy filters, and role "
                                + facts.role().currentUser() + " may call it",
                        f.alter() + " SECURITY INVOKER;");
            }
        }
    }
}
