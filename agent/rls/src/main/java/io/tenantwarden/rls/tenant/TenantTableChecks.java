package io.tenantwarden.rls.tenant;

import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.catalog.PolicySql;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.sql.Identifiers;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** What keeps a role from reaching all rows of one tenant in a table, and nothing else. Used once, by one thread. */
final class TenantTableChecks {

    private final TableFacts facts;
    private final RoleFacts role;
    private final TenantTablesOptions options;
    private final TenantVisibility visibility;
    private final List<Finding> problems;

    /** @param problems findings are added to it */
    TenantTableChecks(
            TableFacts facts,
            RoleFacts role,
            TenantTablesOptions options,
            TenantVisibility visibility,
            List<Finding> problems) {
        this.facts = facts;
        this.role = role;
        this.options = options;
        this.visibility = visibility;
        this.problems = problems;
    }

    void check(TenantTable t) throws SQLException {
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
                        protect(t) + " Or accept it: --include-unprotected " + ShellText.quote(t.name() + "=REASON"));
            }
        } else {
            checkVisible(t);
        }
        checkRows(t);
    }

    private void checkVisible(TenantTable t) {
        String hidden = visibility.notInFull(t, "SELECT");
        if (hidden == null) {
            return;
        }
        if (!visibility.reaches(t, "SELECT")) {
            problem(
                    "tenant-not-visible",
                    t.name(),
                    hidden,
                    "give the role a policy that compares the tenant; java -jar tenant-warden.jar ddl writes one");
        } else if (!options.witnessed() && !options.visible().containsKey(t.name())) {
            problem(
                    "tenant-not-visible",
                    t.name(),
                    hidden,
                    "give a role that sees all rows, so that they are counted: --witness-user ROLE; or, if you know"
                            + " that nothing is hidden: --visible "
                            + ShellText.quote(t.name() + "=REASON"));
        }
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
                ? ways(t)
                : Identifiers.quote(t.column()) + " = "
                        + PolicySql.value(options.gucs().get(0), t.type());
        return condition == null
                ? "Give it a tenant column."
                : "ALTER TABLE " + t.table().quotedName() + " ENABLE ROW LEVEL SECURITY; ALTER TABLE "
                        + t.table().quotedName() + " FORCE ROW LEVEL SECURITY; CREATE POLICY " + PolicySql.NAME + " ON "
                        + t.table().quotedName() + " USING (" + condition + ");";
    }

    /** By a key that is never NULL alone, where there is one. */
    private String ways(TenantTable t) {
        List<TenantTable.Link> links =
                t.links().stream().filter(TenantTable.Link::up).toList();
        return links.stream().filter(t::mustRefer).findFirst().map(List::of).orElse(links).stream()
                .map(l -> t.way(l, t.table().quotedName(), options.gucs().get(0)))
                .reduce((a, b) -> a + " OR " + b)
                .orElse(null);
    }

    private static String keys(Collection<TenantTable.Link> links) {
        return links.stream().map(l -> l.reference().name()).collect(Collectors.joining(", "));
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
                                    + " --large-objects " + ShellText.quote(name + "=REASON"));
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

    private void problem(String rule, String object, String message, String fix) {
        problems.add(new Finding(rule, Finding.Level.ERROR, object, message, fix));
    }

    private long count(String sql) throws SQLException {
        long[] n = {0};
        facts.run("/* tenant-warden */ " + sql, rs -> n[0] = rs.getLong(1));
        return n[0];
    }
}
