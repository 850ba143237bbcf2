package io.tenantwarden.rls.tenant;

import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.PolicySql;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.sql.Identifiers;
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

    TenantTablesReader(Connection connection, RoleFacts role, Catalog catalog, TenantTablesOptions options) {
        this.role = role;
        this.catalog = catalog;
        this.options = options;
        this.visibility = new TenantVisibility(role, options.gucs());
        this.facts = new TableFacts(connection);
        this.references = facts.references();
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
        if (addIncluded(open)) {
            addChildren(open);
        }
        List<CatalogTable> shared = shared(open);
        List<TenantTable> ordered = new ArrayList<>();
        for (List<TenantTable> group : DeletionOrder.groups(List.copyOf(found.values()), references)) {
            ordered.addAll(group);
        }
        for (TenantTable t : ordered) {
            checkTable(t);
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
                            "say which: --include " + t.qualifiedName() + " when they are the tenant's, --exclude "
                                    + t.qualifiedName() + " when they are not");
                }
            });
            more = !next.isEmpty();
        }
    }

    private static String keys(Collection<TenantTable.Link> links) {
        return links.stream().map(l -> l.reference().name()).collect(Collectors.joining(", "));
    }

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
            if (links.isEmpty()) {
                problem(
                        "tenant-unclassified",
                        t.qualifiedName(),
                        "it is given with --include, but no foreign key joins it to a table with tenants' rows",
                        "name its tenant column with --tenant-columns, or add one; or --exclude it");
            } else {
                add(t, TenantTable.Kind.INCLUDED, null, null, links);
                any = true;
            }
        }
        return any;
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

    private void checkTable(TenantTable t) throws SQLException {
        if (!t.select()) {
            problem(
                    "tenant-privilege",
                    t.name(),
                    "role " + role.currentUser() + " may not read all of it",
                    "GRANT USAGE ON SCHEMA " + Identifiers.quote(t.table().schema()) + " TO "
                            + Identifiers.quote(role.currentUser()) + "; GRANT SELECT ON "
                            + t.table().quotedName() + " TO " + Identifiers.quote(role.currentUser()) + ";");
            return;
        }
        String open = visibility.unprotected(t);
        if (open != null) {
            if (!options.unprotected().containsKey(t.name())) {
                problem(
                        "tenant-unprotected",
                        t.name(),
                        open + ", so nothing but our own condition would keep other tenants' rows out",
                        protect(t) + " Or accept it: --include-unprotected '" + t.name() + "=REASON'");
            }
        } else if (!options.witnessed() && !options.visible().containsKey(t.name())) {
            String hidden = visibility.notInFull(t, "SELECT");
            if (hidden != null) {
                problem(
                        "tenant-not-visible",
                        t.name(),
                        hidden,
                        "give a role that sees all rows, so that they are counted: --witness-user ROLE; or, if you know"
                                + " that nothing is hidden: --visible '" + t.name() + "=REASON'");
            }
        }
        checkRows(t);
    }

    private String protect(TenantTable t) {
        if (t.table().rls()) {
            return t.table().forced()
                    ? "Let its policies compare the tenant; doctor says how."
                    : "ALTER TABLE " + t.table().quotedName() + " FORCE ROW LEVEL SECURITY;";
        }
        if (t.kind() == TenantTable.Kind.COLUMN) {
            return "java -jar tenant-warden.jar ddl writes row-level security for it.";
        }
        String condition = t.column() == null
                ? t.links().get(0).up()
                        ? t.way(
                                t.links().get(0),
                                t.table().quotedName(),
                                options.gucs().get(0))
                        : null
                : Identifiers.quote(t.column()) + " = "
                        + PolicySql.value(options.gucs().get(0), t.type());
        return condition == null
                ? "Give it a tenant column."
                : "ALTER TABLE " + t.table().quotedName() + " ENABLE ROW LEVEL SECURITY; ALTER TABLE "
                        + t.table().quotedName() + " FORCE ROW LEVEL SECURITY; CREATE POLICY " + PolicySql.NAME + " ON "
                        + t.table().quotedName() + " USING (" + condition + ");";
    }

    private void checkRows(TenantTable t) throws SQLException {
        for (TableColumn c : t.columns()) {
            String name = t.name() + "." + c.name();
            if (c.largeObject() && !options.largeObjects().containsKey(name) && anyLargeObject()) {
                long n = count("SELECT count(*) FROM " + t.from() + " t WHERE " + t.condition("t", options.setting())
                        + " AND t." + Identifiers.quote(c.name())
                        + " IN (SELECT m.oid FROM pg_catalog.pg_largeobject_metadata m)");
                if (n > 0) {
                    problem(
                            "tenant-large-object",
                            name,
                            n + (n == 1 ? " row holds the number" : " rows hold numbers")
                                    + " of large objects, which no policy protects: whose they are is not known here",
                            "read them with lo_get, take them away with lo_unlink, then accept it:"
                                    + " --large-objects '" + name + "=REASON'");
                }
            }
        }
        if (t.kind() == TenantTable.Kind.CHILD && t.links().size() > 1) {
            List<String> elsewhere = new ArrayList<>();
            for (TenantTable.Link link : t.links()) {
                String there = link.reference().columns().stream()
                        .map(c -> "t." + Identifiers.quote(c) + " IS NOT NULL")
                        .collect(Collectors.joining(" AND "));
                elsewhere.add("(" + there + " AND NOT " + t.way(link, "t", options.setting()) + ")");
            }
            long n = count("SELECT count(*) FROM " + t.from() + " t WHERE " + t.condition("t", options.setting())
                    + " AND (" + String.join(" OR ", elsewhere) + ")");
            if (n > 0) {
                problem(
                        "tenant-reference",
                        t.name(),
                        n + (n == 1 ? " row refers" : " rows refer")
                                + " to rows of the tenant and to rows that are not the tenant's (" + keys(t.links())
                                + ")",
                        "give them one tenant first: SELECT * FROM " + t.table().quotedName() + " t WHERE "
                                + String.join(" OR ", elsewhere)
                                        .replace(
                                                options.setting(),
                                                options.gucs().get(0)));
            }
        }
    }

    private boolean anyLargeObject() throws SQLException {
        boolean[] any = {false};
        facts.run(TenantQueries.ANY_LARGE_OBJECT, rs -> any[0] = rs.getBoolean(1));
        return any[0];
    }

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
                    "if none are a tenant's: --exclude " + String.join(",", names)
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

    private long count(String sql) throws SQLException {
        long[] n = {0};
        facts.run("/* tenant-warden */ " + sql, rs -> n[0] = rs.getLong(1));
        return n[0];
    }
}
