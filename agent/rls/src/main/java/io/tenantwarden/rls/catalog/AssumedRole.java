package io.tenantwarden.rls.catalog;

import io.tenantwarden.rls.sql.SqlStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a login becomes when its statements run as another role (SET ROLE), and what stays as it was. Immutable, thread-safe.
 *
 * @param role the role's name, as it was asked for
 * @param facts the facts of the role; null when there is none of that name
 * @param login the facts of the login
 * @param allowed whether the login may set the role: it is a member, from version 16 on with the option SET (PostgreSQL manual, section "SET ROLE")
 * @param settings names of the settings that ALTER ROLE ... SET gives the role: they are applied at a login, and not by SET ROLE
 * @param openViews views, as {@code schema.view}, that run with the rights of a role that no policy filters, directly or through another view;
 *     empty unless the login is such a role
 * @param openFunctions how many SECURITY DEFINER functions run with such rights; 0 unless the login is such a role
 * @param roleFunctions names of functions that set a role, in their SET clause or in their text as far as it can be seen
 */
public record AssumedRole(
        String role,
        RoleFacts facts,
        RoleFacts login,
        boolean allowed,
        List<String> settings,
        Set<String> openViews,
        int openFunctions,
        Set<String> roleFunctions) {

    private static final int SET_OPTION = 160_000;

    private static final String MEMBER = """
            /* tenant-warden */
            SELECT pg_catalog.pg_has_role(session_user, r.oid, ?),
                   ARRAY(SELECT DISTINCT pg_catalog.split_part(c, '=', 1)
                           FROM pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) c
                          WHERE s.setrole OPERATOR(pg_catalog.=) r.oid
                            AND (s.setdatabase OPERATOR(pg_catalog.=) 0::pg_catalog.oid
                                 OR s.setdatabase OPERATOR(pg_catalog.=)
                                    (SELECT d.oid FROM pg_catalog.pg_database d
                                      WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()))
                          ORDER BY 1)
              FROM pg_catalog.pg_roles r WHERE r.rolname OPERATOR(pg_catalog.=) ?::pg_catalog.name
            """;

    /** PostgreSQL manual, section "Rules and Privileges": what a view names is checked against the view's owner. */
    private static final String VIEWS = """
            /* tenant-warden */
            WITH RECURSIVE open(oid) AS (
              SELECT c.oid
                FROM pg_catalog.pg_class c
                JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
                JOIN pg_catalog.pg_roles o ON o.oid OPERATOR(pg_catalog.=) c.relowner
               WHERE c.relkind OPERATOR(pg_catalog.=) 'v'::pg_catalog."char"
                 AND (o.rolsuper OR o.rolbypassrls)
                 AND n.nspname OPERATOR(pg_catalog.<>) 'pg_catalog'::pg_catalog.name
                 AND n.nspname OPERATOR(pg_catalog.<>) 'information_schema'::pg_catalog.name
                 AND NOT coalesce(pg_catalog.lower(pg_catalog.array_to_string(c.reloptions, ','))
                     OPERATOR(pg_catalog.~) 'security_invoker=(true|on|yes|1)', false)
              UNION
              SELECT r.ev_class
                FROM open v
                JOIN pg_catalog.pg_depend d
                  ON d.refobjid OPERATOR(pg_catalog.=) v.oid
                 AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass
                 AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                JOIN pg_catalog.pg_rewrite r ON r.oid OPERATOR(pg_catalog.=) d.objid
            )
            SELECT DISTINCT n.nspname::pg_catalog.text, c.relname::pg_catalog.text
              FROM open k
              JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) k.oid
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
             WHERE c.relkind OPERATOR(pg_catalog.=) 'v'::pg_catalog."char"
            """;

    private static final String FUNCTIONS = """
            /* tenant-warden */
            SELECT p.proname::pg_catalog.text,
                   p.prosecdef AND (o.rolsuper OR o.rolbypassrls),
                   p.proconfig, p.prosrc
              FROM pg_catalog.pg_proc p
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
              JOIN pg_catalog.pg_roles o ON o.oid OPERATOR(pg_catalog.=) p.proowner
             WHERE n.nspname OPERATOR(pg_catalog.<>) 'pg_catalog'::pg_catalog.name
               AND n.nspname OPERATOR(pg_catalog.<>) 'information_schema'::pg_catalog.name
               AND (p.prosecdef
                    OR pg_catalog.array_to_string(p.proconfig, ' ') OPERATOR(pg_catalog.~*)
                       '(^| )(role|session_authorization)='
                    OR p.prosrc OPERATOR(pg_catalog.~*) '(role|authorization)')
            """;

    private static final Pattern IN_CLAUSE =
            Pattern.compile("^(role|session_authorization)=", Pattern.CASE_INSENSITIVE);

    private static final Pattern IN_TEXT = Pattern.compile(
            "\\b(set|reset)\\s+((local|session)\\s+)?(role|session\\s+authorization)\\b"
                    + "|\\bset_config\\s*\\(\\s*e?'(role|session_authorization)'",
            Pattern.CASE_INSENSITIVE);

    public AssumedRole {
        settings = List.copyOf(settings);
        openViews = Set.copyOf(openViews);
        roleFunctions = Set.copyOf(roleFunctions);
    }

    /**
     * Asks the server, with a few queries that any role may run, in whatever transaction is usable.
     *
     * @param login the facts of the connection, as it is without the role
     * @param role the role that statements are to run as
     * @throws SQLException what the driver says
     */
    public static AssumedRole read(Connection c, RoleFacts login, String role) throws SQLException {
        RoleFacts facts = login.as(c, role);
        boolean allowed = false;
        List<String> settings = new ArrayList<>();
        try (PreparedStatement s = PlainStatements.prepare(c, MEMBER)) {
            s.setString(1, login.serverVersion() >= SET_OPTION ? "SET" : "MEMBER");
            s.setString(2, role);
            try (ResultSet rs = s.executeQuery()) {
                if (rs.next()) {
                    allowed = rs.getBoolean(1);
                    settings.addAll(strings(rs, 2));
                }
            }
        }
        Set<String> views = new TreeSet<>();
        if (login.bypassesRls()) {
            try (PreparedStatement s = PlainStatements.prepare(c, VIEWS);
                    ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    views.add(rs.getString(1) + "." + rs.getString(2));
                }
            }
        }
        int open = 0;
        Set<String> setting = new TreeSet<>();
        try (PreparedStatement s = PlainStatements.prepare(c, FUNCTIONS);
                ResultSet rs = s.executeQuery()) {
            while (rs.next()) {
                open += rs.getBoolean(2) && login.bypassesRls() ? 1 : 0;
                boolean sets = rs.getString(4) != null
                        && IN_TEXT.matcher(rs.getString(4)).find();
                for (String clause : strings(rs, 3)) {
                    sets |= IN_CLAUSE.matcher(clause).find();
                }
                if (sets) {
                    setting.add(rs.getString(1));
                }
            }
        }
        return new AssumedRole(role, facts, login, allowed, settings, views, open, setting);
    }

    private static List<String> strings(ResultSet rs, int column) throws SQLException {
        return rs.getArray(column) == null
                ? List.of()
                : List.of((String[]) rs.getArray(column).getArray());
    }

    /** Whether statements can run as the role at all. */
    public boolean isUsable() {
        return facts != null && allowed;
    }

    /**
     * A function of the application's that the statement calls and that sets a role; null when there is none. By its name alone: where several
     * have it, each counts.
     */
    public String roleFunctionIn(SqlStatement statement) {
        if (roleFunctions.isEmpty() || !statement.callsFunctions()) {
            return null;
        }
        String text = statement.sql();
        for (String function : roleFunctions) {
            int at = indexOf(text, function, 0);
            while (at >= 0) {
                if (isCall(text, at, at + function.length())) {
                    return function;
                }
                at = indexOf(text, function, at + 1);
            }
        }
        return null;
    }

    private static int indexOf(String text, String word, int from) {
        for (int i = from; i <= text.length() - word.length(); i++) {
            if (text.regionMatches(true, i, word, 0, word.length())) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isCall(String text, int from, int to) {
        if (from > 0 && isPartOfName(text.charAt(from - 1))) {
            return false;
        }
        int at = to;
        while (at < text.length() && (text.charAt(at) == '"' || Character.isWhitespace(text.charAt(at)))) {
            at++;
        }
        return at < text.length() && text.charAt(at) == '(';
    }

    private static boolean isPartOfName(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$';
    }

    /**
     * A view that the statement names and that runs with the rights of a role that no policy filters; null when there is none. An unqualified
     * name counts for each schema that has such a view.
     */
    public String openViewIn(SqlStatement statement) {
        if (openViews.isEmpty()) {
            return null;
        }
        for (int i = 0; i < statement.relations().size(); i++) {
            String schema = statement.relations().get(i).schema();
            String name = statement.relations().get(i).name();
            for (String view : openViews) {
                if (schema == null ? view.endsWith("." + name) : view.equals(schema + "." + name)) {
                    return view;
                }
            }
        }
        return null;
    }

    /** What is left open, in the order of {@code views}, {@code functions}: a count of each that is not zero; empty when nothing is. */
    public Map<String, Integer> leftOpen() {
        Map<String, Integer> open = new TreeMap<>((a, b) -> b.compareTo(a));
        if (!openViews.isEmpty()) {
            open.put("views", openViews.size());
        }
        if (openFunctions > 0) {
            open.put("functions", openFunctions);
        }
        return open;
    }
}
