package io.tenantwarden.rls.tenant;

import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.sql.Identifiers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

        /** Several steps as one, in one transaction. */
        static Step together(List<Step> steps) {
            return new Step(
                    steps.stream().flatMap(s -> s.tables().stream()).toList(),
                    steps.stream().flatMap(s -> s.unlinks().stream()).toList(),
                    steps.stream().flatMap(s -> s.deferred().stream()).toList(),
                    true);
        }

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
                steps.add(
                        group.size() == 1
                                ? new Step(group, List.of(), List.of(), false)
                                : new DeletionCycles(tables, wishes.batches(), role, problems).apart(group));
            }
            joinIncluded(steps);
            steps.forEach(step -> step.unlinks().forEach(u -> checkUpdate(u.table(), "it is part of a cycle")));
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
            if (wishes.anonymise().containsKey(t.name())) {
                checkUpdate(t, "it cannot be anonymised");
            }
            if (!missing.isEmpty()) {
                problems.add(DeletionCycles.grantUpdate(role, t, missing, "its columns cannot be anonymised"));
            }
        }

        /**
         * Which of its rows are the tenant's is known as long as those are there that refer to them: both go in one
         * transaction.
         */
        private static void joinIncluded(List<Step> steps) {
            for (int last = steps.size() - 1; last >= 0; last--) {
                int first = last;
                for (TenantTable t : steps.get(last).tables()) {
                    if (t.kind() == TenantTable.Kind.INCLUDED) {
                        Set<Long> known = new HashSet<>();
                        addLinked(t, known);
                        for (int i = 0; i < first; i++) {
                            if (steps.get(i).tables().stream().anyMatch(o -> known.contains(o.oid()))) {
                                first = i;
                            }
                        }
                    }
                }
                if (first < last) {
                    List<Step> joined = steps.subList(first, last + 1);
                    Step together = Step.together(joined);
                    joined.clear();
                    steps.add(first, together);
                    // what came into it may need more
                    last = first + 1;
                }
            }
        }

        private static void addLinked(TenantTable t, Set<Long> known) {
            for (TenantTable.Link link : t.links()) {
                if (known.add(link.other().oid())) {
                    addLinked(link.other(), known);
                }
            }
        }

        private void checkUpdate(TenantTable t, String why) {
            if (t.table().rls() && visibility.unprotected(t) == null && !visibility.reaches(t, "UPDATE")) {
                problem(
                        "tenant-not-visible",
                        t.name(),
                        why + ", since no policy lets the role UPDATE",
                        "give the role a policy FOR UPDATE that compares the tenant");
            }
        }

        private void checkRules(TenantTable t) {
            if (t.triggers().stream().anyMatch(x -> x.endsWith("(rule)"))) {
                problem(
                        "erase-rule",
                        t.name(),
                        "a rule rewrites what is done to its rows: what that is cannot be foreseen",
                        "drop the rule, or write it as a trigger");
            }
        }

        private void checkDelete(TenantTable t) {
            checkRules(t);
            if (!t.delete()) {
                problem(
                        "tenant-privilege",
                        t.name(),
                        "role " + role.currentUser() + " may not delete from it",
                        "GRANT DELETE ON " + t.table().quotedName() + " TO " + Identifiers.quote(role.currentUser())
                                + ";");
            } else if (t.table().rls()
                    && !options.unprotected().containsKey(t.name())
                    && tables.problems().stream().noneMatch(f -> f.object().equals(t.name()))) {
                String hidden = visibility.notInFull(t, "DELETE");
                if (hidden != null
                        && (!visibility.reaches(t, "DELETE")
                                || !options.witnessed() && !options.visible().containsKey(t.name()))) {
                    problem(
                            "tenant-not-visible",
                            t.name(),
                            hidden,
                            "give the role a policy FOR DELETE that compares the tenant alone; java -jar"
                                    + " tenant-warden.jar ddl writes one"
                                    + (!visibility.reaches(t, "DELETE")
                                            ? ""
                                            : ". Or, if you know that nothing is hidden: --visible "
                                                    + ShellText.quote(t.name() + "=REASON")));
                }
            }
            if (t.kind() == TenantTable.Kind.INCLUDED) {
                checkIncluded(t);
            }
        }

        private void checkIncluded(TenantTable t) {
            String or = "give it a tenant column; or --keep " + ShellText.quote(t.name() + "=REASON")
                    + " and delete its rows yourself";
            if (visibility.unprotected(t) == null) {
                problem(
                        "erase-included",
                        t.name(),
                        "its policies show the role a row only as long as rows of the tenant refer to it, and those go"
                                + " first",
                        or);
            } else if (t.keys().isEmpty()) {
                problem(
                        "erase-included",
                        t.name(),
                        "it has no primary key, by which its rows could be found again once those that refer to them are"
                                + " gone",
                        "add a primary key; or " + or);
            } else if (!tables.temporary()) {
                problem(
                        "tenant-privilege",
                        t.name(),
                        "its rows have to be remembered in a temporary table, which role " + role.currentUser()
                                + " may not make",
                        "GRANT TEMPORARY ON DATABASE " + Identifiers.quote(role.database()) + " TO "
                                + Identifiers.quote(role.currentUser()) + ";");
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
                            "keep those too: --keep " + ShellText.quote(to.name() + "=REASON")
                                    + (nullable == null
                                            ? ""
                                            : "; or take the reference out: --anonymise '" + from.name() + "("
                                                    + nullable + "=NULL)'"));
                }
            }
        }

        private void problem(String rule, String object, String message, String fix) {
            problems.add(new Finding(rule, Finding.Level.ERROR, object, message, fix));
        }
    }
}
