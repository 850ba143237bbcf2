package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.Finding;
import io.tenantwarden.rls.Identifiers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

final class ViewBypasses implements Rule {

    @Override
    public About about() {
        return new About(
                "WD029",
                Finding.Level.ERROR,
                "View runs as an owner that bypasses row-level security",
                "A view reads its tables with the rights of its owner, so that whoever may read the view reads every tenant's"
                        + " rows.",
                "Lets the view run with the rights of who asks (security_invoker, PostgreSQL 15 and later); before that it"
                        + " changes the owner to one for which the policies hold.",
                "Only views that the connected role may read, directly or through other views, are looked at; privileges on"
                        + " single columns are not.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        if (facts.role().bypassesRls()) {
            return;
        }
        Map<CatalogTable, Map<String, CatalogTable>> found = new LinkedHashMap<>();
        Set<List<String>> seen = new HashSet<>();
        for (CatalogTable view : facts.catalog().tables()) {
            if (view.kind() == CatalogTable.Kind.VIEW && facts.may("SELECT", view)) {
                follow(facts, view, null, found, seen);
            }
        }
        found.forEach((view, tables) -> findings.add(
                view.qualifiedName(),
                tables.values(),
                "view " + view.qualifiedName() + " reads " + String.join(", ", tables.keySet()) + " as " + view.owner()
                        + ", for whom no policy filters",
                fix(facts, view, new ArrayList<>(tables.values()))));
    }

    /** @param runsAs the view whose owner's rights hold here; null when those of the connected role do */
    private static void follow(
            AuditFacts facts,
            CatalogTable view,
            CatalogTable runsAs,
            Map<CatalogTable, Map<String, CatalogTable>> found,
            Set<List<String>> seen) {
        CatalogTable inside = facts.isInvoker(view) ? runsAs : view;
        if (!seen.add(List.of(view.qualifiedName(), inside == null ? "" : inside.qualifiedName()))) {
            return;
        }
        for (CatalogTable t : facts.catalog().reads(view)) {
            if (t.kind() == CatalogTable.Kind.VIEW) {
                follow(facts, t, inside, found, seen);
            } else if (inside != null && t.rls() && t.isProtected() && facts.bypasses(inside.owner(), t)) {
                found.computeIfAbsent(inside, k -> new TreeMap<>()).put(t.qualifiedName(), t);
            }
        }
    }

    private static String fix(AuditFacts facts, CatalogTable view, List<CatalogTable> tables) {
        if (facts.role().serverVersion() >= 150000) {
            return "ALTER VIEW " + view.quotedName() + " SET (security_invoker = true);";
        }
        String owner = tables.get(0).owner();
        boolean filtered = tables.stream().noneMatch(t -> facts.bypasses(owner, t));
        return "ALTER VIEW " + view.quotedName() + " OWNER TO "
                + Identifiers.quote(filtered ? owner : facts.role().currentUser()) + ";";
    }
}
