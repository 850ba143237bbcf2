package io.tenantwarden.rls.catalog;

import io.tenantwarden.rls.sql.ProgramText;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads a {@link Catalog}. Everything is qualified with {@code pg_catalog}, operators too, so that no object of the same
 * name in another schema of the search path can answer in its place. Used once, by one thread.
 */
final class CatalogReader {

    /** Separates names within one string; no sane name holds it. */
    static final String SEPARATOR = "\u0001";

    /** Objects below it came with the server. */
    private static final long FIRST_USER_OID = 16384;

    /** Functions that call functions that call functions: as far as a setting's name is looked for. */
    private static final int CALL_DEPTH = 4;

    private static final String DATABASE = """
            /* tenant-warden */
            SELECT pg_catalog.current_database(), pg_catalog.current_setting('server_version_num')::pg_catalog.int4
            """;

    private static final String RELATIONS = """
            /* tenant-warden */
            SELECT\s""" + CatalogRelations.COLUMNS + """

              FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
            """ + CatalogRelations.TENANT_COLUMNS
            + " WHERE " + CatalogRelations.KINDS + """

               AND n.nspname OPERATOR(pg_catalog.!~) '^pg_(toast|temp_)'
            """;

    /** With the schema of whatever is not PostgreSQL's own: who pastes a fix may have another search path. */
    private static final String DOMAINS = """
            /* tenant-warden */
            SELECT d.oid,
                   CASE WHEN n.nspname OPERATOR(pg_catalog.=) 'pg_catalog' THEN pg_catalog.format_type(t.oid, -1)
                        ELSE pg_catalog.concat(pg_catalog.quote_ident(n.nspname), '.', pg_catalog.quote_ident(t.typname)) END
              FROM pg_catalog.unnest(pg_catalog.string_to_array(?, ',')::pg_catalog.oid[]) d(oid)
              JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) %s
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) t.typnamespace
            """.formatted(PolicySql.baseType("d.oid"));

    /**
     * Policies, numbers that are the same for those whose expressions are the same, and the columns that they name.
     * Printing an expression makes the server open its table, which is most of the time that reading a large catalog took,
     * and waits while a migration holds that table locked; so one of each kind is printed, of a table that is not locked.
     * The text depends on the expression and on the names of its columns.
     */
    private static final String POLICIES =
            """
            /* tenant-warden */
            WITH
            """ + LockedTables.LOCKED + """
            SELECT p.polrelid, p.oid, p.polname, p.polcmd, p.polpermissive,
                   CASE WHEN p.polroles OPERATOR(pg_catalog.=) '{0}'::pg_catalog.oid[] THEN 'public'::pg_catalog.text
                        ELSE pg_catalog.array_to_string(ARRAY(
                     SELECT CASE WHEN r.oid OPERATOR(pg_catalog.=) 0::pg_catalog.oid THEN 'public'::pg_catalog.text
                                 ELSE pg_catalog.pg_get_userbyid(r.oid)::pg_catalog.text END
                       FROM pg_catalog.unnest(p.polroles) r(oid)), pg_catalog.chr(1)) END,
                   pg_catalog.hashtextextended(p.polqual::pg_catalog.text, 0),
                   pg_catalog.hashtextextended(p.polwithcheck::pg_catalog.text, 0), c.numbers,
                   """ + LockedTables.wouldWait("pg_catalog.pg_policy") + """
              FROM pg_catalog.pg_policy p
              LEFT JOIN (
                     SELECT d.objid, d.refobjid, pg_catalog.string_agg(DISTINCT d.refobjsubid::pg_catalog.text, ',') AS numbers
                       FROM pg_catalog.pg_depend d
                      WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_policy'::pg_catalog.regclass
                        AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                        AND d.refobjsubid OPERATOR(pg_catalog.>) 0
                      GROUP BY d.objid, d.refobjid) c
                ON c.objid OPERATOR(pg_catalog.=) p.oid AND c.refobjid OPERATOR(pg_catalog.=) p.polrelid
             ORDER BY p.polname
            """;

    /** The names of the columns that policies use, where it is not the tenant column alone. */
    private static final String COLUMNS_OF_POLICIES = """
            /* tenant-warden */
            SELECT d.objid, pg_catalog.string_agg(
                     pg_catalog.concat(a.attnum, pg_catalog.chr(1), a.attname), pg_catalog.chr(1) ORDER BY a.attnum)
              FROM pg_catalog.pg_policy p
              JOIN pg_catalog.pg_depend d
                ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_policy'::pg_catalog.regclass
               AND d.objid OPERATOR(pg_catalog.=) p.oid
               AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
               AND d.refobjid OPERATOR(pg_catalog.=) p.polrelid
              JOIN pg_catalog.pg_attribute a
                ON a.attrelid OPERATOR(pg_catalog.=) p.polrelid
               AND a.attnum OPERATOR(pg_catalog.=) d.refobjsubid
             WHERE p.oid OPERATOR(pg_catalog.=) ANY (pg_catalog.string_to_array(?, ',')::pg_catalog.oid[])
             GROUP BY d.objid
            """;

    /** Where a sub-select refers to the policy's table, or a whole row occurs, the table's name is in the text as well. */
    private static final String EXPRESSIONS = LockedTables.impatiently("""
            SELECT p.oid, pg_catalog.pg_get_expr(p.polqual, p.polrelid) AS "using",
                   pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) AS "check",
                   pg_catalog.concat(p.polqual::pg_catalog.text, p.polwithcheck::pg_catalog.text)
                     OPERATOR(pg_catalog.~) ':varlevelsup [1-9]|:varattno 0 ' AS names_table
              FROM waiting w
             CROSS JOIN pg_catalog.pg_policy p
             WHERE w.most IS NOT NULL
               AND p.oid OPERATOR(pg_catalog.=) ANY (pg_catalog.string_to_array(?, ',')::pg_catalog.oid[])
            """);

    /**
     * What views read (1), inheritance (2), functions of policies (3), what rules for changes use (4). Below 16384 is the
     * system's own.
     */
    private static final String USES = """
            /* tenant-warden */
            SELECT DISTINCT CASE WHEN r.ev_type OPERATOR(pg_catalog.=) '1'::pg_catalog."char" THEN 1 ELSE 4 END,
                   r.ev_class, d.refobjid
              FROM pg_catalog.pg_rewrite r
              JOIN pg_catalog.pg_depend d
                ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass
               AND d.objid OPERATOR(pg_catalog.=) r.oid
               AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
               AND d.refobjid OPERATOR(pg_catalog.<>) r.ev_class
             WHERE r.ev_class OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
            UNION ALL
            SELECT 2, i.inhparent, i.inhrelid FROM pg_catalog.pg_inherits i
            UNION ALL
            SELECT DISTINCT 3, d.objid, d.refobjid
              FROM pg_catalog.pg_depend d
             WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_policy'::pg_catalog.regclass
               AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
            """;

    private static final String FUNCTIONS_OF_POLICIES = functions("""
               AND p.oid OPERATOR(pg_catalog.=) ANY (ARRAY(
                     SELECT d.refobjid FROM pg_catalog.pg_depend d
                      WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_policy'::pg_catalog.regclass
                        AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass))
            """);

    private static final String FUNCTIONS_BY_NAME = functions("""
               AND p.proname OPERATOR(pg_catalog.=)
                   ANY (pg_catalog.string_to_array(?, pg_catalog.chr(1))::pg_catalog.name[])
            """);

    private final Connection connection;
    private final CatalogOptions options;
    private final CatalogRelations relations;
    private final Map<Long, Set<Long>> functionsOfPolicy = new HashMap<>();
    private final Map<Long, Function> functions = new HashMap<>();
    private final Map<String, List<Function>> functionsByName = new HashMap<>();
    private final Set<String> unread = new TreeSet<>();

    /** @param read false when its definition was locked, so that nothing else is known */
    private record Function(long oid, String name, boolean read, Set<String> settings, Set<String> calls) {}

    CatalogReader(Connection connection, CatalogOptions options) {
        this.connection = connection;
        this.options = options;
        this.relations = new CatalogRelations(options);
    }

    /** Printing the body of a function that is kept parsed (RETURN, BEGIN ATOMIC) makes the server open its tables as well. */
    private static String functions(String which) {
        return LockedTables.impatiently("""
            SELECT p.oid, p.proname, CASE WHEN NOT (
            """ + LockedTables.wouldWait("pg_catalog.pg_proc") + """
                   ) THEN pg_catalog.pg_get_functiondef(p.oid) END AS definition
              FROM waiting w
             CROSS JOIN pg_catalog.pg_proc p
              JOIN pg_catalog.pg_language l ON l.oid OPERATOR(pg_catalog.=) p.prolang
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
             WHERE w.most IS NOT NULL
               AND l.lanname OPERATOR(pg_catalog.=) ANY (ARRAY['sql', 'plpgsql']::pg_catalog.name[])
               AND p.prokind OPERATOR(pg_catalog.=) ANY (ARRAY['f', 'p']::pg_catalog."char"[])
               AND n.nspname OPERATOR(pg_catalog.<>) ALL (ARRAY['pg_catalog', 'information_schema']::pg_catalog.name[])
            """ + which);
    }

    Catalog read() throws SQLException {
        String database;
        int version;
        try (Statement s = PlainStatements.create(connection);
                ResultSet rs = s.executeQuery(DATABASE)) {
            rs.next();
            database = rs.getString(1);
            version = rs.getInt(2);
        }
        readRelations();
        readUses();
        if (!functionsOfPolicy.isEmpty()) {
            readFunctions();
        }
        readPolicies();
        relations.complete();
        return new Catalog(
                database,
                version,
                relations.tables(),
                relations.reads(),
                relations.rules(),
                relations.protectsAny() ? new RoutineReader(connection, version).read() : Routines.NONE,
                List.copyOf(unread),
                relations.reads().isEmpty()
                        ? Map.of()
                        : new ViewColumns(connection).read(relations.tenantColumnNumbers()));
    }

    private void readRelations() throws SQLException {
        try (PreparedStatement s = PlainStatements.prepare(connection, RELATIONS)) {
            s.setString(1, CatalogRelations.tenantColumns(options));
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    relations.add(rs, 1);
                }
            }
        }
        readDomains();
    }

    private void readDomains() throws SQLException {
        List<CatalogRelations.Row> users = relations.rows().stream()
                .filter(row -> row.columnTypeOid >= FIRST_USER_OID)
                .toList();
        if (users.isEmpty()) {
            return;
        }
        Map<Long, String> types = new HashMap<>();
        try (PreparedStatement s = PlainStatements.prepare(connection, DOMAINS)) {
            s.setString(
                    1,
                    oids(users.stream().map(row -> row.columnTypeOid).distinct().toList()));
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    types.put(rs.getLong(1), rs.getString(2));
                }
            }
        }
        for (CatalogRelations.Row row : users) {
            row.columnType = types.getOrDefault(row.columnTypeOid, row.columnType);
        }
    }

    private static String oids(Collection<Long> oids) {
        return oids.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    private void readUses() throws SQLException {
        try (Statement s = PlainStatements.create(connection);
                ResultSet rs = s.executeQuery(USES)) {
            while (rs.next()) {
                long from = rs.getLong(2);
                long to = rs.getLong(3);
                switch (rs.getInt(1)) {
                    case 1 -> relations.viewReads(from, to);
                    case 4 -> relations.ruleUses(from, to);
                    case 2 -> relations.inherits(from, to);
                    default ->
                        functionsOfPolicy
                                .computeIfAbsent(from, k -> new HashSet<>())
                                .add(to);
                }
            }
        }
    }

    private void readPolicies() throws SQLException {
        List<PolicyRow> found = new ArrayList<>();
        Map<Kind, Long> printed = new HashMap<>();
        try (Statement s = PlainStatements.create(connection);
                ResultSet rs = s.executeQuery(POLICIES)) {
            while (rs.next()) {
                if (relations.row(rs.getLong(1)) != null) {
                    PolicyRow p = new PolicyRow(
                            rs.getLong(1),
                            rs.getLong(2),
                            rs.getString(3),
                            command(rs.getString(4)),
                            rs.getBoolean(5),
                            List.of(rs.getString(6).split(SEPARATOR)),
                            rs.getString(7),
                            rs.getString(8),
                            rs.getString(9),
                            rs.getBoolean(10));
                    found.add(p);
                }
            }
        }
        Map<Long, String> columns = readColumns(found);
        Map<Long, Kind> kinds = new HashMap<>();
        for (PolicyRow p : found) {
            Kind kind = new Kind(p.using(), p.check(), columns.get(p.oid()));
            kinds.put(p.oid(), kind);
            if (!p.locked()) {
                printed.putIfAbsent(kind, p.oid());
            }
        }
        Map<Long, Expressions> expressions = readExpressions(printed.values());
        List<Long> ofTheirOwn = new ArrayList<>();
        for (PolicyRow p : found) {
            Expressions e = expressions.get(printed.get(kinds.get(p.oid())));
            if (e != null && e.namesTable() && !p.locked() && !expressions.containsKey(p.oid())) {
                ofTheirOwn.add(p.oid());
            }
        }
        expressions.putAll(readExpressions(ofTheirOwn));
        for (PolicyRow p : found) {
            Expressions e = expressions.get(printed.get(kinds.get(p.oid())));
            if (e != null && e.namesTable()) {
                e = expressions.get(p.oid());
            }
            CatalogRelations.Row row = relations.row(p.table());
            if (e == null && p.locked()) {
                unread.add(row.qualifiedName());
                e = Expressions.UNREAD;
            }
            if (e == null) {
                // dropped between the two queries; who asks again reads the rest
                continue;
            }
            Set<String> settings = e.settings();
            Set<Long> called = functionsOfPolicy.get(p.oid());
            if (called != null) {
                settings = new TreeSet<>(settings);
                if (!addSettingsOfFunctions(called, settings)) {
                    unread.add(row.qualifiedName());
                }
                settings = Collections.unmodifiableSet(settings);
            }
            row.add(new Policy(p.name(), p.command(), p.permissive(), p.roles(), e.using(), e.check(), settings));
        }
    }

    /**
     * @param using the same for policies with the same USING; null when there is none
     * @param check the same for policies with the same WITH CHECK; null when there is none
     * @param columns numbers of the table's columns in them; null when there is none
     * @param locked whether another session keeps it from being printed
     */
    private record PolicyRow(
            long table,
            long oid,
            String name,
            String command,
            boolean permissive,
            List<String> roles,
            String using,
            String check,
            String columns,
            boolean locked) {}

    /** The same for policies whose expressions read the same. */
    private record Kind(String using, String check, String columns) {}

    /** By policy, the numbers and names of the columns in its expressions. */
    private Map<Long, String> readColumns(List<PolicyRow> policies) throws SQLException {
        Map<Long, String> columns = new HashMap<>();
        List<Long> others = new ArrayList<>();
        for (PolicyRow p : policies) {
            CatalogRelations.Row row = relations.row(p.table());
            if (p.columns() == null || p.columns().equals(row.columnNumber)) {
                columns.put(p.oid(), p.columns() == null ? "" : row.columnNumber + SEPARATOR + row.column);
            } else {
                others.add(p.oid());
            }
        }
        if (others.isEmpty()) {
            return columns;
        }
        try (PreparedStatement s = PlainStatements.prepare(connection, COLUMNS_OF_POLICIES)) {
            s.setString(1, oids(others));
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    columns.put(rs.getLong(1), rs.getString(2));
                }
            }
        }
        return columns;
    }

    private record Expressions(String using, String check, Set<String> settings, boolean namesTable) {

        static final Expressions UNREAD = new Expressions(null, null, Set.of(), false);
    }

    private Map<Long, Expressions> readExpressions(Collection<Long> policies) throws SQLException {
        Map<Long, Expressions> expressions = new HashMap<>();
        if (policies.isEmpty()) {
            return expressions;
        }
        try (PreparedStatement s = PlainStatements.prepare(connection, EXPRESSIONS)) {
            s.setString(1, oids(policies));
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    if (rs.getString(1) == null) {
                        continue;
                    }
                    String using = rs.getString(2);
                    String check = rs.getString(3);
                    Set<String> settings = new TreeSet<>();
                    addSettings(using, settings);
                    addSettings(check, settings);
                    expressions.put(
                            rs.getLong(1),
                            new Expressions(using, check, Collections.unmodifiableSet(settings), rs.getBoolean(4)));
                }
            }
        }
        return expressions;
    }

    private static String command(String polcmd) {
        return switch (polcmd) {
            case "r" -> "SELECT";
            case "a" -> "INSERT";
            case "w" -> "UPDATE";
            case "d" -> "DELETE";
            default -> "ALL";
        };
    }

    // ---------------------------------------------------------------- settings read by functions

    private void readFunctions() throws SQLException {
        Set<String> wanted = new TreeSet<>();
        try (Statement s = PlainStatements.create(connection);
                ResultSet rs = s.executeQuery(FUNCTIONS_OF_POLICIES)) {
            addFunctions(rs, wanted);
        }
        for (int depth = 1; depth < CALL_DEPTH && !wanted.isEmpty(); depth++) {
            try (PreparedStatement s = PlainStatements.prepare(connection, FUNCTIONS_BY_NAME)) {
                s.setString(1, String.join(SEPARATOR, wanted));
                for (String name : wanted) {
                    functionsByName.computeIfAbsent(name, k -> new ArrayList<>(1));
                }
                wanted.clear();
                try (ResultSet rs = s.executeQuery()) {
                    addFunctions(rs, wanted);
                }
            }
        }
    }

    private void addFunctions(ResultSet rs, Set<String> wanted) throws SQLException {
        while (rs.next()) {
            long oid = rs.getLong(1);
            if (rs.wasNull() || functions.containsKey(oid)) {
                continue;
            }
            String source = rs.getString(3);
            // the language does not matter: rather a call too many
            ProgramText text = ProgramText.read(source == null ? "" : source, null, false);
            Function function = new Function(oid, rs.getString(2), source != null, text.settingsRead(), text.calls());
            functions.put(oid, function);
            functionsByName
                    .computeIfAbsent(function.name(), k -> new ArrayList<>(1))
                    .add(function);
            wanted.addAll(function.calls());
        }
        wanted.removeAll(functionsByName.keySet());
    }

    private static void addSettings(String text, Set<String> settings) {
        if (text == null) {
            return;
        }
        settings.addAll(ProgramText.read(text, null, false).settingsRead());
    }

    /** Returns whether all functions could be read. */
    private boolean addSettingsOfFunctions(Set<Long> oids, Set<String> settings) {
        boolean complete = true;
        Set<Long> seen = new HashSet<>();
        List<Function> queue = new ArrayList<>();
        for (Long oid : oids) {
            Function f = functions.get(oid);
            if (f != null && seen.add(f.oid())) {
                queue.add(f);
            }
        }
        for (int i = 0; i < queue.size(); i++) {
            Function f = queue.get(i);
            complete &= f.read();
            settings.addAll(f.settings());
            for (String name : f.calls()) {
                for (Function called : functionsByName.getOrDefault(name, List.of())) {
                    if (seen.add(called.oid())) {
                        queue.add(called);
                    }
                }
            }
        }
        return complete;
    }
}
