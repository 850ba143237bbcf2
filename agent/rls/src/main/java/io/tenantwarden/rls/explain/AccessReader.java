package io.tenantwarden.rls.explain;

import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.PlainStatements;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.policy.PolicyExpression;
import io.tenantwarden.rls.sql.Relation;
import io.tenantwarden.rls.sql.SqlStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Follows the names of a statement to the tables that it reads: through views, with the rights of their owner or of who
 * asks, through functions, as far as their bodies can be read, and to partitions. Used once, by one thread.
 */
public final class AccessReader {

    private static final String SEPARATOR = "\u0001";
    private static final int MAX_DEPTH = 16;

    private static final String INVOKERS = """
            /* tenant-warden */
            SELECT c.oid FROM pg_catalog.pg_class c
             WHERE c.relkind OPERATOR(pg_catalog.=) 'v'::pg_catalog."char"
               AND pg_catalog.lower(pg_catalog.array_to_string(c.reloptions, ','))
                   OPERATOR(pg_catalog.~) 'security_invoker=(true|on|yes|1)'
            """;

    private static final String ROLES = """
            /* tenant-warden */
            SELECT r.rolname, r.rolsuper, r.rolbypassrls, pg_catalog.array_to_string(ARRAY(
                     SELECT x.rolname FROM pg_catalog.pg_roles x WHERE pg_catalog.pg_has_role(r.oid, x.oid, 'USAGE')),
                     pg_catalog.chr(1))
              FROM pg_catalog.pg_roles r
             WHERE r.rolname OPERATOR(pg_catalog.=)
                   ANY (pg_catalog.string_to_array(?, pg_catalog.chr(1))::pg_catalog.name[])
            """;

    private static final String FUNCTIONS = """
            /* tenant-warden */
            SELECT p.oid, n.nspname, p.proname, p.prosecdef, pg_catalog.pg_get_userbyid(p.proowner),
                   CASE WHEN p.prosrc OPERATOR(pg_catalog.=) '' THEN pg_catalog.pg_get_functiondef(p.oid) ELSE p.prosrc END,
                   pg_catalog.pg_function_is_visible(p.oid)
              FROM pg_catalog.pg_proc p
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
              JOIN pg_catalog.pg_language l ON l.oid OPERATOR(pg_catalog.=) p.prolang
             WHERE p.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
               AND p.prokind OPERATOR(pg_catalog.=) ANY (ARRAY['f', 'p']::pg_catalog."char"[])
               AND l.lanname OPERATOR(pg_catalog.=) ANY (ARRAY['sql', 'plpgsql']::pg_catalog.name[])
               AND p.proname OPERATOR(pg_catalog.=)
                   ANY (pg_catalog.string_to_array(?, pg_catalog.chr(1))::pg_catalog.name[])
             ORDER BY n.nspname, p.proname, p.oid
            """;

    private final Connection connection;
    private final Catalog catalog;
    private final RoleFacts session;
    private final Map<String, ReadingRole> roles = new HashMap<>();
    private final Set<Long> invokers = new HashSet<>();
    private final Set<Long> functionsSeen = new HashSet<>();
    private final Map<String, Access> found = new LinkedHashMap<>();
    private final Set<String> unknown = new TreeSet<>();

    private record Function(String name, boolean definer, String owner, String body) {}

    /** How one got to a relation. */
    private record Way(List<String> via, String rightsOf, ReadingRole role) {

        Way through(String what) {
            return new Way(with(what), rightsOf, role);
        }

        Way through(String what, ReadingRole owner) {
            return new Way(with(what), what, owner);
        }

        private List<String> with(String what) {
            List<String> longer = new ArrayList<>(via);
            longer.add(what);
            return longer;
        }
    }

    /**
     * @param connection with the rights of the session's role
     * @param catalog of its database
     * @param session who the session is
     */
    public AccessReader(Connection connection, Catalog catalog, RoleFacts session) {
        this.connection = connection;
        this.catalog = catalog;
        this.session = session;
    }

    /**
     * The tables that a statement reads or changes, each with the way to it; those of the system are left out.
     *
     * @throws SQLException what the driver says
     */
    public List<Access> read(SqlStatement statement) throws SQLException {
        try (Statement s = PlainStatements.create(connection);
                ResultSet rs = s.executeQuery(INVOKERS)) {
            while (rs.next()) {
                invokers.add(rs.getLong(1));
            }
        }
        ReadingRole own = ReadingRole.of(session);
        roles.put(own.name(), own);
        Way direct = new Way(List.of(), null, own);
        for (Relation r : statement.relations()) {
            if (!r.creates()) {
                CatalogTable t = resolve(r);
                if (t == null) {
                    unknown.add(r.toString());
                } else {
                    follow(t, direct, r.write() ? command(statement) : locks(statement) ? "UPDATE" : "SELECT", 0);
                }
            }
        }
        if (statement.callsFunctions()) {
            followFunctions(PolicyExpression.namesIn(statement.sql()), direct, 0);
        }
        return List.copyOf(found.values());
    }

    /** Names of the statement that no relation of the database has, on the search path or as they are written. */
    public Set<String> unknown() {
        return unknown;
    }

    /** SELECT ... FOR UPDATE needs the policies for UPDATE as well. */
    private static boolean locks(SqlStatement statement) {
        return statement.operation().equals("SELECT")
                && statement
                        .scrubbed()
                        .toLowerCase(java.util.Locale.ROOT)
                        .matches("(?s).*\\bfor (no key update|update|key share|share)\\b.*");
    }

    private static String command(SqlStatement statement) {
        return switch (statement.verb()) {
            case INSERT -> "INSERT";
            case DELETE -> "DELETE";
            default -> "UPDATE";
        };
    }

    private CatalogTable resolve(Relation r) {
        if (r.schema() != null) {
            return catalog.table(r.schema(), r.name());
        }
        for (String schema : session.searchPath()) {
            CatalogTable t = catalog.table(schema, r.name());
            if (t != null) {
                return t;
            }
        }
        return null;
    }

    private void follow(CatalogTable t, Way way, String command, int depth) throws SQLException {
        if (depth > MAX_DEPTH) {
            return;
        }
        switch (t.kind()) {
            case SEQUENCE -> {}
            case VIEW -> {
                String what = "view " + t.qualifiedName();
                Way below = invokers.contains(t.oid()) ? way.through(what) : way.through(what, role(t.owner()));
                for (CatalogTable next : catalog.reads(t)) {
                    follow(next, below, command, depth + 1);
                }
            }
            default -> {
                boolean guarded = t.isProtected()
                        || !t.policies().isEmpty()
                        || t.kind() == CatalogTable.Kind.MATERIALIZED_VIEW
                                && !catalog.protectedBelow(t).isEmpty();
                Access access = new Access(
                        t, way.via(), way.rightsOf(), way.role(), command, Enforcement.of(t, way.role()), guarded);
                found.putIfAbsent(t.oid() + " " + way.role().name() + " " + command, access);
            }
        }
    }

    private void followFunctions(Set<String> names, Way way, int depth) throws SQLException {
        if (depth > 3 || names.isEmpty()) {
            return;
        }
        for (Function f : functions(names)) {
            String what = "function " + f.name();
            Way below = f.definer() ? way.through(what, role(f.owner())) : way.through(what);
            Set<String> inside = PolicyExpression.namesIn(f.body());
            for (String name : inside) {
                for (String schema : session.searchPath()) {
                    CatalogTable t = catalog.table(schema, name);
                    if (t != null) {
                        follow(t, below, "SELECT", depth + 1);
                        break;
                    }
                }
                for (CatalogTable t : catalog.protectedTables()) {
                    if (t.name().equals(name) && inside.contains(t.schema())) {
                        follow(t, below, "SELECT", depth + 1);
                    }
                }
            }
            followFunctions(inside, below, depth + 1);
        }
    }

    private List<Function> functions(Set<String> names) throws SQLException {
        List<Function> functions = new ArrayList<>();
        try (PreparedStatement s = PlainStatements.prepare(connection, FUNCTIONS)) {
            s.setString(1, String.join(SEPARATOR, names));
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    boolean reachable = rs.getBoolean(7) || names.contains(rs.getString(2));
                    if (reachable && functionsSeen.add(rs.getLong(1))) {
                        functions.add(new Function(
                                rs.getString(2) + "." + rs.getString(3),
                                rs.getBoolean(4),
                                rs.getString(5),
                                rs.getString(6)));
                    }
                }
            }
        }
        return functions;
    }

    private ReadingRole role(String name) throws SQLException {
        ReadingRole known = roles.get(name);
        if (known == null) {
            known = readRoles(List.of(name)).getOrDefault(name, new ReadingRole(name, false, false, Set.of(name)));
            roles.put(name, known);
        }
        return known;
    }

    private Map<String, ReadingRole> readRoles(Collection<String> names) throws SQLException {
        Map<String, ReadingRole> read = new HashMap<>();
        try (PreparedStatement s = PlainStatements.prepare(connection, ROLES)) {
            s.setString(1, String.join(SEPARATOR, names));
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    read.put(
                            rs.getString(1),
                            new ReadingRole(
                                    rs.getString(1),
                                    rs.getBoolean(2),
                                    rs.getBoolean(3),
                                    Set.copyOf(Arrays.asList(rs.getString(4).split(SEPARATOR)))));
                }
            }
        }
        return read;
    }
}
