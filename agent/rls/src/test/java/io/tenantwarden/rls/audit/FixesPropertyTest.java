package io.tenantwarden.rls.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.tenantwarden.rls.audit.RandomSchema.Use;
import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whoever reads the fixes pastes them: all of them, in any order, twice. Random schemas with random defects, of which the
 * fixes are pasted at once: then nothing is found any more (but what the fixes leave to decide, in words, and what rows contradict), every tenant sees
 * what the right policies would have shown, what used the changed objects works as before, and a second paste changes
 * nothing.
 *
 * <p>{@code -Dfixes.schemas=300 -Dfixes.seed=1} runs so many, from that seed on; {@code -Dfixes.each=true} tries
 * each defect alone.
 */
class FixesPropertyTest {

    private static final long FIRST_SEED = Long.getLong("fixes.seed", 1);
    private static final int SCHEMAS = Integer.getInteger("fixes.schemas", 12);

    private static final String ROLES = """
            do $do$ declare r text; begin
              foreach r in array array['fx_owner', 'Fx App', 'fx_reader', 'fx_super', 'fx_bypass', 'fx_group'] loop
                if not exists (select from pg_roles where rolname = r) then execute format('create role %I login', r); end if;
              end loop;
            end $do$;
            alter role fx_super superuser; alter role fx_bypass bypassrls;
            """;

    /** Back to an empty database and roles that may do nothing. */
    private static final String RESET = """
            do $do$ declare x text; begin
              for x in select format('drop publication %I', pubname) from pg_publication loop execute x; end loop;
              for x in select format('drop schema %I cascade', nspname) from pg_namespace
                        where nspname !~ '^pg_' and nspname not in ('information_schema', 'public') loop execute x; end loop;
              for x in select format('revoke %I from %I', r.rolname, m.rolname) from pg_auth_members a
                         join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member
                        where m.rolname in ('Fx App', 'fx_reader', 'fx_group') loop execute x; end loop;
            end $do$;
            alter role "Fx App" nosuperuser nobypassrls nocreaterole noreplication;
            alter role "Fx App" reset all; alter role "Fx App" in database DATABASE reset all; alter database DATABASE reset all;
            """;

    private static final Map<Integer, String> DATABASES = new ConcurrentHashMap<>();

    /** Each defect alone, in a dozen schemas: says which rule's fix is wrong when the one below fails. */
    @EnabledIfSystemProperty(named = "fixes.each", matches = "true")
    @ParameterizedTest
    @MethodSource("defects")
    void eachDefectAlone(String defect) throws SQLException {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + 12; seed++) {
            RandomSchema schema = new RandomSchema(seed, seed % 3 == 0 ? 14 : 18);
            RandomDefects.apply(schema, defect);
            if (!schema.applied.isEmpty()) {
                check(schema, database(schema.major), new ArrayList<>());
            }
        }
    }

    static List<String> defects() {
        return RandomDefects.names();
    }

    @Test
    void allFixesPastedAtOnceLeaveNothingAndBreakNothing() throws SQLException {
        List<String> failures = new ArrayList<>();
        Map<String, Integer> rules = new TreeMap<>();
        for (int i = 0; i < SCHEMAS; i++) {
            long seed = FIRST_SEED + i;
            int major = i % 4 == 3 ? 14 : 18;
            List<String> found = new ArrayList<>();
            try {
                check(seed, major, found);
            } catch (AssertionError | SQLException | RuntimeException e) {
                failures.add("seed " + seed + " (PostgreSQL " + major + "): " + e);
            }
            found.forEach(rule -> rules.merge(rule, 1, Integer::sum));
        }
        System.out.println("fixes: " + SCHEMAS + " schemas from seed " + FIRST_SEED + ", findings by rule " + rules);
        if (!failures.isEmpty()) {
            String all = failures.size() + " of " + SCHEMAS + "\n\n" + String.join("\n\n", failures);
            fail(all.replaceAll("x{40,}", "xx~"));
        }
    }

    private static String database(int major) throws SQLException {
        String name = DATABASES.get(major);
        if (name == null) {
            name = PostgresServer.get(major).createDatabase("fixes");
            DATABASES.put(major, name);
            try (Connection c = PostgresServer.get(major).superuser(name)) {
                Paste.run(c, ROLES);
            }
        }
        return name;
    }

    private static void check(long seed, int major, List<String> rules) throws SQLException {
        RandomSchema schema = new RandomSchema(seed, major);
        RandomDefects.apply(schema);
        check(schema, database(major), rules);
    }

    private static void check(RandomSchema schema, String database, List<String> rules) throws SQLException {
        PostgresServer server = PostgresServer.get(schema.major);
        try (Connection c = server.superuser(database)) {
            Paste.run(c, RESET.replace("DATABASE", database));
            Paste.run(c, schema.clean.toString());
            Map<Use, String> expected = answers(server, database, schema.uses);
            assertEquals(
                    List.of(), lines(findings(server, database, schema, List.of())), "findings of the right schema");
            Paste.run(c, schema.spoil.toString().replace("DATABASE", database));
            List<Finding> before = findings(server, database, schema, List.of());
            before.forEach(f -> rules.add(f.rule()));
            List<String> fixes = new ArrayList<>();
            before.forEach(f -> fixes.add(f.fix()));
            Collections.shuffle(fixes, new Random(schema.seed));
            String context = "defects " + schema.applied + "\nfound " + String.join("\n      ", lines(before));
            boolean oneTransaction = schema.seed % 3 == 0;
            if (schema.seed % 5 == 0) {
                pasteAsNamed(c, fixes, context);
            } else {
                paste(c, fixes, oneTransaction, context);
            }
            List<Finding> after = findings(server, database, schema, List.of());
            List<Finding> unexpected = after.stream()
                    .filter(f -> !schema.kept.contains(f.rule() + " " + f.object()))
                    .filter(f -> Paste.hasSql(f.fix()) || before.stream().noneMatch(b -> leavesToDecide(b, f)))
                    .toList();
            assertEquals(List.of(), lines(unexpected), () -> "still or newly found; " + context);
            List<Ignore> ignores = new ArrayList<>();
            after.forEach(f -> ignores.add(new Ignore(f.rule(), f.object(), "decided")));
            assertEquals(List.of(), lines(findings(server, database, schema, ignores)));
            compare(expected, answers(server, database, schema.uses), context);
            Map<Use, String> mended = new LinkedHashMap<>(schema.usesOfDefects);
            // what is left to decide may still show too much, but must not fail
            after.forEach(f ->
                    mended.replaceAll((use, answer) -> use.sql().contains(quoted(f.object())) ? null : answer));
            compare(mended, answers(server, database, List.copyOf(mended.keySet())), context);
            assertEquals("", duplicates(c), () -> "made twice; " + context);
            List<String> once = Paste.snapshot(c);
            paste(c, fixes, oneTransaction, "second paste; " + context);
            List<String> twice = Paste.snapshot(c);
            List<String> changed = new ArrayList<>(twice);
            changed.removeAll(once);
            List<String> gone = new ArrayList<>(once);
            gone.removeAll(twice);
            assertEquals(List.of(), changed, () -> "changed by the second paste; " + context);
            assertEquals(List.of(), gone, () -> "taken away by the second paste; " + context);
        }
    }

    /** Whether a finding said before what the other one still says, and nothing that could have been run. */
    private static boolean leavesToDecide(Finding before, Finding after) {
        return before.rule().equals(after.rule())
                && before.object().equals(after.object())
                && List.of(before.fix().split("\n"))
                        .containsAll(List.of(after.fix().split("\n")));
    }

    private static String quoted(String object) {
        int dot = object.indexOf('.');
        int bracket = object.endsWith("()") ? object.length() - 2 : object.length();
        return dot < 0
                ? object
                : RandomSchema.q(object.substring(0, dot)) + "." + RandomSchema.q(object.substring(dot + 1, bracket));
    }

    /** Unique constraints of one table that say the same. */
    private static String duplicates(Connection c) throws SQLException {
        try (Statement s = c.createStatement();
                ResultSet rs = s.executeQuery(
                        "select coalesce(string_agg(d, '; '), '') from (select conrelid::regclass || ' ' ||"
                                + " pg_get_constraintdef(oid) as d from pg_constraint where contype = 'u' group by 1 having count(*) > 1) x")) {
            rs.next();
            return rs.getString(1);
        }
    }

    /** Each fix as the role that it names. */
    private static void pasteAsNamed(Connection c, List<String> fixes, String context) throws SQLException {
        for (String fix : fixes) {
            Matcher m = Pattern.compile("^-- to be run by (.*?)( or a superuser)?\n")
                    .matcher(fix);
            String who = m.find() ? m.group(1) : RandomSchema.APP;
            try (Statement s = c.createStatement()) {
                if (!who.startsWith("a superuser")) {
                    s.execute("set session authorization " + RandomSchema.q(who));
                }
                Paste.run(c, fix);
            } catch (SQLException e) {
                throw new AssertionError("a fix fails as " + who + ": " + e.getMessage() + "\n" + context);
            } finally {
                try (Statement s = c.createStatement()) {
                    s.execute("reset session authorization");
                }
            }
        }
    }

    private static void paste(Connection c, List<String> fixes, boolean oneTransaction, String context)
            throws SQLException {
        String all = String.join("\n", fixes) + "\n";
        try {
            if (oneTransaction) {
                c.setAutoCommit(false);
            }
            Paste.run(c, all);
            if (oneTransaction) {
                c.commit();
            }
        } catch (SQLException e) {
            if (oneTransaction) {
                c.rollback();
            }
            throw new AssertionError("a fix fails: " + e.getMessage() + "\n" + context);
        } finally {
            c.setAutoCommit(true);
        }
    }

    private static List<String> lines(List<Finding> findings) {
        return findings.stream().map(FixesPropertyTest::line).toList();
    }

    private static String line(Finding f) {
        return f.rule() + " " + f.object() + ": " + f.message() + " FIX " + f.fix();
    }

    private static List<Finding> findings(
            PostgresServer server, String database, RandomSchema schema, List<Ignore> ignores) throws SQLException {
        try (Connection c = server.connect(database, RandomSchema.APP);
                Statement s = c.createStatement()) {
            if (schema.seed % 2 == 0) {
                // what is visible without a schema decides how the server prints expressions
                s.execute("set search_path = " + RandomSchema.q(schema.schemas.get(0)) + ", "
                        + RandomSchema.q(schema.schemas.get(1)));
            }
            return Audit.run(AuditFacts.read(c, schema.options()), schema.auditOptions(ignores));
        }
    }

    private static void compare(Map<Use, String> expected, Map<Use, String> actual, String context) {
        List<String> wrong = new ArrayList<>();
        expected.forEach((use, answer) -> {
            String now = actual.get(use);
            boolean fine = answer == null ? !now.startsWith("ERROR") : answer.equals(now);
            if (!fine) {
                wrong.add(use + ": was " + answer + ", is " + now);
            }
        });
        assertEquals(List.of(), wrong, () -> "uses; " + context);
    }

    private static Map<Use, String> answers(PostgresServer server, String database, List<Use> uses)
            throws SQLException {
        Map<Use, String> answers = new LinkedHashMap<>();
        Map<String, Connection> connections = new LinkedHashMap<>();
        try {
            for (boolean neverSet : new boolean[] {true, false}) {
                for (Use use : uses) {
                    if (use.tenant() == null == neverSet) {
                        Connection c = connections.get(use.role());
                        if (c == null) {
                            c = server.connect(database, use.role());
                            c.setAutoCommit(false);
                            connections.put(use.role(), c);
                        }
                        answers.put(use, answer(c, use));
                    }
                }
            }
        } finally {
            for (Connection c : connections.values()) {
                c.close();
            }
        }
        return answers;
    }

    private static String answer(Connection c, Use use) throws SQLException {
        try (Statement s = c.createStatement()) {
            if (use.tenant() != null && use.tenant().startsWith("SET ")) {
                s.execute(use.tenant().replace("SET ", "set local "));
            } else if (use.tenant() != null) {
                for (String guc : new String[] {"app.tenant_id", "app.current_tenant"}) {
                    s.execute("select set_config('" + guc + "', '" + use.tenant() + "', true)");
                }
            }
            if (!s.execute(use.sql())) {
                return s.getUpdateCount() + " rows";
            }
            try (ResultSet rs = s.getResultSet()) {
                return rs.next() ? String.valueOf(rs.getString(1)) : "no row";
            }
        } catch (SQLException e) {
            return "ERROR " + e.getSQLState();
        } finally {
            c.rollback();
        }
    }
}
