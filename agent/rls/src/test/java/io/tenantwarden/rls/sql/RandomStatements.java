package io.tenantwarden.rls.sql;

import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares what the parser finds in random statements with what a server finds in them: a function with the statement as its
 * SQL-standard body depends on exactly the relations and functions that it names, before any planning.
 */
final class RandomStatements implements AutoCloseable {

    /** How many statements a server reads before the old versions of the function are cleaned up. */
    private static final int CLEAN_UP = 2_000;

    private final int major;
    private final Connection connection;
    private final PreparedStatement dependencies;
    private final Map<String, String> keywords = new TreeMap<>();

    private int accepted;
    private int refused;
    private final List<String> wrong = new ArrayList<>();
    private final TreeMap<String, Integer> features = new TreeMap<>();
    private final TreeMap<String, Integer> refusals = new TreeMap<>();

    RandomStatements(int major) throws SQLException {
        this.major = major;
        PostgresServer server = PostgresServer.get(major);
        connection = server.superuser(server.createDatabase("random_statements"));
        try (Statement s = connection.createStatement()) {
            s.execute(SqlGenerator.SCHEMA);
            s.execute("set client_min_messages = error");
            try (ResultSet rs = s.executeQuery(
                    "select word, catcode, " + (major >= 14 ? "case when barelabel then 't' else 'f' end" : "'f'")
                            + " from pg_get_keywords()")) {
                while (rs.next()) {
                    keywords.put(rs.getString(1), rs.getString(2) + rs.getString(3));
                }
            }
            s.execute(SqlGenerator.WORDS.formatted(
                    keywords.keySet().stream().map(w -> '"' + w + "\" int").collect(Collectors.joining(", "))));
        }
        dependencies = connection.prepareStatement("""
                select d.refclassid = 'pg_class'::regclass, n.nspname || '.' || c.relname
                  from pg_depend d
                  left join pg_class c on d.refclassid = 'pg_class'::regclass and c.oid = d.refobjid
                  left join pg_namespace n on n.oid = c.relnamespace
                 where d.classid = 'pg_proc'::regclass and d.objid = 'public.probe(int)'::regprocedure
                   and (c.relkind in ('r', 'p', 'v', 'm') or d.refclassid = 'pg_proc'::regclass)
                """);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    void run(long seed, int count) throws SQLException {
        for (int i = 0; i < count; i++) {
            SqlGenerator generator = new SqlGenerator(new Random(seed + i), major, keywords);
            check(generator, seed + i);
            if ((accepted + refused) % CLEAN_UP == 0) {
                try (Statement s = connection.createStatement()) {
                    s.execute("vacuum pg_proc");
                    s.execute("vacuum pg_depend");
                    s.execute("vacuum pg_shdepend");
                }
            }
        }
    }

    private void check(SqlGenerator generator, long seed) throws SQLException {
        String sql = generator.statement();
        try (Statement s = connection.createStatement()) {
            s.execute("create or replace function public.probe(int) returns void language sql begin atomic " + sql
                    + "\n; end");
        } catch (SQLException e) {
            refused++;
            refusals.merge(
                    e.getMessage()
                            .replaceAll("\"[^\"]*\"|Position.*|\\d+", "..")
                            .strip(),
                    1,
                    Integer::sum);
            return;
        }
        accepted++;
        generator.features().forEach((f, n) -> features.merge(f, 1, Integer::sum));
        TreeSet<String> named = new TreeSet<>();
        boolean functions = false;
        try (ResultSet rs = dependencies.executeQuery()) {
            while (rs.next()) {
                if (rs.getBoolean(1)) {
                    named.add(rs.getString(2));
                } else {
                    functions = true;
                }
            }
        }
        compare(generator, sql, named, functions, seed);
    }

    private void compare(SqlGenerator generator, String sql, TreeSet<String> named, boolean functions, long seed) {
        SqlStatement statement = SqlStatement.parse(sql);
        TreeSet<String> written = names(statement.relations().stream().filter(Relation::write));
        TreeSet<String> found = names(statement.relations().stream());
        expect(true, statement.parsed(), "parsed", seed, sql);
        expect(false, statement.multi(), "several statements", seed, sql);
        expect(named, found, "relations", seed, sql);
        expect(generator.targets(), written, "written", seed, sql);
        expect(functions, statement.callsFunctions(), "calls functions", seed, sql);
        expect(List.of(), statement.settings(), "settings", seed, sql);
        compareInside("explain (costs off) ", sql, "", named, seed);
        compareInside("prepare q (int) as ", sql, "; table app.v", with(named, "app.v"), seed);
        if (generator.isQuery()) {
            compareInside("declare c no scroll cursor with hold for ", sql, "", named, seed);
            compareInside("copy (", sql, ") to stdout with (format csv)", named, seed);
            compareInside("create temp table n as ", sql, " with no data", with(named, "public.n"), seed);
            SqlStatement view = SqlStatement.parse("create or replace view n (id, x) as " + sql + " with check option");
            expect(named, names(view.viewRelations().stream()), "relations of a view", seed, sql);
            expect(List.of(), view.relations(), "relations of CREATE VIEW", seed, sql);
        }
    }

    /** The same statement, as a part of another one. */
    private void compareInside(String before, String sql, String after, TreeSet<String> named, long seed) {
        SqlStatement statement = SqlStatement.parse(before + sql + after);
        expect(true, statement.parsed(), "parsed", seed, before + sql + after);
        expect(named, names(statement.relations().stream()), "relations", seed, before + sql + after);
    }

    private static TreeSet<String> names(Stream<Relation> relations) {
        return relations
                .map(r -> r.schema() == null ? "public." + r.name() : r.toString())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static TreeSet<String> with(TreeSet<String> named, String more) {
        TreeSet<String> all = new TreeSet<>(named);
        all.add(more);
        return all;
    }

    private void expect(Object expected, Object found, String what, long seed, String sql) {
        if (!expected.equals(found) && wrong.size() < 20) {
            wrong.add("seed " + seed + ", " + what + ": " + found + " instead of " + expected + "\n" + sql);
        }
    }

    int accepted() {
        return accepted;
    }

    int refused() {
        return refused;
    }

    List<String> wrong() {
        return wrong;
    }

    /** In how many of the accepted statements each form occurred. */
    TreeMap<String, Integer> features() {
        return features;
    }

    /** Why the server refused how many, for who extends the generator. */
    TreeMap<String, Integer> refusals() {
        return refusals;
    }
}
