package io.tenantwarden.rls.tenant;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The order in which tables can be emptied: what refers before what is referred to; tables of a cycle are one group
 * (Tarjan, "Depth-first search and linear graph algorithms", 1972, without recursion). Stateless.
 */
final class DeletionOrder {

    private DeletionOrder() {}

    /** Groups of tables in that order, and by name where it does not matter. */
    static List<List<TenantTable>> groups(Collection<TenantTable> tables, Collection<TableReference> references) {
        Map<Long, TenantTable> byOid = new LinkedHashMap<>();
        tables.stream()
                .sorted(Comparator.comparing(TenantTable::name).reversed())
                .forEach(t -> byOid.put(t.oid(), t));
        Map<Long, List<Long>> targets = new HashMap<>();
        byOid.keySet().forEach(oid -> targets.put(oid, new ArrayList<>()));
        for (TableReference r : references) {
            if (r.from() != r.to() && byOid.containsKey(r.from()) && byOid.containsKey(r.to())) {
                targets.get(r.from()).add(r.to());
            }
        }
        List<List<TenantTable>> groups = new ArrayList<>();
        for (List<Long> component : components(byOid.keySet(), targets)) {
            groups.add(component.stream()
                    .map(byOid::get)
                    .sorted(Comparator.comparing(TenantTable::name))
                    .toList());
        }
        Collections.reverse(groups);
        return groups;
    }

    /** Strongly connected components, a component after all those that it leads to. */
    private static List<List<Long>> components(Collection<Long> nodes, Map<Long, List<Long>> targets) {
        Map<Long, Integer> index = new HashMap<>();
        Map<Long, Integer> low = new HashMap<>();
        Map<Long, Integer> next = new HashMap<>();
        Deque<Long> open = new ArrayDeque<>();
        List<Long> onStack = new ArrayList<>();
        List<List<Long>> components = new ArrayList<>();
        for (Long start : nodes) {
            if (index.containsKey(start)) {
                continue;
            }
            open.push(start);
            while (!open.isEmpty()) {
                Long node = open.peek();
                if (!index.containsKey(node)) {
                    index.put(node, index.size());
                    low.put(node, index.get(node));
                    onStack.add(node);
                }
                int i = next.merge(node, 1, Integer::sum) - 1;
                if (i < targets.get(node).size()) {
                    Long target = targets.get(node).get(i);
                    if (!index.containsKey(target)) {
                        open.push(target);
                    } else if (onStack.contains(target)) {
                        low.merge(node, index.get(target), Math::min);
                    }
                    continue;
                }
                open.pop();
                if (!open.isEmpty()) {
                    low.merge(open.peek(), low.get(node), Math::min);
                }
                if (low.get(node).equals(index.get(node))) {
                    List<Long> component = new ArrayList<>();
                    Long last;
                    do {
                        last = onStack.remove(onStack.size() - 1);
                        component.add(last);
                    } while (!last.equals(node));
                    components.add(component);
                }
            }
        }
        return components;
    }
}
