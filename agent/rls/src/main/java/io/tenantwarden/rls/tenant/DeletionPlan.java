package io.tenantwarden.rls.tenant;

import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.sql.Identifiers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is done, in which order, to delete one tenant's rows without switching a trigger or constraint off. Immutable.
 *
 * @param kept tables whose rows stay
 * @param steps what is deleted, in order
 * @param problems why it cannot be done, by table; empty when it can
 */
public record DeletionPlan(List<TenantTable> kept, List<Step> steps, List<Finding> problems) {

    /**
     * Tables that are emptied together: one, or those of a cycle. Immutable.
     *
     * @param tables in the order in which they are emptied
     * @param unlinks columns that are set to NULL first
     * @param deferred constraints that are checked at the end of the transaction only
     * @param whole whether it has to be one transaction
     */
    public record Step(List<TenantTable> tables, List<Unlink> unlinks, List<TableReference> deferred, boolean whole) {

        public Step {
            tables = List.copyOf(tables);
            unlinks = List.copyOf(unlinks);
            deferred = List.copyOf(deferred);
        }
    }

    /**
     * A foreign key of a cycle that is emptied before rows are deleted. Immutable.
     *
     * @param table whose
     * @param reference the foreign key
     * @param columns those of its columns that become NULL
     */
    public record Unlink(TenantTable table, TableReference reference, List<String> columns) {

        public Unlink {
            columns = List.copyOf(columns);
        }
    }

    /** What a deletion is to keep. Immutable. */
    public record Wishes(Map<String, String> keep, Map<String, Map<String, String>> anonymise, boolean batches) {

        /**
         * @param keep {@code schema.table} to the reason why its rows stay
         * @param anonymise {@code schema.table} to columns and the SQL expressions that they get
         * @param batches whether work is to be cut into small transactions where possible
         */
        public Wishes {
            keep = Map.copyOf(keep);
            anonymise = Map.copyOf(anonymise);
        }
    }

    public DeletionPlan {
        kept = List.copyOf(kept);
        steps = List.copyOf(steps);
        problems = List.copyOf(problems);
    }

    /** Makes the plan. Touches no connection. */
    public static DeletionPlan of(TenantTables tables, RoleFacts role, TenantTablesOptions options, Wishes wishes) {
        return new Maker(tables, role, options, wishes).make();
    }

    /** All tables that are emptied, in order. */
    public List<TenantTable> deleted() {
        return steps.stream().flatMap(s -> s.tables().stream()).toList();
    }

    private static final class Maker {

        private final TenantTables tables;
        private final RoleFacts role;
        private final Wishes wishes;
        private final TenantVisibility visibility;
        private final TenantTablesOptions options;
        private final List<Finding> problems = new ArrayList<>();
        private final Set<Long> kept = new HashSet<>();

        Maker(TenantTables tables, RoleFacts role, TenantTablesOptions options, Wishes wishes) {
            this.tables = tables;
            this.role = role;
            this.options = options;
            this.wishes = wishes;
            this.visibility = new TenantVisibility(role, options.gucs());
        }

        DeletionPlan make() {
            Set<String> unknown = new LinkedHashSet<>(wishes.keep().keySet());
            List<TenantTable> keep = new ArrayList<>();
            for (TenantTable t : tables.tables()) {
                if (unknown.remove(t.name())) {
                    keep.add(t);
                    kept.add(t.oid());
                    checkAnonymise(t);
                }
            }
            unknown.forEach(name -> problem(
                    "erase-keep",
                    name,
                    "it is given with --keep, but is no table with rows of tenants",
                    "write it as schema.table, as the plan does"));
            List<TenantTable> gone = tables.tables().stream()
                    .filter(t -> !kept.contains(t.oid()))
                    .toList();
            gone.forEach(this::checkDelete);
            checkKeptReferences();
            List<Step> steps = new ArrayList<>();
            for (List<TenantTable> group : DeletionOrder.groups(gone, tables.references())) {
                steps.add(group.size() == 1 ? new Step(group, List.of(), List.of(), false) : breakCycle(group));
            }
            return new DeletionPlan(keep, steps, problems);
        }

        private void checkAnonymise(TenantTable t) {
            List<String> missing = new ArrayList<>();
            for (String name :
                    wishes.anonymise().getOrDefault(t.name(), Map.of()).keySet()) {
                TableColumn c = t.column(name);
                if (c == null || c.generated()) {
                    problem(
                            "erase-anonymise",
                            t.name() + "." + name,
                            c == null ? "there is no such column" : "the column is computed from others",
                            "name a column of " + t.name() + " in --anonymise, as the database spells it");
                } else if (!c.update()) {
                    missing.add(name);
                }
            }
            if (!missing.isEmpty()) {
                grantUpdate(t, missing, "its columns cannot be anonymised");
            }
        }

        private void checkDelete(TenantTable t) {
            if (!t.delete()) {
                problem(
                        "tenant-privilege",
                        t.name(),
                        "role " + role.currentUser() + " may not delete from it",
                        "GRANT DELETE ON " + t.table().quotedName() + " TO " + Identifiers.quote(role.currentUser())
                                + ";");
            } else if (t.table().rls() && !options.unprotected().containsKey(t.name())) {
                String hidden = visibility.notInFull(t, "DELETE");
                if (hidden != null
                        && (hidden.startsWith("no policy")
                                || !options.witnessed() && !options.visible().containsKey(t.name()))) {
                    problem(
                            "tenant-not-visible",
                            t.name(),
                            hidden,
                            "give the role a policy FOR DELETE that compares the tenant alone; java -jar"
                                    + " tenant-warden.jar ddl writes one"
                                    + (hidden.startsWith("no policy")
                                            ? ""
                                            : ". Or, if you know that nothing is hidden: --visible '" + t.name()
                                                    + "=REASON'"));
                }
            }
            if (t.kind() == TenantTable.Kind.INCLUDED) {
                problem(
                        "erase-included",
                        t.name(),
                        "once the rows that refer to it are gone, nothing says which of its rows were the tenant's",
                        "give it a tenant column; or --keep '" + t.name() + "=REASON' and delete its rows yourself");
            }
        }

        /** Rows that stay must not refer to rows that go. */
        private void checkKeptReferences() {
            for (TableReference r : tables.references()) {
                TenantTable from = tables.table(r.from());
                if (from == null || !kept.contains(r.from()) || kept.contains(r.to())) {
                    continue;
                }
                Map<String, String> columns = wishes.anonymise().getOrDefault(from.name(), Map.of());
                boolean emptied = r.columns().stream()
                        .anyMatch(c -> columns.getOrDefault(c, "").strip().equalsIgnoreCase("null"));
                if (!emptied) {
                    TenantTable to = tables.table(r.to());
                    String nullable = r.columns().stream()
                            .filter(c -> !from.column(c).notNull())
                            .findFirst()
                            .orElse(null);
                    problem(
                            "erase-keep",
                            from.name(),
                            "its rows are kept, and refer to rows of " + to.name() + " that would go (" + r.name()
                                    + ", ON DELETE " + r.onDelete().sql() + ")",
                            "keep those too: --keep '" + to.name() + "=REASON'"
                                    + (nullable == null
                                            ? ""
                                            : "; or take the reference out: --anonymise '" + from.name() + "("
                                                    + nullable + "=NULL)'"));
                }
            }
        }

        // ------------------------------------------------------------ cycles

        private Step breakCycle(List<TenantTable> group) {
            Set<Long> members = group.stream().map(TenantTable::oid).collect(Collectors.toSet());
            List<TableReference> edges = new ArrayList<>(tables.references().stream()
                    .filter(r -> r.from() != r.to() && members.contains(r.from()) && members.contains(r.to()))
                    .toList());
            List<Unlink> unlinks = new ArrayList<>();
            List<TableReference> deferred = new ArrayList<>();
            boolean whole = false;
            while (true) {
                List<List<TenantTable>> groups = DeletionOrder.groups(group, edges);
                List<TableReference> obstacles = edges.stream()
                        .filter(e -> groups.stream().anyMatch(g -> holds(g, e.from()) && holds(g, e.to())))
                        .toList();
                if (obstacles.isEmpty()) {
                    List<TenantTable> order = groups.stream().map(g -> g.get(0)).toList();
                    return new Step(order, unlinks, deferred, whole);
                }
                TableReference best = best(obstacles);
                if (best == null) {
                    addCycle(group, obstacles);
                    return new Step(group, unlinks, deferred, true);
                }
                edges.remove(best);
                switch (rank(best)) {
                    case UNLINK -> {
                        TenantTable from = tables.table(best.from());
                        unlinks.add(new Unlink(from, best, nullable(from, best)));
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
            List<Way> order = wishes.batches()
                    ? List.of(Way.UNLINK, Way.DEFER, Way.CASCADE)
                    : List.of(Way.DEFER, Way.UNLINK, Way.CASCADE);
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
            if (canUnlink && (wishes.batches() || !canDefer)) {
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
                    grantUpdate(from, columns, "it is part of a cycle of foreign keys");
                    return;
                }
            }
            TableReference e = obstacles.get(0);
            TenantTable from = tables.table(e.from());
            problem(
                    "erase-cycle",
                    from.name(),
                    "the foreign keys of "
                            + group.stream().map(TenantTable::name).collect(Collectors.joining(", "))
                            + " lead in a circle, and none of them can be NULL or is deferrable",
                    "ALTER TABLE " + from.table().quotedName() + " ALTER CONSTRAINT " + Identifiers.quote(e.name())
                            + " DEFERRABLE;");
        }

        private void grantUpdate(TenantTable t, List<String> columns, String why) {
            problem(
                    "tenant-privilege",
                    t.name(),
                    why + ", since role " + role.currentUser() + " may not update them",
                    "GRANT UPDATE (" + columns.stream().map(Identifiers::quote).collect(Collectors.joining(", "))
                            + ") ON " + t.table().quotedName() + " TO " + Identifiers.quote(role.currentUser()) + ";");
        }

        private void problem(String rule, String object, String message, String fix) {
            problems.add(new Finding(rule, Finding.Level.ERROR, object, message, fix));
        }
    }
}
