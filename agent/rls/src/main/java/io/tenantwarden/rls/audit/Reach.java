package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.policy.PolicyExpression;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What policies lead to: functions that they call, views that they read, and what those call and read in turn. By name
 * alone, so rather too much than too little. Thread-safe.
 */
final class Reach {

    private final AuditFacts facts;
    private final Map<String, List<DatabaseFunction>> functionsByName = new HashMap<>();
    private final Map<String, List<CatalogTable>> relationsByName = new HashMap<>();
    private final Map<DatabaseFunction, Set<String>> namesOf = new HashMap<>();
    private final Map<String, Behind> behind = new ConcurrentHashMap<>();

    /** What the policies of a table lead to. */
    private record Behind(Set<DatabaseFunction> functions, Set<CatalogTable> relations) {}

    Reach(AuditFacts facts) {
        this.facts = facts;
        for (DatabaseFunction f : facts.functions()) {
            functionsByName.computeIfAbsent(f.name(), k -> new ArrayList<>(1)).add(f);
            namesOf.put(f, f.names());
        }
        for (CatalogTable t : facts.catalog().tables()) {
            relationsByName.computeIfAbsent(t.name(), k -> new ArrayList<>(1)).add(t);
        }
    }

    private Behind behind(CatalogTable table) {
        return behind.computeIfAbsent(table.qualifiedName(), k -> {
            Set<String> names = new HashSet<>();
            for (Policy p : table.policies()) {
                names.addAll(PolicyExpression.namesIn(p.using()));
                names.addAll(PolicyExpression.namesIn(p.check()));
            }
            return follow(names);
        });
    }

    private Behind follow(Set<String> names) {
        Set<DatabaseFunction> functions = new LinkedHashSet<>();
        Set<CatalogTable> relations = new LinkedHashSet<>();
        Set<String> seen = new HashSet<>(names);
        Deque<String> queue = new ArrayDeque<>(names);
        while (!queue.isEmpty()) {
            String name = queue.poll();
            for (CatalogTable t : relationsByName.getOrDefault(name, List.of())) {
                addRelation(t, relations);
            }
            for (DatabaseFunction f : functionsByName.getOrDefault(name, List.of())) {
                if (functions.add(f)) {
                    for (String inside : namesOf.get(f)) {
                        if (seen.add(inside)) {
                            queue.add(inside);
                        }
                    }
                }
            }
        }
        return new Behind(functions, relations);
    }

    private void addRelation(CatalogTable t, Set<CatalogTable> relations) {
        if (relations.add(t) && t.kind() == CatalogTable.Kind.VIEW) {
            facts.catalog().reads(t).forEach(below -> addRelation(below, relations));
        }
    }

    /** A table whose policies lead to this function; null when there is none. */
    CatalogTable policyBehind(DatabaseFunction f) {
        return facts.tablesWithPolicies().stream()
                .filter(t -> behind(t).functions().contains(f))
                .findFirst()
                .orElse(null);
    }

    /** A table whose policies lead to this view; null when there is none. */
    CatalogTable policyBehind(CatalogTable view) {
        return facts.tablesWithPolicies().stream()
                .filter(t -> behind(t).relations().contains(view))
                .findFirst()
                .orElse(null);
    }

    /** Whether a function reads or writes a table, itself or by what it calls; true when its body is not known. */
    boolean uses(DatabaseFunction f, CatalogTable table) {
        if (f.body() == null) {
            return true;
        }
        Behind inside = follow(namesOf.getOrDefault(f, f.names()));
        return inside.relations().contains(table) || inside.functions().stream().anyMatch(g -> g.body() == null);
    }

    /**
     * Why row-level security must not be forced on a table as it is: a policy of it leads to something that reads it with its
     * owner's rights, which are free of policies now and would ask them again and again then. Null when nothing does.
     */
    String asksItself(CatalogTable table) {
        Behind behind = behind(table);
        for (DatabaseFunction f : behind.functions()) {
            if (f.securityDefiner() && ownsWithoutBypass(f.owner(), table) && uses(f, table)) {
                return "function " + f.signature();
            }
        }
        for (CatalogTable v : behind.relations()) {
            if (v.kind() == CatalogTable.Kind.VIEW
                    && !facts.isInvoker(v)
                    && ownsWithoutBypass(v.owner(), table)
                    && facts.catalog().protectedBelow(v).contains(table)) {
                return "view " + v.qualifiedName();
            }
        }
        return null;
    }

    private boolean ownsWithoutBypass(String owner, CatalogTable table) {
        return facts.roles().hasRightsOf(owner, table.owner()) && !facts.roles().bypassEverything(owner);
    }
}
