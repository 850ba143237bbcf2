package io.tenantwarden.engine.coverage;

import java.util.Set;

/** What the URL of a JDBC driver says about the database that it leads to. Stateless. */
final class ClientUrl {

    private static final Set<String> POSTGRESQL = Set.of("postgresql", "pgsql", "postgres");

    private ClientUrl() {}

    /**
     * Whether it names PostgreSQL as the protocol, directly or behind the name of a driver that wraps another
     * ({@code jdbc:p6spy:postgresql://...}). A host, a file or a mode of that name is something else:
     * {@code jdbc:mysql://postgresql/}, {@code jdbc:h2:mem:x;MODE=PostgreSQL}.
     */
    static boolean namesPostgresql(String url) {
        int slashes = url.indexOf("//");
        String[] parts = (slashes < 0 ? url : url.substring(0, slashes)).split(":", 10);
        for (int i = 1; i < parts.length; i++) {
            // without a server the last part is the name of a database: jdbc:hsqldb:mem:postgresql
            if (POSTGRESQL.contains(parts[i]) && (i == 1 || slashes > 0)) {
                return true;
            }
        }
        return false;
    }

    /** Without what may hold credentials: the query, properties, user and password before the host. */
    static String withoutCredentials(String url) {
        int end = url.length();
        for (char c : new char[] {'?', ';'}) {
            int at = url.indexOf(c);
            end = at >= 0 && at < end ? at : end;
        }
        String text = url.substring(0, end);
        int slashes = text.indexOf("//");
        int host = text.lastIndexOf('@');
        return slashes >= 0 && host > slashes ? text.substring(0, slashes + 2) + text.substring(host + 1) : text;
    }
}
