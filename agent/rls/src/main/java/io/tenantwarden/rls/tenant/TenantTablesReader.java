package io.tenantwarden.rls.tenant;

import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.RoleFacts;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads {@link TenantTables}. Used once, by one thread. */
final class TenantTablesReader {

    private final RoleFacts role;
    private final Catalog catalog;
    private final TenantTablesOptions options;
    private final TenantVisibility visibility;

    private final TableFacts facts;
    private final List<TableReference> references;
    private final Map<Long, TenantTable> found = new LinkedHashMap<>();
    private final List<Finding> problems = new ArrayList<>();
    private final TenantTableChecks checks;

    TenantTablesReader(Connection connection, RoleFacts role, Catalog catalog, TenantTablesOptions options) {
        this.role = role;
        this.catalog = catalog;
        this.options = options;
        this.visibility = new TenantVisibility(role, options.gucs());
        this.facts = new TableFacts(connection);
        this.references = facts.references();
        this.checks = new TenantTableChecks(facts, role, options, visibility, problems);
    }

    TenantTables read() throws SQLException {
        facts.read();
        List<Pattern> exclude = patterns(options.exclude());
        Map<Long, CatalogTable> open = new TreeMap<>();
        Set<String> excluded = new TreeSet<>();
        for (CatalogTable t : catalog.tables()) {
            TableFacts.Facts of = facts.of(t.oid());
            if (of == null) {
                continue;
            }
            if (of.extension() || isExcluded(exclude, t)) {
                excluded.add(t.qualifiedName());
            } else {
                open.put(t.oid(), t);
            }
        }
        addTenantTables(open);
        addRoots(open);
        addChildren(open);
        while (addIncluded(open)) {
            addChildren(open);
        }
        checkNames(open, excluded);
        List<CatalogTable> shared = shared(open);
        shared.forEach(this::checkShared);
        List<TenantTable> ordered = new ArrayList<>();
        for (List<TenantTable> group : DeletionOrder.groups(List.copyOf(found.values()), references)) {
            ordered.addAll(group);
        }
        for (TenantTable t : ordered) {
            checks.check(t);
        }
        addUnclassified(open, shared);
        return new TenantTables(
                ordered,
                references.stream().filter(r -> found.containsKey(r.to())).toList(),
                ordered.stream()
                        .filter(t -> visibility.exact(t, options.plain()))
                        .map(TenantTable::name)
                        .collect(Collectors.toSet()),
                shared,
                List.copyOf(excluded),
                copies(),
                facts.temporary(),
                problems);
    }

    // ---------------------------------------------------------------- which tables

    private void addTenantTables(Map<Long, CatalogTable> open) {
        for (CatalogTable t : open.values()) {
            if (t.tenantColumn() != null) {
                add(t, TenantTable.Kind.COLUMN, t.tenantColumn(), t.tenantColumnType(), List.of());
            }
        }
    }

    /** What tenant columns alone refer to are the tenants. */
    private void addRoots(Map<Long, CatalogTable> open) {
        for (TableReference r : references) {
            TenantTable from = found.get(r.from());
            if (from != null
                    && from.kind() == TenantTable.Kind.COLUMN
                    && r.columns().equals(List.of(from.column()))) {
                addRoot(open.get(r.to()), r.targets().get(0));
            }
        }
        if (options.tenants() != null) {
            String name = options.tenants();
            int dot = name.lastIndexOf('.');
            CatalogTable table = dot < 0 ? null : catalog.table(name.substring(0, dot));
            String column = name.substring(dot + 1);
            if (table == null || !facts.baseTypes(table.oid()).containsKey(column)) {
                problem(
                        "tenant-table",
                        name,
                        "there is no such table and column",
                        "write --tenant-table as schema.table.column, as the database spells them");
            } else {
                addRoot(open.get(table.oid()), column);
            }
        }
    }

    private void addRoot(CatalogTable table, String column) {
        if (table != null && !found.containsKey(table.oid())) {
            add(
                    table,
                    TenantTable.Kind.ROOT,
                    column,
                    facts.baseTypes(table.oid()).get(column),
                    List.of());
        }
    }

    /** By distance, so that no condition leads back to itself. */
    private void addChildren(Map<Long, CatalogTable> open) {
        List<Pattern> include = patterns(options.include());
        boolean more = true;
        while (more) {
            Map<Long, List<TenantTable.Link>> next = new TreeMap<>();
            for (TableReference r : references) {
                CatalogTable from = open.get(r.from());
                if (from != null && !found.containsKey(r.from()) && found.containsKey(r.to())) {
                    next.computeIfAbsent(r.from(), k -> new ArrayList<>())
                            .add(new TenantTable.Link(r, found.get(r.to()), true));
                }
            }
            next.forEach((oid, links) -> {
                CatalogTable t = open.get(oid);
                TenantTable child = add(t, TenantTable.Kind.CHILD, null, null, links);
                if (!matches(include, t)
                        && links.stream()
                                .allMatch(l -> l.reference().columns().stream()
                                        .anyMatch(c -> !child.column(c).notNull()))) {
                    problem(
                            "tenant-ambiguous",
                            t.qualifiedName(),
                            "it has no tenant column, and its rows refer to the tenant's by keys that may be NULL ("
                                    + keys(links) + "): they may be the tenant's, or only point at it",
                            "say which: --include " + ShellText.quote(t.qualifiedName())
                                    + " when they are the tenant's, --exclude " + ShellText.quote(t.qualifiedName())
                                    + " when they are not");
                }
            });
            more = !next.isEmpty();
        }
    }

    private static String keys(Collection<TenantTable.Link> links) {
        return links.stream().map(l -> l.reference().name()).collect(Collectors.joining(", "));
    }

    /** Tables that tenants' rows refer to, and that were said to be theirs; whether there were any more of them. */
    private boolean addIncluded(Map<Long, CatalogTable> open) {
        List<Pattern> include = patterns(options.include());
        boolean any = false;
        for (CatalogTable t : open.values()) {
            if (!matches(include, t) || found.containsKey(t.oid())) {
                continue;
            }
            List<TenantTable.Link> links = references.stream()
                    .filter(r -> r.to() == t.oid() && found.containsKey(r.from()) && r.from() != t.oid())
                    .map(r -> new TenantTable.Link(r, found.get(r.from()), false))
                    .toList();
            if (!links.isEmpty()) {
                add(t, TenantTable.Kind.INCLUDED, null, null, links);
                any = true;
            }
        }
        return any;
    }

    /** A name that means no table is a mistake; a pattern may be meant for other databases as well. */
    private void checkNames(Map<Long, CatalogTable> open, Set<String> excluded) {
        List<Pattern> include = patterns(options.include());
        for (CatalogTable t : open.values()) {
            if (matches(include, t) && !found.containsKey(t.oid())) {
                problem(
                        "tenant-unclassified",
                        t.qualifiedName(),
                        "it is given with --include, but no foreign key joins it to a table with tenants' rows",
                        "name its tenant column with --tenant-columns, or add one; or --exclude it");
            }
        }
        for (String given : options.include()) {
            if (open.values().stream().noneMatch(t -> matches(patterns(List.of(given)), t))) {
                unknownName("--include", given);
            }
        }
        for (String given : options.exclude()) {
            Pattern pattern = patterns(List.of(given)).get(0);
            if (given.indexOf('*') < 0
                    && excluded.stream().noneMatch(n -> pattern.matcher(n).matches())) {
                unknownName("--exclude", given);
            }
        }
    }

    private void unknownName(String option, String given) {
        List<String> columns = found.values().stream()
                .map(TenantTable::name)
                .filter(n -> n.endsWith("." + given))
                .toList();
        problem(
                "tenant-name",
                given,
                columns.isEmpty()
                        ? "it is given with " + option + ", but there is no such table"
                        : "it has a tenant column, so that " + option + " has to name it in full",
                columns.isEmpty()
                        ? "write it as schema.table, as the database spells it, or leave it out"
                        : "write " + option + " " + ShellText.quote(String.join(",", columns))
                                + " if you mean it: its rows stay");
    }

    /** Rows that the application writes may be the tenant's (addresses), or everybody's (countries): not known here. */
    private void checkShared(CatalogTable t) {
        TableFacts.Facts of = facts.of(t.oid());
        if (of.insert() && !of.empty()) {
            String name = ShellText.quote(t.qualifiedName());
            problem(
                    "tenant-ambiguous",
                    t.qualifiedName(),
                    "it has no tenant column, rows of the tenant refer to it, and role " + role.currentUser()
                            + " may insert into it: its rows may be the tenant's, or everybody's",
                    "say which: --include " + name + " when those that the tenant's refer to are its own, --exclude "
                            + name + " when they are everybody's");
        }
    }

    private TenantTable add(
            CatalogTable t, TenantTable.Kind kind, String column, String type, List<TenantTable.Link> links) {
        TableFacts.Facts of = facts.of(t.oid());
        List<TableColumn> all = facts.columns(t.oid());
        TenantTable table = new TenantTable(
                t,
                kind,
                column,
                type,
                links,
                all,
                of.usage() && (of.select() || all.stream().allMatch(TableColumn::select)),
                of.usage() && of.delete(),
                of.inherited(),
                List.copyOf(facts.triggers(t.oid())),
                of.bytes(),
                of.rows());
        found.put(t.oid(), table);
        return table;
    }

    /** What tenants' rows refer to, and what that refers to. */
    private List<CatalogTable> shared(Map<Long, CatalogTable> open) {
        Set<Long> reached = new LinkedHashSet<>(found.keySet());
        boolean more = true;
        while (more) {
            more = false;
            for (TableReference r : references) {
                if (reached.contains(r.from()) && open.containsKey(r.to())) {
                    more |= reached.add(r.to());
                }
            }
        }
        reached.removeAll(found.keySet());
        return reached.stream()
                .map(open::get)
                .sorted(Comparator.comparing(CatalogTable::qualifiedName))
                .toList();
    }

    /** Materialized views over these tables, through other views too. */
    private List<String> copies() {
        List<String> copies = new ArrayList<>();
        for (CatalogTable t : catalog.tables()) {
            if (t.kind() == CatalogTable.Kind.MATERIALIZED_VIEW && readsTenants(t, new LinkedHashSet<>())) {
                copies.add(t.qualifiedName());
            }
        }
        copies.sort(Comparator.naturalOrder());
        return copies;
    }

    private boolean readsTenants(CatalogTable view, Set<Long> seen) {
        for (CatalogTable below : catalog.reads(view)) {
            if (found.containsKey(facts.whole(below.oid())) || seen.add(below.oid()) && readsTenants(below, seen)) {
                return true;
            }
        }
        return false;
    }

    // ---------------------------------------------------------------- problems

    private void addUnclassified(Map<Long, CatalogTable> open, List<CatalogTable> shared) {
        List<String> names = new ArrayList<>();
        for (CatalogTable t : open.values()) {
            if (!found.containsKey(t.oid())
                    && !shared.contains(t)
                    && !facts.of(t.oid()).empty()) {
                names.add(t.qualifiedName());
            }
        }
        names.sort(Comparator.naturalOrder());
        for (String name : names) {
            problem(
                    "tenant-unclassified",
                    name,
                    "it has no tenant column, no foreign key joins it to tenants' rows, and it is not empty: whose rows"
                            + " these are is not known",
                    "if none are a tenant's: --exclude " + ShellText.quote(name)
                            + (names.size() > 1 && name.equals(names.get(0))
                                    ? " (all of these: --exclude " + ShellText.quote(String.join(",", names)) + ")"
                                    : "")
                            + "; if they are: name their column with --tenant-columns, or add one");
        }
    }

    private void problem(String rule, String object, String message, String fix) {
        problems.add(new Finding(rule, Finding.Level.ERROR, object, message, fix));
    }

    // ---------------------------------------------------------------- helpers

    private static List<Pattern> patterns(List<String> texts) {
        return texts.stream()
                .map(text -> Pattern.compile(Pattern.quote(text.indexOf('.') < 0 ? "*." + text : text)
                        .replace("*", "\\E.*\\Q")))
                .toList();
    }

    /** A pattern is meant for what nobody thinks of: a table with a tenant column has to be named in full. */
    private boolean isExcluded(List<Pattern> exclude, CatalogTable t) {
        return t.tenantColumn() == null
                ? matches(exclude, t)
                : options.exclude().contains(t.qualifiedName());
    }

    private static boolean matches(List<Pattern> patterns, CatalogTable t) {
        return patterns.stream().anyMatch(p -> p.matcher(t.qualifiedName()).matches());
    }
}
