package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.sql.Identifiers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

final class ViewBypasses implements Rule {

    private static final int SECURITY_INVOKER = 150000;

    @Override
    public About about() {
        return new About(
                "WD029",
                Finding.Level.ERROR,
                "View runs as an owner that bypasses row-level security",
                "A view reads its tables with the rights of its owner, so that whoever may read the view reads every tenant's"
                        + " rows.",
                "Lets the view run with the rights of who asks (security_invoker, PostgreSQL 15 and later) where all who may use"
                        + " it may read its tables as well; else gives it to their owner, for whom policies hold under FORCE."
                        + " Where a policy reads the view, or neither would do, says what to decide.",
                "Only views that the connected role may read, directly or through other views, are looked at; privileges on"
                        + " single columns are not.");
    }

    /** How a view is to be mended. */
    private enum Cure {
        INVOKER,
        OWNER,
        DECIDE
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        if (facts.role().superuser()) {
            return;
        }
        Map<CatalogTable, Map<String, CatalogTable>> found = new LinkedHashMap<>();
        Map<CatalogTable, Cure> cures = new LinkedHashMap<>();
        // a view above one that runs as who asks may be the next that bypasses
        for (boolean more = true; more; ) {
            Map<CatalogTable, Map<String, CatalogTable>> now = new LinkedHashMap<>();
            Set<List<String>> seen = new HashSet<>();
            for (CatalogTable view : facts.catalog().tables()) {
                if (view.kind() == CatalogTable.Kind.VIEW && facts.may("SELECT", view)) {
                    follow(facts, cures, view, null, now, seen);
                }
            }
            more = false;
            for (Map.Entry<CatalogTable, Map<String, CatalogTable>> e : now.entrySet()) {
                if (found.putIfAbsent(e.getKey(), e.getValue()) == null) {
                    cures.put(
                            e.getKey(),
                            cure(facts, findings, e.getKey(), e.getValue().values()));
                    more = true;
                }
            }
        }
        found.forEach((view, tables) -> findings.add(
                view.qualifiedName(),
                tables.values(),
                "view " + view.qualifiedName() + " reads " + String.join(", ", tables.keySet()) + " as " + view.owner()
                        + ", for whom no policy filters",
                fix(facts, findings, view, new ArrayList<>(tables.values()), cures.get(view))));
    }

    /** @param runsAs the view whose owner's rights hold here; null when those of the connected role do */
    private static void follow(
            AuditFacts facts,
            Map<CatalogTable, Cure> cures,
            CatalogTable view,
            CatalogTable runsAs,
            Map<CatalogTable, Map<String, CatalogTable>> found,
            Set<List<String>> seen) {
        boolean invoker = facts.isInvoker(view) || cures.get(view) == Cure.INVOKER;
        CatalogTable inside = invoker ? runsAs : view;
        if (!seen.add(List.of(view.qualifiedName(), inside == null ? "" : inside.qualifiedName()))) {
            return;
        }
        for (CatalogTable t : facts.catalog().reads(view)) {
            if (t.kind() == CatalogTable.Kind.VIEW) {
                follow(facts, cures, t, inside, found, seen);
            } else if (inside != null
                    && facts.isGuarded(t)
                    && AuditFacts.canHavePolicies(t)
                    && cures.get(inside) != Cure.OWNER
                    && bypasses(facts, inside.owner(), t)) {
                found.computeIfAbsent(inside, k -> new TreeMap<>()).put(t.qualifiedName(), t);
            }
        }
    }

    /** Superuser, BYPASSRLS, or owner of a table whose policies are in force but not for him. */
    private static boolean bypasses(AuditFacts facts, String owner, CatalogTable t) {
        return facts.roles().bypassEverything(owner) || t.rls() && facts.roles().bypass(owner, t);
    }

    private static Cure cure(AuditFacts facts, Findings findings, CatalogTable view, Iterable<CatalogTable> tables) {
        if (facts.reach().policyBehind(view) != null) {
            return Cure.DECIDE;
        }
        boolean invoker = facts.role().serverVersion() >= SECURITY_INVOKER && !facts.isNeeded(view);
        boolean owner = canReadAsOwner(facts, findings, view, tables);
        if (owner && (!invoker || !facts.roles().bypassEverything(view.owner()))) {
            return Cure.OWNER;
        }
        return invoker ? Cure.INVOKER : Cure.DECIDE;
    }

    /** Whether all that it reads has one owner, for whom the policies hold when they are forced, and let rows through. */
    private static boolean canReadAsOwner(
            AuditFacts facts, Findings findings, CatalogTable view, Iterable<CatalogTable> tables) {
        Set<String> owners = new HashSet<>();
        facts.catalog().reads(view).forEach(below -> owners.add(below.owner()));
        tables.forEach(t -> owners.add(t.owner()));
        if (owners.size() != 1) {
            return false;
        }
        String owner = owners.iterator().next();
        if (facts.roles().bypassEverything(owner)) {
            return false;
        }
        for (CatalogTable t : tables) {
            boolean policyForOwner =
                    t.policies().isEmpty() || letsIn(findings.plan(t).after(), owner);
            if (!policyForOwner || facts.reach().asksItself(t) != null) {
                return false;
            }
        }
        return true;
    }

    private static boolean letsIn(List<Policy> policies, String role) {
        return policies.stream()
                .anyMatch(p -> p.permissive()
                        && AuditFacts.covers(p, "SELECT")
                        && (p.roles().contains("public") || p.roles().contains(role)));
    }

    private static Fix fix(
            AuditFacts facts, Findings findings, CatalogTable view, List<CatalogTable> tables, Cure cure) {
        String alter = "ALTER VIEW " + view.quotedName();
        switch (cure) {
            case INVOKER -> {
                return Fix.sql(view.owner(), alter + " SET (security_invoker = true);");
            }
            case OWNER -> {
                Fix fix = new Fix();
                String owner = tables.get(0).owner();
                for (CatalogTable t : tables) {
                    if (!t.policies().isEmpty() && !letsIn(t.policies(), owner)) {
                        fix.and(findings.plan(t).fix());
                    }
                    fix.and(Protection.force(facts, t));
                }
                return owner.equals(view.owner())
                        ? fix
                        : fix.then(Fix.SUPERUSER, alter + " OWNER TO " + Identifiers.quote(owner) + ";");
            }
            default -> {
                String accept = "accept it: --ignore \"WD029:" + view.qualifiedName() + "=why\"";
                CatalogTable policy = facts.reach().policyBehind(view);
                return policy != null
                        ? Fix.decide("read it: policies of " + policy.qualifiedName()
                                + " lead to it, so that it has to pass over"
                                + " them. If it shows nothing of other tenants, " + accept)
                        : Fix.decide(
                                "decide as whom it is to read: somebody who may use it may not read its tables himself, so"
                                        + " that security_invoker alone would fail. GRANT SELECT on them, then (PostgreSQL 15 and"
                                        + " later) " + alter
                                        + " SET (security_invoker = true); or give it to a role for which the"
                                        + " policies hold. If it shows nothing of other tenants, " + accept);
            }
        }
    }
}
