package io.tenantwarden.cli;

import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogOptions;
import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.policy.ComparedColumn;
import io.tenantwarden.rls.policy.PolicyExpression;
import io.tenantwarden.rls.sql.SqlStatement;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the database says about tenants. Immutable.
 *
 * @param role who was asked
 * @param catalog read with the tenant columns found
 * @param columns the tenant columns, those of most tables first; empty when nothing tells
 * @param settings the settings that policies compare them with, and how many tables do
 * @param otherSettings settings that policies read besides, and what for
 * @param opening settings that open tables to everybody, with the value that does: {@code app.is_platform=on}
 * @param bypassRoles roles that log in and have BYPASSRLS, superusers left out
 * @param candidates columns of some tables that look like a tenant's, by their names alone: column to number of tables
 */
record InitDatabase(
        RoleFacts role,
        Catalog catalog,
        List<String> columns,
        Map<String, Integer> settings,
        Map<String, String> otherSettings,
        Map<String, String> opening,
        List<String> bypassRoles,
        Map<String, Integer> candidates) {

    private static final String CANDIDATES = """
            /* tenant-warden */
            SELECT a.attname, count(*)
              FROM pg_catalog.pg_attribute a
              JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) a.attrelid
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
             WHERE c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p']::pg_catalog."char"[])
               AND NOT a.attisdropped AND a.attnum OPERATOR(pg_catalog.>) 0::pg_catalog.int2
               AND n.nspname OPERATOR(pg_catalog.!~) '^(pg_|information_schema$)'
               AND a.attname OPERATOR(pg_catalog.~*)
                   '(tenant|mandant)|^(org|organi[sz]ation|workspace|realm|company|account|customer|client|merchant|shop|site|team)(_?(id|key|code|uuid|slug|no))?_?$'
             GROUP BY a.attname
             ORDER BY 2 DESC, 1
             LIMIT 10
            """;

    private static final String BYPASS_ROLES = """
            /* tenant-warden */
            SELECT r.rolname FROM pg_catalog.pg_roles r
             WHERE r.rolbypassrls AND r.rolcanlogin AND NOT r.rolsuper ORDER BY 1
            """;

    /**
     * Asks the database.
     *
     * @throws SQLException what the driver says
     */
    static InitDatabase read(Connection c) throws SQLException {
        RoleFacts role = RoleFacts.read(c);
        Map<String, Integer> candidates = new LinkedHashMap<>();
        List<String> roles = new ArrayList<>();
        try (Statement s = c.createStatement()) {
            try (ResultSet rs = s.executeQuery(CANDIDATES)) {
                while (rs.next()) {
                    candidates.put(rs.getString(1), rs.getInt(2));
                }
            }
            try (ResultSet rs = s.executeQuery(BYPASS_ROLES)) {
                while (rs.next()) {
                    roles.add(rs.getString(1));
                }
            }
        }
        List<ComparedColumn> compared =
                ComparedColumn.in(Catalog.read(c, CatalogOptions.DEFAULT), List.of(), List.of());
        List<String> columns = new ArrayList<>();
        Map<String, Integer> settings = new TreeMap<>();
        Map<String, String> others = new TreeMap<>();
        for (ComparedColumn column : compared) {
            boolean tenant = columns.isEmpty() && compared.stream().noneMatch(o -> looksLikeTenant(o.column()))
                    || looksLikeTenant(column.column());
            for (String guc : column.gucs()) {
                if (tenant) {
                    settings.merge(guc, column.tables().size(), Integer::sum);
                } else {
                    others.put(guc, "compared with column " + column.column());
                }
            }
            if (tenant) {
                columns.add(column.column());
            }
        }
        if (columns.isEmpty()) {
            candidates.keySet().stream()
                    .filter(name -> name.toLowerCase(Locale.ROOT)
                            .matches("(.*_)?(tenant|mandant)(_?(id|key|code|uuid|slug|no))?_?"))
                    .findFirst()
                    .ifPresent(columns::add);
        }
        Catalog catalog = Catalog.read(
                c, columns.isEmpty() ? CatalogOptions.DEFAULT : new CatalogOptions(columns, List.of(), List.of()));
        Map<String, String> opening = opening(catalog, settings.keySet());
        for (String guc : catalog.gucsInPolicies()) {
            if (!settings.containsKey(guc) && !opening.containsKey(guc)) {
                others.putIfAbsent(guc, "read by policies");
            }
        }
        return new InitDatabase(role, catalog, List.copyOf(columns), settings, others, opening, roles, candidates);
    }

    private static boolean looksLikeTenant(String column) {
        String lower = column.toLowerCase(Locale.ROOT);
        return lower.contains("tenant") || lower.contains("mandant");
    }

    /** The constant values that policies demand of a setting and of nothing else. */
    private static Map<String, String> opening(Catalog catalog, Set<String> tenantSettings) {
        Map<String, String> opening = new TreeMap<>();
        for (CatalogTable t : catalog.tables()) {
            for (Policy p : t.policies()) {
                if (t.tenantColumn() == null || !p.permissive() || p.using() == null) {
                    continue;
                }
                PolicyExpression e = PolicyExpression.of(p.using(), t);
                Map<String, String> gates = new LinkedHashMap<>(e.gates());
                gates.keySet().removeAll(tenantSettings);
                if (!e.closed(List.of()) && !gates.isEmpty() && e.closed(gates.keySet())) {
                    opening.putAll(gates);
                }
            }
        }
        return opening;
    }

    /** {@code text}, {@code uuid} or {@code long}, by the type of the tenant columns; null when they do not agree. */
    String tenantType() {
        Set<String> types = new TreeSet<>();
        for (CatalogTable t : catalog.protectedTables()) {
            if (t.tenantColumnType() != null) {
                types.add(
                        switch (t.tenantColumnType()) {
                            case "uuid" -> "uuid";
                            case "bigint", "integer", "smallint" -> "long";
                            default -> "text";
                        });
            }
        }
        return types.size() == 1 ? types.iterator().next() : null;
    }

    /** How many tables have one of the tenant columns, or row-level security. */
    int protectedTables() {
        return catalog.protectedCount();
    }

    /** The protected tables that a text touches, if it is SQL. */
    Set<String> tablesOf(String text) {
        if (!isSql(text)) {
            return Set.of();
        }
        SqlStatement statement = SqlStatement.parse(text);
        return statement.parsed()
                ? new LinkedHashSet<>(
                        catalog.resolve(statement, role.searchPath()).tables())
                : Set.of();
    }

    /** Whether a text looks like a statement that reads or writes rows. */
    static boolean isSql(String text) {
        return text.stripLeading().matches("(?is)(select|insert|update|delete|with|merge)\\b.*");
    }
}
