package io.tenantwarden.tests.scenarios;

import static io.tenantwarden.tests.scenarios.Observed.execute;
import static io.tenantwarden.tests.scenarios.Observed.rows;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.postgresql.PGProperty;

/**
 * Every connection property that the driver has, with values that could hurt statements of somebody else's on the same connection. What the driver
 * will have in later versions is tried, too, with a value made from its default.
 */
public final class DriverProperties {

    private static final Map<PGProperty, List<String>> VALUES = new EnumMap<>(PGProperty.class);

    static {
        put(PGProperty.MAX_RESULT_BUFFER, "1000", "8000", "1K", "1p");
        put(PGProperty.DEFAULT_ROW_FETCH_SIZE, "1", "2");
        put(PGProperty.ADAPTIVE_FETCH, "true&defaultRowFetchSize=1&maxResultBuffer=10000");
        put(PGProperty.ADAPTIVE_FETCH_MINIMUM, "1&adaptiveFetch=true&defaultRowFetchSize=1&maxResultBuffer=10000");
        put(PGProperty.ADAPTIVE_FETCH_MAXIMUM, "2&adaptiveFetch=true&defaultRowFetchSize=1&maxResultBuffer=10000");
        put(PGProperty.PREPARE_THRESHOLD, "-1", "0", "1");
        put(PGProperty.PREPARED_STATEMENT_CACHE_QUERIES, "0", "1");
        put(PGProperty.PREPARED_STATEMENT_CACHE_SIZE_MIB, "0");
        put(PGProperty.RECEIVE_BUFFER_SIZE, "1024");
        put(PGProperty.SEND_BUFFER_SIZE, "1024");
        put(PGProperty.MAX_SEND_BUFFER_SIZE, "8192");
        put(PGProperty.QUERY_TIMEOUT, "1");
        put(PGProperty.SOCKET_TIMEOUT, "1");
        put(PGProperty.LOGIN_TIMEOUT, "9");
        put(PGProperty.CONNECT_TIMEOUT, "9");
        put(PGProperty.LOGGER_LEVEL, "TRACE", "DEBUG");
        put(PGProperty.LOGGER_FILE, "driver.log");
        put(PGProperty.STRING_TYPE, "unspecified", "varchar");
        put(PGProperty.BINARY_TRANSFER_ENABLE, "INT4,TEXT,NUMERIC");
        put(PGProperty.BINARY_TRANSFER_DISABLE, "INT4,TEXT,OID,BOOL");
        put(PGProperty.CURRENT_SCHEMA, "pg_catalog", "public", "\"$user\",public");
        put(PGProperty.LOCAL_SOCKET_ADDRESS, "127.0.0.1");
        put(PGProperty.ASSUME_MIN_SERVER_VERSION, "9.4", "14");
        put(PGProperty.UNKNOWN_LENGTH, "3");
        put(PGProperty.READ_ONLY, "true", "true&readOnlyMode=always", "true&readOnlyMode=ignore");
        put(PGProperty.REPLICATION, "database");
        put(PGProperty.USER, "nobody_of_this_name");
        put(PGProperty.PASSWORD, "another");
        put(PGProperty.PG_DBNAME, "no_database");
        put(PGProperty.PG_HOST, "127.0.0.1");
        put(PGProperty.PG_PORT, "1");
        put(PGProperty.SOCKET_FACTORY, "io.tenantwarden.tests.jvm.CountingSocketFactory");
        put(PGProperty.PROTOCOL_VERSION, "3");
        put(
                PGProperty.OPTIONS,
                "-c statement_timeout=300",
                "-c lock_timeout=1",
                "-c idle_in_transaction_session_timeout=2000",
                "-c idle_session_timeout=2000",
                "-c default_transaction_read_only=on",
                "-c default_transaction_isolation=serializable",
                "-c default_transaction_deferrable=on -c default_transaction_isolation=serializable"
                        + " -c default_transaction_read_only=on",
                "-c search_path=",
                "-c search_path=pg_catalog",
                "-c row_security=off",
                "-c standard_conforming_strings=off",
                "-c backslash_quote=off",
                "-c quote_all_identifiers=on",
                "-c array_nulls=off",
                "-c transform_null_equals=on",
                "-c bytea_output=escape",
                "-c DateStyle=German -c IntervalStyle=sql_standard -c TimeZone=Asia/Kathmandu",
                "-c client_min_messages=debug5",
                "-c client_min_messages=error",
                "-c work_mem=64kB -c enable_hashjoin=off -c enable_seqscan=off",
                "-c plan_cache_mode=force_generic_plan",
                "-c max_parallel_workers_per_gather=0 -c from_collapse_limit=1 -c join_collapse_limit=1",
                "-c jit=on -c jit_above_cost=0",
                "-c extra_float_digits=-5",
                "-c log_statement=all",
                "-c no.such_setting=x",
                "-c no_such_setting=x");
    }

    private DriverProperties() {}

    private static void put(PGProperty property, String... values) {
        VALUES.put(property, List.of(values));
    }

    /** One property with one value. */
    record Trial(String property, String value) {
        String parameter() {
            int more = value.indexOf('&');
            String own = more < 0 ? value : value.substring(0, more);
            return property + "=" + URLEncoder.encode(own, StandardCharsets.UTF_8)
                    + (more < 0 ? "" : value.substring(more));
        }

        @Override
        public String toString() {
            return property + "=" + value;
        }
    }

    /** All of them. */
    static List<Trial> trials() {
        List<Trial> trials = new ArrayList<>();
        for (PGProperty property : PGProperty.values()) {
            for (String value : values(property)) {
                trials.add(new Trial(property.getName(), value));
            }
        }
        return trials;
    }

    /** How many there are. */
    public static int count() {
        return trials().size();
    }

    private static List<String> values(PGProperty property) {
        List<String> own = VALUES.get(property);
        if (own != null) {
            return own;
        }
        if (property.getChoices() != null) {
            return Arrays.asList(property.getChoices());
        }
        String usual = property.getDefaultValue();
        if ("true".equals(usual) || "false".equals(usual)) {
            return List.of("true".equals(usual) ? "false" : "true");
        }
        return List.of(usual != null && usual.matches("-?\\d+") ? "1" : "x");
    }

    /** What an application does with such a connection. */
    static void run(DriverKinds.Connector connector, Observed seen) throws Exception {
        String select = "select id, name from things order by id";
        Connection[] opened = new Connection[1];
        seen.step("open", () -> (opened[0] = connector.open("")) != null);
        if (opened[0] == null) {
            return;
        }
        try (Connection c = opened[0];
                Statement s = c.createStatement()) {
            for (boolean autocommit : new boolean[] {true, false}) {
                seen.step(c, "autocommit", () -> {
                    c.setAutoCommit(autocommit);
                    return null;
                });
                seen.step(c, "select", () -> execute(s, select));
                seen.step(c, "of the catalog", () -> execute(s, "select 1 from pg_catalog.pg_class limit 1"));
                try (PreparedStatement p = c.prepareStatement("select name from things where id = ?")) {
                    for (int i = 1; i < 8; i++) {
                        int id = i;
                        seen.step("prepared " + i, () -> {
                            p.setInt(1, id);
                            return rows(p.executeQuery());
                        });
                    }
                } catch (SQLException e) {
                    seen.step("prepared", () -> {
                        throw e;
                    });
                }
                if (!autocommit) {
                    c.rollback();
                }
                seen.step(c, "update", () -> s.executeUpdate("update things set amount = amount"));
                if (!autocommit) {
                    c.rollback();
                }
                seen.step(c, "batch", () -> {
                    s.addBatch("update things set amount = amount where id < 4");
                    s.addBatch("update things set amount = amount where id < 3");
                    return s.executeBatch();
                });
                if (!autocommit) {
                    c.rollback();
                }
                seen.step(c, "temporary table", () -> {
                    s.execute("create temp table mine as " + select);
                    List<Object> found = execute(s, "select count(*) from mine");
                    s.execute("drop table mine");
                    return found;
                });
                if (!autocommit) {
                    c.rollback();
                }
                seen.step(c, "a name that nobody knows", () -> execute(s, "select * from nowhere"));
                if (!autocommit) {
                    c.rollback();
                }
                seen.step(c, "fails", () -> execute(s, "select 1/0 from things"));
                if (!autocommit) {
                    c.rollback();
                }
                seen.step(c, "procedure", () -> execute(s, "call touch(0)"));
                if (!autocommit) {
                    c.rollback();
                }
                seen.step(
                        c,
                        "tables",
                        () -> rows(c.getMetaData().getTables(null, null, "things", null))
                                .size());
                if (!autocommit) {
                    c.rollback();
                }
            }
            seen.step(c, "isValid", () -> c.isValid(5));
        }
    }
}
