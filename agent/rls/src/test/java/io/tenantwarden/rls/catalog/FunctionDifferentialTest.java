package io.tenantwarden.rls.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.rls.sql.SqlStatement;
import io.tenantwarden.testing.PostgresServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares the tables that are found behind functions, procedures, DO blocks, triggers, views and rules with those that the
 * server has really scanned or changed: {@code pg_stat_xact_user_tables} within the transaction that ran the statement.
 */
class FunctionDifferentialTest {

    private static final List<String> PATH = List.of("pg_catalog", "lib", "public");

    /** Statements; behind {@code #}, tables that are found though this run does not touch them. */
    private static final String STATEMENTS = """
            select members()
            select lib.members()
            select member_name(3)
            select * from overdue()
            select * from overdue('2026-05-01') o join category c on c.id = o.item
            select titles(1, 2, 3)
            select * from busiest()
            select convert(3, 'USD')
            select fined('USD')
            select * from categories()
            select book('2025-01-01', 3)
            select book('2027-01-01', 3)
            select forget(3)
            select * from chain(4)
            select balance(2)
            select in_stock(2)
            select rewards(2)
            select first_members()
            select lookups('EUR')
            select lookups('USD'), lookups('none')
            select renew(1)
            select even(4)
            select even(5) # item
            select fact(5)
            select dynamic_constant()
            select dynamic_format('id')
            select nested_block()
            select merge_ledger()
            select computed()
            select variable_named_like_a_table()
            select size(1)
            select size(1, 2)
            select size('x')
            select other.members()
            select other.secret()
            select pinned()
            select unpinned()
            select loans_of(id) from category
            select lower('X'), upper(name), now(), count(*) over () from category
            select 1 from category where exists (select from category where members() > 0)
            select name from category order by member_name(id)
            select case when members() > 0 then fact(2) end
            with x as (select members() as n) select n from x
            values (members())
            select * from (select fact(3)) x, lateral (select members()) y
            call close_year(0)
            call tidy()
            do $$ begin perform members(); end $$
            do $$ declare n int; begin select count(*) into n from fine; if n > 0 then call tidy(); end if; end $$
            do 'begin execute ''select 1 from staff''; end'
            do $$ begin null; end $$
            do language plpgsql $$ begin perform name from category; insert into log (what) values ('x'); end $$
            insert into inbox values (2, 'x')
            insert into inbox select id, 'x' from category
            insert into inbox_view values (4, 'v')
            update inbox set payload = 'y'
            delete from inbox
            insert into request values (1, '/')
            delete from request
            delete from request where id = 1
            truncate request
            update quota set used = used + 1
            update quota set used = used + 1 where id < 0 # fine member
            insert into quota values (2, 2)
            insert into feed values (1, 'x')
            insert into feed_low values (1, 'x')
            insert into written values (5)
            select * from written
            insert into settings values ('a', 'b')
            update currency set rate = rate
            insert into currency values ('GBP', 2)
            select * from late
            select * from late_names
            select * from nothing_special
            insert into ticket (label) values ('x')
            insert into ticket values (1, 'x') # archive
            select * from ticket
            insert into checked values (7)
            delete from checked
            insert into log (what) values ('x')
            select note('x')
            insert into category select n, 'x' from generate_series(1, 3) n
            with gone as (delete from inbox returning *) insert into log (what) select payload from gone
            with new as (insert into inbox values (9, 'n') returning id) select id from new
            explain analyze select members()
            declare c cursor for select members(); fetch all from c
            prepare p as select members(); execute p
            create temp table made as select * from overdue()
            select 1; select members(); select 2
            select pg_catalog.pg_get_userbyid(10), current_schema(), txid_current(), pg_stat_get_numscans(1259)
            select nextval('log_id_seq'), gen_random_uuid(), pg_advisory_xact_lock(1)
            """;

    private static final String ATOMIC = """
            select atomic_members()
            select atomic_return()
            select atomic_calls()
            select atomic_writes()
            select atomic_reads()
            select atomic_view()
            call atomic_procedure()
            do $$ begin perform atomic_members(); end $$
            """;

    private static String resource(String name) throws IOException {
        try (InputStream in = FunctionDifferentialTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String database(PostgresServer server) throws Exception {
        String database = server.createDatabase("functions");
        // the driver would take bodies apart at their semicolons
        String url = server.url(database) + "?preferQueryMode=simple";
        try (Connection c = DriverManager.getConnection(url, "postgres", "postgres");
                Statement s = c.createStatement()) {
            s.execute(resource("library.sql"));
            s.execute(resource("library-14.sql"));
        }
        return database;
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void whatIsFoundIsWhatTheServerTouches(int major) throws Exception {
        PostgresServer server = PostgresServer.get(major);
        String database = database(server);
        List<String> wrong = new ArrayList<>();
        int statements = 0;
        int behind = 0;
        try (Connection c = server.superuser(database);
                Statement s = c.createStatement()) {
            Catalog catalog = Catalog.read(c, CatalogOptions.DEFAULT);
            s.execute("set search_path = lib, public");
            c.setAutoCommit(false);
            for (String line : (STATEMENTS + ATOMIC).lines().toList()) {
                String sql = line.split(" # ")[0];
                Set<String> more = names(line.contains(" # ") ? line.split(" # ")[1] : "");
                SqlStatement statement = SqlStatement.parse(sql);
                Resolution lies = catalog.behind(statement, PATH, null);
                Resolution all = catalog.resolve(statement, PATH).with(lies);
                Set<String> found = new TreeSet<>(all.tables());
                all.exits().forEach(exit -> found.addAll(exit.tables()));
                Set<String> touched = touched(c, s, sql, catalog);
                Set<String> expected = new TreeSet<>(touched);
                expected.addAll(more);
                if (!expected.equals(found)) {
                    wrong.add(sql + "\n    touched " + touched + "\n    found   " + found);
                }
                assertEquals(List.of(), all.unknownFunctions(), sql);
                statements++;
                behind += lies.touches() || !lies.exits().isEmpty() ? 1 : 0;
            }
        }
        assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
        assertTrue(statements > 90 && behind > 50, statements + " statements, of " + behind + " something lies behind");
    }

    private static Set<String> names(String list) {
        Set<String> names = new TreeSet<>();
        for (String name : list.isEmpty() ? new String[0] : list.split(" ")) {
            names.add("lib." + name);
        }
        return names;
    }

    /** The protected ones; a partition stands for its table. */
    private static Set<String> touched(Connection c, Statement s, String sql, Catalog catalog) throws SQLException {
        Map<String, Long> before = counters(s);
        s.execute(sql);
        while (s.getMoreResults() || s.getUpdateCount() >= 0) {
            // every result is read
        }
        Set<String> touched = new TreeSet<>();
        for (Map.Entry<String, Long> counter : counters(s).entrySet()) {
            CatalogTable table = catalog.table(counter.getKey());
            if (table != null && table.parent() != null) {
                table = catalog.table(table.parent());
            }
            if (table != null
                    && table.isProtected()
                    && !counter.getValue().equals(before.getOrDefault(counter.getKey(), 0L))) {
                touched.add(table.qualifiedName());
            }
        }
        c.rollback();
        return touched;
    }

    /** The server adds to them until it reports them, which it never does inside a transaction. */
    private static Map<String, Long> counters(Statement s) throws SQLException {
        Map<String, Long> counters = new HashMap<>();
        try (ResultSet rs =
                s.executeQuery("select schemaname || '.' || relname, seq_scan + coalesce(idx_scan, 0) + n_tup_ins"
                        + " + n_tup_upd + n_tup_del from pg_stat_xact_user_tables")) {
            while (rs.next()) {
                counters.put(rs.getString(1), rs.getLong(2));
            }
        }
        return counters;
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void whatRunsSqlThatIsNotWrittenInItIsListed(int major) throws Exception {
        PostgresServer server = PostgresServer.get(major);
        try (Connection c = server.superuser(database(server))) {
            Catalog catalog = Catalog.read(c, CatalogOptions.DEFAULT);
            Map<String, List<String>> expected = new LinkedHashMap<>();
            expected.put("select dynamic_table('member')", List.of("lib.dynamic_table(text)"));
            expected.put("select each_table()", List.of("lib.dynamic_table(text)"));
            expected.put("select dynamic_format('id')", List.of("lib.dynamic_format(text)"));
            expected.put("select dynamic_constant()", List.of());
            expected.put("select balance(1)", List.of());
            expected.put("do $$ begin execute 'select 1 from ' || 'member'; end $$", List.of("DO"));
            expected.forEach((sql, opaque) -> assertEquals(
                    opaque, catalog.behind(SqlStatement.parse(sql), PATH, null).opaque(), sql));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void aNameOffTheSearchPathIsNotMeant(int major) throws Exception {
        PostgresServer server = PostgresServer.get(major);
        try (Connection c = server.superuser(database(server))) {
            Catalog catalog = Catalog.read(c, CatalogOptions.DEFAULT);
            SqlStatement members = SqlStatement.parse("select members()");
            assertFalse(catalog.behind(members, List.of("pg_catalog", "other", "lib"), null)
                    .touches());
            assertTrue(catalog.behind(members, List.of("pg_catalog", "lib", "other"), null)
                    .touches());
            assertFalse(catalog.behind(members, List.of("pg_catalog", "public"), null)
                    .touches());
            Resolution anywhere = catalog.behind(members, null, null);
            assertTrue(anywhere.touches() && anywhere.assumed(), "in doubt it touches");
        }
    }
}
