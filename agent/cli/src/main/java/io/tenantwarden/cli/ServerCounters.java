package io.tenantwarden.cli;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/**
 * What the open transaction has inserted, updated and deleted, by table, as the server counts it (PostgreSQL manual,
 * pg_stat_xact_user_tables): rows that row-level security hides are in it, since foreign keys with ON DELETE CASCADE reach
 * those too. Partitions count for their partitioned table. Immutable.
 */
final class ServerCounters {

    /**
     * What is counted of one table. Immutable.
     *
     * @param inserted rows
     * @param updated rows
     * @param deleted rows
     */
    record Changes(long inserted, long updated, long deleted) {

        static final Changes NONE = new Changes(0, 0, 0);

        Changes minus(Changes other) {
            return new Changes(inserted - other.inserted, updated - other.updated, deleted - other.deleted);
        }
    }

    private static final String QUERY = """
            /* tenant-warden */
            SELECT coalesce(pg_catalog.pg_partition_root(s.relid)::pg_catalog.oid, s.relid),
                   pg_catalog.sum(s.n_tup_ins)::pg_catalog.int8, pg_catalog.sum(s.n_tup_upd)::pg_catalog.int8,
                   pg_catalog.sum(s.n_tup_del)::pg_catalog.int8
              FROM pg_catalog.pg_stat_xact_user_tables s
             WHERE s.n_tup_ins > 0 OR s.n_tup_upd > 0 OR s.n_tup_del > 0
             GROUP BY 1
            """;

    private final Map<Long, Changes> changes;

    private ServerCounters(Map<Long, Changes> changes) {
        this.changes = changes;
    }

    /** What is counted now. Earlier transactions of the connection may still be in it: only differences mean anything. */
    static ServerCounters read(TenantSession session) throws SQLException {
        Map<Long, Changes> changes = new HashMap<>();
        try (Statement s = session.connection().createStatement();
                ResultSet rs = s.executeQuery(QUERY)) {
            while (rs.next()) {
                changes.put(rs.getLong(1), new Changes(rs.getLong(2), rs.getLong(3), rs.getLong(4)));
            }
        }
        return new ServerCounters(changes);
    }

    /** Whether the server counts at all. */
    static boolean isOn(TenantSession session) throws SQLException {
        return "on".equals(session.query("SELECT pg_catalog.current_setting('track_counts')"));
    }

    /** What came since, by oid of the table. */
    Map<Long, Changes> since(ServerCounters before) {
        Map<Long, Changes> since = new HashMap<>();
        changes.forEach((oid, now) -> {
            Changes more = now.minus(before.changes.getOrDefault(oid, Changes.NONE));
            if (!more.equals(Changes.NONE)) {
                since.put(oid, more);
            }
        });
        return since;
    }
}
