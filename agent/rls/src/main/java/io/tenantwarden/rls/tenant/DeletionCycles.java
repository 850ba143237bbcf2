package io.tenantwarden.rls.tenant;

import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.sql.Identifiers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Takes tables apart whose foreign keys lead in a circle. For one thread. */
final class DeletionCycles {

    private final TenantTables tables;
    private final boolean batches;
    private final RoleFacts role;
    private final List<Finding> problems;

    /**
     * @param batches whether work is to be cut into small transactions where possible
     * @param problems findings are added to it
     */
    DeletionCycles(TenantTables tables, boolean batches, RoleFacts role, List<Finding> problems) {
        this.tables = tables;
        this.batches = batches;
        this.role = role;
        this.problems = problems;
    }

    /** The step in which they are emptied. */
    DeletionPlan.Step apart(List<TenantTable> group) {
        Set<Long> members = group.stream().map(TenantTable::oid).collect(Collectors.toSet());
        List<TableReference> edges = new ArrayList<>(tables.references().stream()
                .filter(r -> r.from() != r.to() && members.contains(r.from()) && members.contains(r.to()))
                .toList());
        List<DeletionPlan.Unlink> unlinks = new ArrayList<>();
        List<TableReference> deferred = new ArrayList<>();
        boolean whole = false;
        while (true) {
            List<List<TenantTable>> groups = DeletionOrder.groups(group, edges);
            List<TableReference> obstacles = edges.stream()
                    .filter(e -> groups.stream().anyMatch(g -> holds(g, e.from()) && holds(g, e.to())))
                    .toList();
            if (obstacles.isEmpty()) {
                List<TenantTable> order = groups.stream().map(g -> g.get(0)).toList();
                return new DeletionPlan.Step(order, unlinks, deferred, whole);
            }
            TableReference best = best(obstacles);
            if (best == null) {
                addCycle(group, obstacles);
                return new DeletionPlan.Step(group, unlinks, deferred, true);
            }
            edges.remove(best);
            switch (rank(best)) {
                case UNLINK -> {
                    TenantTable from = tables.table(best.from());
                    unlinks.add(new DeletionPlan.Unlink(from, best, nullable(from, best)));
                }
                case DEFER -> {
                    deferred.add(best);
                    whole = true;
                }
                default -> whole = true;
            }
        }
    }

    private static boolean holds(List<TenantTable> group, long oid) {
        return group.stream().anyMatch(t -> t.oid() == oid);
    }

    private enum Way {
        UNLINK,
        DEFER,
        CASCADE,
        NONE
    }

    private TableReference best(Collection<TableReference> edges) {
        List<Way> order =
                batches ? List.of(Way.UNLINK, Way.DEFER, Way.CASCADE) : List.of(Way.DEFER, Way.UNLINK, Way.CASCADE);
        for (Way way : order) {
            for (TableReference e : edges) {
                if (rank(e) == way) {
                    return e;
                }
            }
        }
        return null;
    }

    private Way rank(TableReference e) {
        TenantTable from = tables.table(e.from());
        if (from.links().stream().anyMatch(l -> l.reference().equals(e))) {
            // through it the rows are known to be the tenant's
            return Way.NONE;
        }
        boolean canDefer = e.deferrable() && e.onDelete() == TableReference.OnDelete.NO_ACTION;
        List<String> columns = nullable(from, e);
        boolean canUnlink = !columns.isEmpty()
                && columns.stream().allMatch(c -> from.column(c).update());
        if (canUnlink && (batches || !canDefer)) {
            return Way.UNLINK;
        }
        if (canDefer) {
            return Way.DEFER;
        }
        return e.onDelete() == TableReference.OnDelete.CASCADE ? Way.CASCADE : Way.NONE;
    }

    /** The columns to set to NULL so that the key refers to nothing; empty when that cannot be. */
    private static List<String> nullable(TenantTable from, TableReference e) {
        List<String> columns = e.columns().stream()
                .filter(c -> !from.column(c).notNull() && !from.column(c).generated() && !c.equals(from.column()))
                .toList();
        return e.full() && columns.size() < e.columns().size() ? List.of() : columns;
    }

    private void addCycle(List<TenantTable> group, List<TableReference> obstacles) {
        for (TableReference e : obstacles) {
            TenantTable from = tables.table(e.from());
            List<String> columns = nullable(from, e);
            if (!columns.isEmpty() && from.links().isEmpty()) {
                problems.add(grantUpdate(role, from, columns, "it is part of a cycle of foreign keys"));
                return;
            }
        }
        List<TableReference> free = obstacles.stream()
                .filter(e -> tables.table(e.from()).links().stream()
                        .noneMatch(l -> l.reference().equals(e)))
                .toList();
        TableReference e = free.stream()
                .filter(r -> r.onDelete() == TableReference.OnDelete.NO_ACTION)
                .findFirst()
                .orElse(free.isEmpty() ? obstacles.get(0) : free.get(0));
        TenantTable from = tables.table(e.from());
        problems.add(new Finding(
                "erase-cycle",
                Finding.Level.ERROR,
                from.name(),
                "the foreign keys of "
                        + group.stream().map(TenantTable::name).collect(Collectors.joining(", "))
                        + " lead in a circle, and none of them can be NULL or is deferrable",
                free.isEmpty()
                        ? "give " + from.name() + " a tenant column: only this key says whose its rows are"
                        : deferrable(from, e)));
    }

    /** RESTRICT and the like are done at once, whatever is deferred. */
    private String deferrable(TenantTable from, TableReference e) {
        String name = Identifiers.quote(e.name());
        return "ALTER TABLE " + from.table().quotedName()
                + (e.onDelete() == TableReference.OnDelete.NO_ACTION
                        ? " ALTER CONSTRAINT " + name + " DEFERRABLE;"
                        : " DROP CONSTRAINT " + name + ", ADD CONSTRAINT " + name + " FOREIGN KEY ("
                                + quoted(e.columns())
                                + ") REFERENCES " + tables.table(e.to()).table().quotedName() + " ("
                                + quoted(e.targets()) + ") DEFERRABLE;");
    }

    private static String quoted(List<String> columns) {
        return columns.stream().map(Identifiers::quote).collect(Collectors.joining(", "));
    }

    /** What is said when the role may not update columns. */
    static Finding grantUpdate(RoleFacts role, TenantTable t, List<String> columns, String why) {
        return new Finding(
                "tenant-privilege",
                Finding.Level.ERROR,
                t.name(),
                why + ", since role " + role.currentUser() + " may not update them",
                "GRANT UPDATE (" + columns.stream().map(Identifiers::quote).collect(Collectors.joining(", ")) + ") ON "
                        + t.table().quotedName() + " TO " + Identifiers.quote(role.currentUser()) + ";");
    }
}
