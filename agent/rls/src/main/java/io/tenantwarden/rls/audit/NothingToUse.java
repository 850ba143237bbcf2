package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import java.util.List;

final class NothingToUse implements Rule {

    @Override
    public About about() {
        return new About(
                "WD043",
                Finding.Level.WARN,
                "Role may use no protected table",
                "Everything is judged for the connected role: for one that may neither read nor write any protected table, next to"
                        + " nothing is, and nothing found says nothing of the application's.",
                "Says to connect as the application's own role.",
                "A role that works through functions alone has no privileges on tables either.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        List<CatalogTable> guarded = facts.guardedTables();
        if (guarded.isEmpty()
                || facts.role().superuser()
                || guarded.stream().anyMatch(facts::mayUse)
                || facts.catalog().tables().stream().anyMatch(t -> isWayIn(facts, t))) {
            return;
        }
        String me = facts.role().currentUser();
        findings.add(
                me,
                guarded,
                "role " + me + " may neither read nor write any of " + Phrases.count(guarded.size(), "protected table")
                        + ": what the application's role may do was not judged",
                Fix.decide(
                        "run it as the role that the application connects as (command line: --user); if this role works through"
                                + " functions alone, accept it: --ignore \"WD043:" + me + "=why\""));
    }

    private static boolean isWayIn(AuditFacts facts, CatalogTable t) {
        boolean view = t.kind() == CatalogTable.Kind.VIEW || t.kind() == CatalogTable.Kind.MATERIALIZED_VIEW;
        return view && facts.mayUse(t) && !facts.catalog().protectedBelow(t).isEmpty();
    }
}
