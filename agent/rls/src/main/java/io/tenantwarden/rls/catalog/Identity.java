package io.tenantwarden.rls.catalog;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * Who a connection is at this moment and where it looks for names: the part of {@link RoleFacts} that differs between
 * connections of the same login. Immutable.
 *
 * @param currentUser the role whose rights hold
 * @param sessionUser the role that logged in
 * @param backendPid process id of the server process
 * @param searchPath as {@link SearchPath} reads it
 * @param searchPathSetting the setting itself, in which {@code "$user"} stands for whoever the role is
 */
public record Identity(
        String currentUser, String sessionUser, int backendPid, List<String> searchPath, String searchPathSetting) {

    private static final String QUERY = "/* tenant-warden */ SELECT current_user::pg_catalog.text,"
            + " session_user::pg_catalog.text, pg_catalog.pg_backend_pid(), pg_catalog.current_setting('search_path')";

    /**
     * Asks the server, with one query that reads no table.
     *
     * @throws SQLException what the driver says
     */
    public static Identity read(Connection c) throws SQLException {
        try (Statement s = PlainStatements.create(c);
                ResultSet rs = s.executeQuery(QUERY)) {
            rs.next();
            String currentUser = rs.getString(1);
            String setting = rs.getString(4);
            return new Identity(
                    currentUser, rs.getString(2), rs.getInt(3), SearchPath.of(setting, currentUser), setting);
        }
    }
}
