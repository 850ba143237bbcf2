package io.tenantwarden.rls.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Changes settings in every spelling that the grammar has, and compares what the parser says of the statement with what the
 * settings are afterwards, in the transaction and behind it.
 */
class SettingDifferentialTest {

    /** Names that begin with a word which means something behind SET are among them. */
    private static final List<String> CUSTOM = List.of(
            "app.tenant_id",
            "app.other",
            "session.tenant",
            "local.tenant",
            "time.zone",
            "role.x",
            "schema.x",
            "names.x",
            "transaction.x",
            "constraints.x",
            "default.x",
            "app.deeper.name",
            "grün.x");

    private static final String BASE = "base";

    /** The value of every custom setting that was RESET. */
    private static final String RESET = "";

    private static final List<String> ROLES = List.of("bob", "Some Role");

    private final Random random = new Random(4711);
    private final SqlSpelling spelling = new SqlSpelling(random);

    private record Case(String sql, List<Object> parameters) {}

    private int pick(int n) {
        return random.nextInt(n);
    }

    private <T> T pick(List<T> list) {
        return list.get(pick(list.size()));
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void theServerSetsWhatTheParserSays(int major) throws SQLException {
        PostgresServer server = PostgresServer.get(major);
        List<String> wrong = new ArrayList<>();
        int accepted = 0;
        int known = 0;
        int count = Integer.getInteger("statements", 500);
        try (Connection c = server.superuser(server.createDatabase("settings"));
                Statement s = c.createStatement()) {
            for (String role : ROLES) {
                s.execute(
                        "do $$ begin create role \"" + role + "\"; exception when duplicate_object then null; end $$");
            }
            for (int i = 0; i < count; i++) {
                Case one = statement();
                SqlStatement parsed = SqlStatement.parse(one.sql());
                Map<String, String> inside = new TreeMap<>();
                Map<String, String> after = new TreeMap<>();
                if (!run(c, s, one, inside, after)) {
                    continue;
                }
                accepted++;
                Map<String, String> expectedInside = new TreeMap<>();
                Map<String, String> expectedAfter = new TreeMap<>();
                if (expect(parsed.settings(), one.parameters(), expectedInside, expectedAfter)) {
                    known++;
                    if (!inside.equals(expectedInside) || !after.equals(expectedAfter)) {
                        wrong.add(one + "\n  the server " + inside + " then " + after + "\n  the parser "
                                + expectedInside + " then " + expectedAfter);
                    }
                }
                checkAsText(one, parsed, wrong);
            }
            s.execute("reset role");
        }
        assertEquals(List.of(), wrong);
        assertTrue(accepted > count * 3 / 4, accepted + " accepted");
        assertTrue(known > accepted * 9 / 10, known + " of " + accepted + " known");
    }

    /** Whether the server accepts it. */
    private static boolean run(
            Connection c, Statement s, Case one, Map<String, String> inside, Map<String, String> after)
            throws SQLException {
        c.setAutoCommit(true);
        s.execute("reset session authorization; reset role");
        s.execute("select "
                + CUSTOM.stream()
                        .map(name -> "set_config('" + name + "', '" + BASE + "', false)")
                        .collect(Collectors.joining(", ")));
        c.setAutoCommit(false);
        boolean accepted = true;
        try {
            if (one.parameters().isEmpty()) {
                s.execute(one.sql());
            } else {
                try (PreparedStatement p = c.prepareStatement(one.sql())) {
                    for (int i = 0; i < one.parameters().size(); i++) {
                        p.setObject(i + 1, one.parameters().get(i));
                    }
                    p.execute();
                }
            }
            read(s, inside);
            c.commit();
            read(s, after);
        } catch (SQLException e) {
            accepted = false;
        }
        c.rollback();
        return accepted;
    }

    private static void read(Statement s, Map<String, String> values) throws SQLException {
        List<String> names = new ArrayList<>(CUSTOM);
        names.add("role");
        names.add("session_authorization");
        try (ResultSet rs = s.executeQuery("select "
                + names.stream().map(name -> "current_setting('" + name + "')").collect(Collectors.joining(", ")))) {
            rs.next();
            for (int i = 0; i < names.size(); i++) {
                values.put(names.get(i), rs.getString(i + 1));
            }
        }
    }

    /** What follows from what the parser says; false when it leaves something open. */
    private static boolean expect(
            List<SettingChange> changes,
            List<Object> parameters,
            Map<String, String> inside,
            Map<String, String> after) {
        for (String name : CUSTOM) {
            inside.put(name, BASE);
        }
        inside.put("role", "none");
        inside.put("session_authorization", "postgres");
        after.putAll(inside);
        for (SettingChange change : changes) {
            Boolean local = switch (change.lifetime()) {
                case TRANSACTION -> true;
                case SESSION -> false;
                case PARAMETER -> (Boolean) parameters.get(change.lifetimeParameter() - 1);
                case UNKNOWN -> null;
            };
            String value = switch (change.value().kind()) {
                case LITERAL -> change.value().text();
                case PARAMETER -> (String) parameters.get(change.value().parameter() - 1);
                case DEFAULT ->
                    switch (String.valueOf(change.name())) {
                        case "role" -> "none";
                        case "session_authorization" -> "postgres";
                        default -> RESET;
                    };
                case UNKNOWN -> null;
            };
            if (value == null || local == null) {
                return false;
            }
            if (change.kind() == SettingChange.Kind.RESET_ALL) {
                for (String name : CUSTOM) {
                    inside.put(name, RESET);
                    after.put(name, RESET);
                }
            } else if (change.name() == null) {
                return false;
            } else {
                inside.put(change.name(), value);
                if (!local) {
                    after.put(change.name(), value);
                }
            }
        }
        return true;
    }

    /** The same in a DO body, in which there are no parameters, and as a constant that it executes. */
    private void checkAsText(Case one, SqlStatement parsed, List<String> wrong) {
        String sql = one.sql();
        if (!one.parameters().isEmpty() || sql.contains("$$")) {
            return;
        }
        boolean query = sql.startsWith("select");
        for (String body : List.of(
                "$$ begin " + (query ? "perform" + sql.substring(6) : sql) + "; end $$",
                "$body$ declare i int; begin if true then execute "
                        + spelling.anyConstant(sql).replace(SqlSpelling.SPACE, ' ')
                        + "; end if; end $body$ language plpgsql")) {
            if (body.contains("$q$") && body.contains("$body$") && sql.contains("$q$")) {
                continue;
            }
            SqlStatement text = SqlStatement.parse("do " + body);
            if (!text.settingsInText().equals(parsed.settings())) {
                wrong.add("do " + body + "\n  " + text.settingsInText() + " instead of " + parsed.settings());
            }
        }
    }

    // ---------------------------------------------------------------- statements

    private Case statement() {
        List<Object> parameters = new ArrayList<>();
        String sql = switch (pick(10)) {
            case 0 -> "reset " + (pick(6) == 0 ? "all" : name(pick(CUSTOM)));
            case 1 -> role();
            case 2, 3, 4 -> "set " + scope() + name(pick(CUSTOM)) + (pick(2) == 0 ? " = " : " to ") + plainValue();
            default -> query(parameters);
        };
        StringBuilder b = new StringBuilder();
        for (char c : sql.toCharArray()) {
            b.append(c == ' ' ? spelling.blank() : c == SqlSpelling.SPACE ? " " : String.valueOf(c));
        }
        return new Case(b.toString(), parameters);
    }

    private String scope() {
        return pick(List.of("", "", "local ", "session ", "LOCAL "));
    }

    /** The name of a setting, as names are written: its parts apart or as one. */
    private String name(String setting) {
        if (pick(3) == 0) {
            return spelling.name(anyCase(setting), false);
        }
        List<String> parts = new ArrayList<>();
        for (String part : setting.split("\\.")) {
            boolean plain = part.matches("[a-z_]+") && !part.equals("default");
            parts.add(spelling.name(plain ? part : anyCase(part), plain));
        }
        return String.join(pick(5) == 0 ? " . " : ".", parts);
    }

    private String anyCase(String text) {
        return pick(3) == 0 && text.chars().allMatch(c -> c < 128) ? spelling.word(text) : text;
    }

    private String plainValue() {
        return switch (pick(9)) {
            case 0 -> "default";
            case 1 -> pick(List.of("5", "007", "-5", "- 1.50", "1.25", "0", "123456789012345"));
            case 2 -> pick(List.of("acme", "ACME", "\"Acme\"", "on", "TRUE", "false", "off", "select_"));
            case 3 -> spelling.name("Some value", false);
            default -> spelling.anyConstant(pick(List.of("t2", "it's", "a, b", "", "x \\ y")));
        };
    }

    private String role() {
        String role = pick(ROLES);
        String spelled = pick(2) == 0 ? spelling.name(role, role.equals("bob")) : spelling.anyConstant(role);
        return switch (pick(9)) {
            case 0 -> "reset role";
            case 1 -> "set session authorization " + spelled;
            case 2 -> "set local session authorization " + spelled;
            case 3 -> "set session session authorization default";
            case 4 -> "set " + scope() + name("role") + " = " + spelled;
            case 5 ->
                "select set_config(" + spelling.anyConstant("role") + ", " + spelling.anyConstant(role) + ", true)";
            case 6 -> "set role none";
            case 7 -> "reset session authorization";
            default -> "set " + scope() + "role " + spelled;
        };
    }

    private String query(List<Object> parameters) {
        String call = call(parameters);
        return switch (pick(6)) {
            case 0 -> "select * from " + call;
            case 1 -> "with q as materialized (select " + call + " as x) select x from q";
            case 2 -> "select case when " + call + " is null then 1 end where true";
            case 3 -> "select coalesce(" + call + ", 'x'), " + call(parameters) + " as set_config";
            case 4 -> "values (" + call + ", " + call(parameters) + ")";
            default -> "select " + call;
        };
    }

    private String call(List<Object> parameters) {
        String function = pick(List.of(
                "set_config", "pg_catalog.set_config", "SET_CONFIG", "\"set_config\"", "U&\"set\\005fconfig\""));
        String name = textArgument(anyCase(pick(CUSTOM)), null);
        String value = pick(12) == 0
                ? pick(List.of("null", "5::text", "true::text", "007::text", "1.50::text", "lower('a, b')"))
                : textArgument(pick(List.of("t2", "it's", "a, b", "", "(")), parameters);
        String local;
        if (pick(6) == 0) {
            parameters.add(pick(2) == 0);
            local = pick(2) == 0 ? "?" : "?::boolean";
        } else {
            local = pick(List.of(
                    "true",
                    "false",
                    "'t'",
                    "'off'",
                    "'YES'",
                    "' no '",
                    "null",
                    "1::boolean",
                    "0::bool",
                    "'tru'::bool",
                    "cast('f' as boolean)",
                    "TRUE::boolean",
                    "boolean 'on'",
                    "(true)"));
        }
        return switch (pick(6)) {
            case 0 ->
                function + "(setting_name => " + name + ", new_value => " + value + ", is_local => " + local + ")";
            case 1 -> {
                // placeholders are numbered by their place in the text
                boolean both = local.contains("?") && value.contains("?");
                yield function + "(" + name + ", "
                        + (both
                                ? "new_value := " + value + ", is_local := " + local
                                : "is_local := " + local + ", new_value := " + value)
                        + ")";
            }
            default -> function + " (" + name + ", " + value + ", " + local + ")";
        };
    }

    private String textArgument(String text, List<Object> parameters) {
        String constant = spelling.anyConstant(text);
        if (parameters != null && pick(3) == 0) {
            parameters.add(text);
            constant = "?";
        }
        return switch (pick(8)) {
            case 0 -> constant + "::text";
            case 1 -> "cast(" + constant + " as text)";
            case 2 -> constant + "::pg_catalog.text::character varying";
            case 3 -> "(" + constant + ")";
            case 4 -> "((" + constant + ")::varchar)::text";
            case 5 -> constant.equals("?") ? constant : "text " + constant;
            case 6 -> constant.equals("?") ? constant : constant + "::name::text";
            default -> constant;
        };
    }
}
