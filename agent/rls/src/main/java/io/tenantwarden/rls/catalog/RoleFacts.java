package io.tenantwarden.rls.catalog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Who a connection is, and where. Immutable.
 *
 * @param currentUser the role whose rights hold
 * @param sessionUser the role that logged in
 * @param superuser whether the current role is a superuser
 * @param bypassRls whether the current role has BYPASSRLS
 * @param database {@code current_database()}
 * @param backendPid process id of the server process
 * @param searchPath the schemas searched for an unqualified name, in order: {@link SearchPath}
 * @param serverVersion {@code server_version_num}, for instance 180006
 * @param roles the current role and every role whose privileges it has, directly or not; what ownership and policies go by
 */
public record RoleFacts(
        String currentUser,
        String sessionUser,
        boolean superuser,
        boolean bypassRls,
        String database,
        int backendPid,
        List<String> searchPath,
        int serverVersion,
        Set<String> roles) {

    private static final String QUERY = """
            /* tenant-warden */
            SELECT 1 AS part, 0 AS position,
                   current_user::pg_catalog.text AS a, session_user::pg_catalog.text AS b,
                   r.rolsuper AS c, r.rolbypassrls AS d, pg_catalog.current_database()::pg_catalog.text AS e,
                   pg_catalog.pg_backend_pid() AS f,
                   pg_catalog.current_setting('server_version_num')::pg_catalog.int4 AS g
              FROM pg_catalog.pg_roles r WHERE r.rolname OPERATOR(pg_catalog.=) current_user
            UNION ALL
            SELECT 2, 0, pg_catalog.current_setting('search_path'), NULL, NULL, NULL, NULL, NULL, NULL
            UNION ALL
            SELECT 3, 0, r.rolname::pg_catalog.text, NULL, NULL, NULL, NULL, NULL, NULL
              FROM pg_catalog.pg_roles r WHERE pg_catalog.pg_has_role(r.oid, 'USAGE')
            ORDER BY 1, 2
            """;

    public RoleFacts {
        searchPath = List.copyOf(searchPath);
        roles = Set.copyOf(roles);
    }

    /**
     * Asks the server, with one query that any role may run. In a failed transaction it fails as every query does.
     *
     * @throws SQLException what the driver says
     */
    public static RoleFacts read(Connection c) throws SQLException {
        try (Statement s = PlainStatements.create(c);
                ResultSet rs = s.executeQuery(QUERY)) {
            String currentUser = null;
            String sessionUser = null;
            String database = null;
            boolean superuser = false;
            boolean bypassRls = false;
            int pid = 0;
            int version = 0;
            String path = "";
            Set<String> roles = new LinkedHashSet<>();
            while (rs.next()) {
                switch (rs.getInt(1)) {
                    case 1 -> {
                        currentUser = rs.getString(3);
                        sessionUser = rs.getString(4);
                        superuser = rs.getBoolean(5);
                        bypassRls = rs.getBoolean(6);
                        database = rs.getString(7);
                        pid = rs.getInt(8);
                        version = rs.getInt(9);
                    }
                    case 2 -> path = rs.getString(3);
                    default -> roles.add(rs.getString(3));
                }
            }
            if (currentUser == null) {
                throw new SQLException("the current role is not in pg_roles; it was dropped or renamed meanwhile");
            }
            return new RoleFacts(
                    currentUser,
                    sessionUser,
                    superuser,
                    bypassRls,
                    database,
                    pid,
                    SearchPath.of(path, currentUser),
                    version,
                    roles);
        }
    }

    private static final String OTHER = """
            /* tenant-warden */
            SELECT r.rolsuper, r.rolbypassrls, o.rolname::pg_catalog.text
              FROM pg_catalog.pg_roles r
              LEFT JOIN pg_catalog.pg_roles o ON pg_catalog.pg_has_role(r.oid, o.oid, 'USAGE')
             WHERE r.rolname OPERATOR(pg_catalog.=) ?::pg_catalog.name
            """;

    /**
     * The facts of this login as they are when it has set another role. One query, in any transaction that is usable.
     *
     * @param role its name, as the catalog has it
     * @return null when there is no such role
     * @throws SQLException what the driver says
     */
    public RoleFacts as(Connection c, String role) throws SQLException {
        try (PreparedStatement s = PlainStatements.prepare(c, OTHER)) {
            s.setString(1, role);
            try (ResultSet rs = s.executeQuery()) {
                boolean found = false;
                boolean isSuper = false;
                boolean bypasses = false;
                Set<String> all = new LinkedHashSet<>();
                while (rs.next()) {
                    found = true;
                    isSuper = rs.getBoolean(1);
                    bypasses = rs.getBoolean(2);
                    all.add(rs.getString(3));
                }
                all.remove(null);
                return found
                        ? new RoleFacts(
                                role,
                                sessionUser,
                                isSuper,
                                bypasses,
                                database,
                                backendPid,
                                searchPath.stream()
                                        .map(schema -> schema.equals(currentUser) ? role : schema)
                                        .toList(),
                                serverVersion,
                                all)
                        : null;
            }
        }
    }

    /** Whether no policy ever filters for this role. */
    public boolean bypassesRls() {
        return superuser || bypassRls;
    }
}
