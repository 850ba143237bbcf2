package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.LockedTables;
import io.tenantwarden.rls.policy.PolicyExpression;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Reads the functions that matter: see {@link DatabaseFunction}. */
final class FunctionReader {

    /** Functions that call functions: as far as they are followed. */
    private static final int CALL_DEPTH = 4;

    private static final String OF_POLICIES = """
            /* tenant-warden */
            SELECT DISTINCT d.refobjid, p.polrelid
              FROM pg_catalog.pg_depend d
              JOIN pg_catalog.pg_policy p ON p.oid OPERATOR(pg_catalog.=) d.objid
             WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_policy'::pg_catalog.regclass
               AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
             ORDER BY 2
            """;

    /** Those of extensions are left out. */
    private static final String FUNCTIONS = """
            SELECT p.oid, n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid) AS arguments, p.prokind,
                   pg_catalog.pg_get_userbyid(p.proowner) AS owner, p.prosecdef, p.provolatile, p.proleakproof,
                   pg_catalog.array_to_string(p.proconfig, pg_catalog.chr(1)) AS config,
                   pg_catalog.has_function_privilege(p.oid, 'EXECUTE')
                     AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS executable,
                   p.prorettype OPERATOR(pg_catalog.=) ANY (
                     ARRAY['pg_catalog.trigger', 'pg_catalog.event_trigger']::pg_catalog.regtype[]::pg_catalog.oid[])
                     AS trigger,
                   CASE WHEN l.lanname OPERATOR(pg_catalog.<>) ALL (ARRAY['sql', 'plpgsql']::pg_catalog.name[]) THEN NULL
                        WHEN p.prosrc OPERATOR(pg_catalog.<>) '' THEN p.prosrc
                        WHEN NOT (WAIT) THEN pg_catalog.pg_get_functiondef(p.oid) END AS body,
                   CASE WHEN p.provolatile OPERATOR(pg_catalog.=) 'i'::pg_catalog."char" THEN (
                     SELECT pg_catalog.min(CASE
                              WHEN d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                              THEN 'an index'
                              WHEN d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_constraint'::pg_catalog.regclass
                              THEN 'a constraint' ELSE 'a generated column' END)
                       FROM pg_catalog.pg_depend d
                       LEFT JOIN pg_catalog.pg_attrdef f
                         ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_attrdef'::pg_catalog.regclass
                        AND f.oid OPERATOR(pg_catalog.=) d.objid
                       LEFT JOIN pg_catalog.pg_attribute a
                         ON a.attrelid OPERATOR(pg_catalog.=) f.adrelid AND a.attnum OPERATOR(pg_catalog.=) f.adnum
                      WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
                        AND d.refobjid OPERATOR(pg_catalog.=) p.oid
                        AND (d.classid OPERATOR(pg_catalog.=) ANY (ARRAY['pg_catalog.pg_class',
                               'pg_catalog.pg_constraint']::pg_catalog.regclass[]::pg_catalog.oid[])
                             OR a.attgenerated OPERATOR(pg_catalog.<>) ''::pg_catalog."char")) END AS fixed
              FROM waiting w
             CROSS JOIN pg_catalog.pg_proc p
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
              JOIN pg_catalog.pg_language l ON l.oid OPERATOR(pg_catalog.=) p.prolang
             WHERE w.most IS NOT NULL
               AND p.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
               AND p.prokind OPERATOR(pg_catalog.=) ANY (ARRAY['f', 'p']::pg_catalog."char"[])
               AND NOT EXISTS (
                     SELECT FROM pg_catalog.pg_depend e
                      WHERE e.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
                        AND e.objid OPERATOR(pg_catalog.=) p.oid
                        AND e.deptype OPERATOR(pg_catalog.=) 'e'::pg_catalog."char")
            """.replace("WAIT", LockedTables.wouldWait("pg_catalog.pg_proc"));

    private static final String THAT_MATTER = LockedTables.impatiently(FUNCTIONS + """
               AND (p.prosecdef OR p.proleakproof
                    OR p.provolatile OPERATOR(pg_catalog.=) 'i'::pg_catalog."char"
                       AND l.lanname OPERATOR(pg_catalog.=) ANY (ARRAY['sql', 'plpgsql']::pg_catalog.name[])
                    OR p.oid OPERATOR(pg_catalog.=) ANY (ARRAY(
                         SELECT d.refobjid FROM pg_catalog.pg_depend d
                          WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_policy'::pg_catalog.regclass
                            AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass)))
            """);

    private static final String BY_NAME = LockedTables.impatiently(FUNCTIONS + """
               AND p.proname OPERATOR(pg_catalog.=)
                   ANY (pg_catalog.string_to_array(?, pg_catalog.chr(1))::pg_catalog.name[])
            """);

    /** Functions that insert with ON CONFLICT, which names the columns of a constraint. */
    private static final String WITH_ON_CONFLICT = """
            /* tenant-warden */
            SELECT pg_catalog.concat(n.nspname, '.', p.proname), p.prosrc
              FROM pg_catalog.pg_proc p
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
             WHERE p.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
               AND p.prosrc OPERATOR(pg_catalog.~*) 'on\\s+conflict'
             ORDER BY 1
            """;

    private final AuditQueries queries;
    private final Catalog catalog;
    private final Map<Long, List<Long>> tablesOfFunctions = new HashMap<>();
    private final Map<Long, DatabaseFunction> functions = new HashMap<>();
    private final Set<String> namesAsked = new TreeSet<>();

    FunctionReader(AuditQueries queries, Catalog catalog) {
        this.queries = queries;
        this.catalog = catalog;
    }

    List<DatabaseFunction> read() throws SQLException {
        queries.run(
                OF_POLICIES,
                rs -> tablesOfFunctions
                        .computeIfAbsent(rs.getLong(1), k -> new ArrayList<>(1))
                        .add(rs.getLong(2)));
        queries.run(THAT_MATTER, this::add);
        for (int depth = 1; depth < CALL_DEPTH; depth++) {
            String names = String.join(AuditQueries.SEPARATOR, namesCalled());
            if (names.isEmpty()) {
                break;
            }
            queries.run(BY_NAME, this::add, names);
        }
        return functions.values().stream()
                .sorted(Comparator.comparing(DatabaseFunction::signature))
                .toList();
    }

    /** Names in bodies of what policies call that nobody has asked for yet. */
    private Set<String> namesCalled() {
        Set<String> wanted = new TreeSet<>();
        Set<String> reached = new TreeSet<>();
        for (DatabaseFunction f : functions.values()) {
            if (!f.policyTables().isEmpty() || namesAsked.contains(f.name()) || f.securityDefiner()) {
                reached.addAll(PolicyExpression.namesIn(f.body()));
            }
        }
        for (String name : reached) {
            if (namesAsked.add(name)) {
                wanted.add(name);
            }
        }
        return wanted;
    }

    private void add(ResultSet rs) throws SQLException {
        long oid = rs.getLong(1);
        if (rs.wasNull()) {
            return;
        }
        String config = rs.getString(10);
        functions.putIfAbsent(
                oid,
                new DatabaseFunction(
                        rs.getString(2),
                        rs.getString(3),
                        rs.getString(4),
                        rs.getString(5).equals("p"),
                        rs.getString(6),
                        rs.getBoolean(7),
                        rs.getString(8).charAt(0),
                        rs.getBoolean(9),
                        config == null ? List.of() : List.of(config.split(AuditQueries.SEPARATOR)),
                        rs.getBoolean(11),
                        rs.getBoolean(12),
                        rs.getString(13),
                        rs.getString(14),
                        tablesOfFunctions.getOrDefault(oid, List.of()).stream()
                                .map(catalog::table)
                                .filter(Objects::nonNull)
                                .toList()));
    }

    /** By function, everything in its body that could be a name. */
    Map<String, Set<String>> withOnConflict() throws SQLException {
        Map<String, Set<String>> found = new LinkedHashMap<>();
        queries.run(WITH_ON_CONFLICT, rs -> found.put(rs.getString(1), PolicyExpression.namesIn(rs.getString(2))));
        return found;
    }
}
