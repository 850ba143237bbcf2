package io.tenantwarden.rls.audit;

final class LeakproofFunction implements Rule {

    @Override
    public About about() {
        return new About(
                "WD032",
                Finding.Level.WARN,
                "LEAKPROOF function",
                "PostgreSQL may call it with other tenants' values before the policy has filtered them, trusting that it tells"
                        + " nothing, not even by an error.",
                "Takes the attribute away.",
                "Functions of PostgreSQL and of extensions are trusted; whether the function really leaks is not looked at.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (DatabaseFunction f : facts.functions()) {
            if (f.leakproof() && f.executable()) {
                findings.add(
                        f.signature(),
                        f.policyTables(),
                        "function " + f.signature()
                                + " is LEAKPROOF: it may see rows before the policies have filtered them",
                        Fix.sql(f.owner(), f.alter() + " NOT LEAKPROOF;"));
            }
        }
    }
}
