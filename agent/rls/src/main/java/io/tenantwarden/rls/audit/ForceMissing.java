package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;

final class ForceMissing implements Rule {

    @Override
    public About about() {
        return new About(
                "WD007",
                Finding.Level.WARN,
                "FORCE ROW LEVEL SECURITY is missing",
                "The owner bypasses the policies, and with it every view and SECURITY DEFINER function that it owns, and"
                        + " every role that becomes its member.",
                "Forces row-level security on the table; look for migrations and jobs that run as the owner first. Where a"
                        + " policy leads to something that reads the table as its owner, it says what to do before.",
                "It does not know which jobs connect as the owner; those see no row after the fix until they set the tenant.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (CatalogTable t : facts.catalog().protectedTables()) {
            boolean worse = facts.role().superuser() || facts.role().roles().contains(t.owner());
            if (t.rls() && !t.forced() && !worse) {
                findings.add(
                        t,
                        "table " + t.qualifiedName() + " does not force row-level security on its owner " + t.owner(),
                        Protection.force(facts, t));
            }
        }
    }
}
