package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;

final class CheckMissing extends PolicyRule {

    @Override
    public About about() {
        return new About(
                "WD016",
                Finding.Level.INFO,
                "WITH CHECK is missing",
                "PostgreSQL checks new rows against USING then, so that whoever widens what can be read, for instance by"
                        + " shared rows, widens what can be written without noticing.",
                "Writes the USING expression out as WITH CHECK.",
                "Nothing is open as long as USING is right.");
    }

    @Override
    Flaw examine(AuditFacts facts, AuditOptions options, CatalogTable table, Policy policy) {
        boolean writes = policy.command().equals("ALL") || policy.command().equals("UPDATE");
        return !writes || policy.check() != null || policy.using() == null
                ? null
                : Flaw.style(
                        "for " + policy.command() + " has no WITH CHECK of its own",
                        facts.changed(table, policy, policy.using(), policy.using()));
    }
}
