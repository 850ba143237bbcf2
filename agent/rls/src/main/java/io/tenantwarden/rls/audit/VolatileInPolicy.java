package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.Finding;

final class VolatileInPolicy implements Rule {

    @Override
    public About about() {
        return new About(
                "WD024",
                Finding.Level.INFO,
                "Policy calls a VOLATILE function",
                "The comparison cannot use an index and the function runs for each row; VOLATILE is what a function is when"
                        + " nobody said otherwise.",
                "Declares the function STABLE, which is right when it changes nothing.",
                "PostgreSQL's own volatile functions, such as random(), are not looked for.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (DatabaseFunction f : facts.functions()) {
            if (f.volatility() == 'v' && !f.policyTables().isEmpty()) {
                findings.add(
                        f.signature(),
                        f.policyTables(),
                        "function " + f.signature() + " is VOLATILE and used by policies of "
                                + f.policyTables().size()
                                + (f.policyTables().size() == 1 ? " table" : " tables") + ", for instance "
                                + f.policyTables().stream()
                                        .map(CatalogTable::qualifiedName)
                                        .findFirst()
                                        .orElseThrow(),
                        f.alter() + " STABLE;");
            }
        }
    }
}
