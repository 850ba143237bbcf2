package io.tenantwarden.rls.catalog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the functions of a database, the triggers that call them, and what the server knows of their dependencies. Nothing is
 * printed, so that no lock of another session is waited for. Used once, by one thread.
 */
final class RoutineReader {

    private static final int ATOMIC_BODIES = 140_000;

    /**
     * Compiled code has no source that could be read. {@code commandType} 2 to 5 are UPDATE, INSERT, DELETE and MERGE, and
     * {@code prosqlbody} is there from version 14 on.
     */
    private static final String FUNCTIONS = """
            /* tenant-warden */
            SELECT p.oid, n.nspname, p.proname, p.pronargs, p.pronargdefaults,
                   p.provariadic OPERATOR(pg_catalog.<>) 0::pg_catalog.oid
                     OR p.prokind OPERATOR(pg_catalog.<>) 'f'::pg_catalog."char",
                   pg_catalog.oidvectortypes(p.proargtypes),
                   CASE WHEN p.prosecdef THEN p.proowner END,
                   pg_catalog.array_to_string(p.proconfig, pg_catalog.chr(1)),
                   l.lanname,
                   CASE WHEN p.prokind OPERATOR(pg_catalog.=) ANY (ARRAY['f', 'p']::pg_catalog."char"[])
                         AND l.lanname OPERATOR(pg_catalog.<>) ALL (ARRAY['internal', 'c']::pg_catalog.name[])
                        THEN p.prosrc END,
                   %s
              FROM pg_catalog.pg_proc p
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
              JOIN pg_catalog.pg_language l ON l.oid OPERATOR(pg_catalog.=) p.prolang
             WHERE %s
            """;

    private static final String ATOMIC =
            "p.prosqlbody IS NOT NULL," + " p.prosqlbody::pg_catalog.text OPERATOR(pg_catalog.~) ':commandType [2-5] '";

    private static final String NOT_ATOMIC = "false, false";

    private static final String OF_USERS = "p.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid";

    private static final String NAMED = OF_USERS + " AND p.proname OPERATOR(pg_catalog.=)"
            + " ANY (pg_catalog.string_to_array(?, pg_catalog.chr(1))::pg_catalog.name[])";

    private static final String OWNERS = """
            /* tenant-warden */
            SELECT r.oid, r.rolname, r.rolsuper OR r.rolbypassrls,
                   CASE WHEN r.rolsuper OR r.rolbypassrls THEN ''::pg_catalog.text
                        ELSE pg_catalog.array_to_string(ARRAY(
                          SELECT m.rolname FROM pg_catalog.pg_roles m
                           WHERE pg_catalog.pg_has_role(r.oid, m.oid, 'USAGE')), pg_catalog.chr(1)) END
              FROM pg_catalog.pg_roles r
             WHERE r.oid OPERATOR(pg_catalog.=) ANY (ARRAY(
                     SELECT p.proowner FROM pg_catalog.pg_proc p
                      WHERE p.prosecdef AND p.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid))
            """;

    private static final String BUILT_IN = """
            /* tenant-warden */
            SELECT pg_catalog.string_agg(DISTINCT p.proname::pg_catalog.text, ' ')
              FROM pg_catalog.pg_proc p
             WHERE p.oid OPERATOR(pg_catalog.<) 16384::pg_catalog.oid
            """;

    /** What calls a function without naming it in a statement, and what functions with a parsed body use. Foreign keys' triggers are the system's. */
    private static final String USES = """
            /* tenant-warden */
            SELECT 'trigger', t.tgrelid, d.refobjid, t.tgtype
              FROM pg_catalog.pg_depend d
              JOIN pg_catalog.pg_trigger t ON t.oid OPERATOR(pg_catalog.=) d.objid
             WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_trigger'::pg_catalog.regclass
               AND t.tgenabled OPERATOR(pg_catalog.=) ANY (ARRAY['O', 'A']::pg_catalog."char"[])
               AND FUNCTION
            UNION ALL
            SELECT CASE WHEN r.ev_type OPERATOR(pg_catalog.=) '1'::pg_catalog."char" THEN 'view' ELSE 'rule' END,
                   r.ev_class, d.refobjid,
                   CASE WHEN r.ev_type OPERATOR(pg_catalog.=) '2'::pg_catalog."char" THEN 16
                        WHEN r.ev_type OPERATOR(pg_catalog.=) '3'::pg_catalog."char" THEN 4
                        WHEN r.ev_type OPERATOR(pg_catalog.=) '4'::pg_catalog."char" THEN 8 ELSE 0 END
              FROM pg_catalog.pg_depend d
              JOIN pg_catalog.pg_rewrite r ON r.oid OPERATOR(pg_catalog.=) d.objid
             WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass
               AND FUNCTION
            UNION ALL
            SELECT 'column', a.adrelid, d.refobjid, 0
              FROM pg_catalog.pg_depend d
              JOIN pg_catalog.pg_attrdef a ON a.oid OPERATOR(pg_catalog.=) d.objid
             WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_attrdef'::pg_catalog.regclass
               AND FUNCTION
            UNION ALL
            SELECT 'column', k.conrelid, d.refobjid, 0
              FROM pg_catalog.pg_depend d
              JOIN pg_catalog.pg_constraint k ON k.oid OPERATOR(pg_catalog.=) d.objid
             WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_constraint'::pg_catalog.regclass
               AND k.conrelid OPERATOR(pg_catalog.<>) 0::pg_catalog.oid
               AND FUNCTION
            UNION ALL
            SELECT 'call', d.objid, d.refobjid, 0
              FROM pg_catalog.pg_depend d
             WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
               AND FUNCTION
            UNION ALL
            SELECT DISTINCT 'body', d.objid, d.refobjid, 0
              FROM pg_catalog.pg_depend d
             WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
               AND d.objid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
               AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
            """.replace("FUNCTION", """
            d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
               AND d.refobjid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid""");

    private static final String SEARCH_PATH = "search_path";

    private final Connection connection;
    private final String columns;
    private final Map<Long, RoutineOwner> owners = new HashMap<>();

    /** @param serverVersion {@code server_version_num} */
    RoutineReader(Connection connection, int serverVersion) {
        this.connection = connection;
        this.columns = serverVersion >= ATOMIC_BODIES ? ATOMIC : NOT_ATOMIC;
    }

    /** All functions but the system's. */
    Routines read() throws SQLException {
        readOwners();
        List<Routine> routines = new ArrayList<>();
        try (Statement s = PlainStatements.create(connection);
                ResultSet rs = s.executeQuery(FUNCTIONS.formatted(columns, OF_USERS))) {
            add(rs, routines);
        }
        Set<String> builtIn = new HashSet<>();
        try (Statement s = PlainStatements.create(connection);
                ResultSet rs = s.executeQuery(BUILT_IN)) {
            rs.next();
            builtIn.addAll(Arrays.asList(rs.getString(1).split(" ")));
        }
        return new Routines(routines, routines.isEmpty() ? RoutineUses.NONE : readUses(), builtIn);
    }

    /** The functions of these names, as they are now, in whichever schema. */
    List<Routine> named(Collection<String> names) throws SQLException {
        List<Routine> routines = new ArrayList<>();
        try (PreparedStatement s = PlainStatements.prepare(connection, FUNCTIONS.formatted(columns, NAMED))) {
            s.setString(1, String.join(CatalogReader.SEPARATOR, names));
            try (ResultSet rs = s.executeQuery()) {
                add(rs, routines);
            }
        }
        return routines;
    }

    /** Whose rights SECURITY DEFINER functions have: to be read before they are. */
    void readOwners() throws SQLException {
        try (Statement s = PlainStatements.create(connection);
                ResultSet rs = s.executeQuery(OWNERS)) {
            while (rs.next()) {
                owners.put(
                        rs.getLong(1),
                        new RoutineOwner(
                                rs.getString(2),
                                rs.getBoolean(3),
                                Set.copyOf(new HashSet<>(
                                        Arrays.asList(rs.getString(4).split(CatalogReader.SEPARATOR))))));
            }
        }
    }

    private void add(ResultSet rs, List<Routine> routines) throws SQLException {
        while (rs.next()) {
            int arguments = rs.getInt(4);
            boolean anyNumber = rs.getBoolean(6);
            long owner = rs.getLong(8);
            String searchPath = null;
            List<String> settings = new ArrayList<>(0);
            String config = rs.getString(9);
            for (String entry : config == null ? new String[0] : config.split(CatalogReader.SEPARATOR)) {
                int equals = entry.indexOf('=');
                if (entry.startsWith(SEARCH_PATH) && equals == SEARCH_PATH.length()) {
                    searchPath = entry.substring(equals + 1);
                } else if (equals > 0 && equals < entry.length() - 1) {
                    settings.add(entry.substring(0, equals).toLowerCase(java.util.Locale.ROOT));
                }
            }
            boolean atomic = rs.getBoolean(12);
            routines.add(new Routine(
                    rs.getLong(1),
                    rs.getString(2),
                    rs.getString(3),
                    rs.getString(7),
                    anyNumber ? 0 : arguments - rs.getInt(5),
                    anyNumber ? Routine.ANY_NUMBER : arguments,
                    owner == 0 ? null : owners.getOrDefault(owner, new RoutineOwner("?", false, Set.of())),
                    searchPath,
                    settings,
                    rs.getString(10),
                    atomic ? null : rs.getString(11),
                    atomic,
                    rs.getBoolean(13)));
        }
    }

    private RoutineUses readUses() throws SQLException {
        RoutineUses uses = new RoutineUses();
        try (Statement s = PlainStatements.create(connection);
                ResultSet rs = s.executeQuery(USES)) {
            while (rs.next()) {
                uses.add(rs.getString(1), rs.getLong(2), rs.getLong(3), rs.getInt(4));
            }
        }
        return uses;
    }
}
