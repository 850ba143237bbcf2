package io.tenantwarden.rls.catalog;

import io.tenantwarden.rls.sql.ProgramText;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads a {@link Catalog}. Everything is qualified with {@code pg_catalog}, operators too, so that no object of the same
 * name in another schema of the search path can answer in its place. Used once, by one thread.
 */
final class CatalogReader {

    /** Separates names within one string; no sane name holds it. */
    static final String SEPARATOR = "\u0001";

    /** Objects below it came with the server. */
    private static final long FIRST_USER_OID = 16384;

    /** Functions that call functions that call functions: as far as a setting's name is looked for. */
    private static final int CALL_DEPTH = 4;

    private final Connection connection;
    private final CatalogOptions options;
    private final CatalogRelations relations;
    private final Map<Long, Set<Long>> functionsOfPolicy = new HashMap<>();
    private final Map<Long, Function> functions = new HashMap<>();
    private final Map<String, List<Function>> functionsByName = new HashMap<>();
    private final Map<Set<Long>, Map<String, Set<String>>> giversOf = new HashMap<>();
    private final Set<String> unread = new TreeSet<>();

    /** @param read false when its definition was locked, so that nothing else is known */
    private record Function(
            long oid, String name, boolean read, Set<String> settings, Set<String> calls, boolean computes) {}

    CatalogReader(Connection connection, CatalogOptions options) {
        this.connection = connection;
        this.options = options;
        this.relations = new CatalogRelations(options);
    }

    Catalog read() throws SQLException {
        String database;
        int version;
        try (Statement s = PlainStatements.create(connection);
                ResultSet rs = s.executeQuery(CatalogQueries.DATABASE)) {
            rs.next();
            database = rs.getString(1);
            version = rs.getInt(2);
        }
        readRelations();
        readUses();
        if (!functionsOfPolicy.isEmpty()) {
            readFunctions();
        }
        readPolicies();
        relations.complete();
        return new Catalog(
                database,
                version,
                relations.tables(),
                relations.reads(),
                relations.rules(),
                relations.protectsAny() ? new RoutineReader(connection, version).read() : Routines.NONE,
                List.copyOf(unread),
                relations.reads().isEmpty()
                        ? Map.of()
                        : new ViewColumns(connection).read(relations.tenantColumnNumbers()));
    }

    private void readRelations() throws SQLException {
        try (PreparedStatement s = PlainStatements.prepare(connection, CatalogQueries.RELATIONS)) {
            s.setString(1, CatalogRelations.tenantColumns(options));
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    relations.add(rs, 1);
                }
            }
        }
        readDomains();
    }

    private void readDomains() throws SQLException {
        List<CatalogRelations.Row> users = relations.rows().stream()
                .filter(row -> row.columnTypeOid >= FIRST_USER_OID)
                .toList();
        if (users.isEmpty()) {
            return;
        }
        Map<Long, String> types = new HashMap<>();
        try (PreparedStatement s = PlainStatements.prepare(connection, CatalogQueries.DOMAINS)) {
            s.setString(
                    1,
                    oids(users.stream().map(row -> row.columnTypeOid).distinct().toList()));
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    types.put(rs.getLong(1), rs.getString(2));
                }
            }
        }
        for (CatalogRelations.Row row : users) {
            row.columnType = types.getOrDefault(row.columnTypeOid, row.columnType);
        }
    }

    private static String oids(Collection<Long> oids) {
        return oids.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    private void readUses() throws SQLException {
        try (Statement s = PlainStatements.create(connection);
                ResultSet rs = s.executeQuery(CatalogQueries.USES)) {
            while (rs.next()) {
                long from = rs.getLong(2);
                long to = rs.getLong(3);
                switch (rs.getInt(1)) {
                    case 1 -> relations.viewReads(from, to);
                    case 4 -> relations.ruleUses(from, to);
                    case 2 -> relations.inherits(from, to);
                    default ->
                        functionsOfPolicy
                                .computeIfAbsent(from, k -> new HashSet<>())
                                .add(to);
                }
            }
        }
    }

    private void readPolicies() throws SQLException {
        List<PolicyRow> found = new ArrayList<>();
        Map<Kind, Long> printed = new HashMap<>();
        try (Statement s = PlainStatements.create(connection);
                ResultSet rs = s.executeQuery(CatalogQueries.POLICIES)) {
            while (rs.next()) {
                if (relations.row(rs.getLong(1)) != null) {
                    PolicyRow p = new PolicyRow(
                            rs.getLong(1),
                            rs.getLong(2),
                            rs.getString(3),
                            command(rs.getString(4)),
                            rs.getBoolean(5),
                            List.of(rs.getString(6).split(SEPARATOR)),
                            rs.getString(7),
                            rs.getString(8),
                            rs.getString(9),
                            rs.getBoolean(10));
                    found.add(p);
                }
            }
        }
        Map<Long, String> columns = readColumns(found);
        Map<Long, Kind> kinds = new HashMap<>();
        for (PolicyRow p : found) {
            Kind kind = new Kind(p.using(), p.check(), columns.get(p.oid()));
            kinds.put(p.oid(), kind);
            if (!p.locked()) {
                printed.putIfAbsent(kind, p.oid());
            }
        }
        Map<Long, Expressions> expressions = readExpressions(printed.values());
        List<Long> ofTheirOwn = new ArrayList<>();
        for (PolicyRow p : found) {
            Expressions e = expressions.get(printed.get(kinds.get(p.oid())));
            if (e != null && e.namesTable() && !p.locked() && !expressions.containsKey(p.oid())) {
                ofTheirOwn.add(p.oid());
            }
        }
        expressions.putAll(readExpressions(ofTheirOwn));
        for (PolicyRow p : found) {
            Expressions e = expressions.get(printed.get(kinds.get(p.oid())));
            if (e != null && e.namesTable()) {
                e = expressions.get(p.oid());
            }
            CatalogRelations.Row row = relations.row(p.table());
            if (e == null && p.locked()) {
                unread.add(row.qualifiedName());
                e = Expressions.UNREAD;
            }
            if (e == null) {
                // dropped between the two queries; who asks again reads the rest
                continue;
            }
            Set<String> settings = e.settings();
            Set<Long> called = functionsOfPolicy.get(p.oid());
            if (called != null) {
                settings = new TreeSet<>(settings);
                if (!addSettingsOfFunctions(called, settings)) {
                    unread.add(row.qualifiedName());
                }
                settings = Collections.unmodifiableSet(settings);
            }
            Map<String, Set<String>> givers = called == null ? Map.of() : givers(called);
            row.add(new Policy(
                    p.name(), p.command(), p.permissive(), p.roles(), e.using(), e.check(), settings, givers));
        }
    }

    /**
     * @param using the same for policies with the same USING; null when there is none
     * @param check the same for policies with the same WITH CHECK; null when there is none
     * @param columns numbers of the table's columns in them; null when there is none
     * @param locked whether another session keeps it from being printed
     */
    private record PolicyRow(
            long table,
            long oid,
            String name,
            String command,
            boolean permissive,
            List<String> roles,
            String using,
            String check,
            String columns,
            boolean locked) {}

    /** The same for policies whose expressions read the same. */
    private record Kind(String using, String check, String columns) {}

    /** By policy, the numbers and names of the columns in its expressions. */
    private Map<Long, String> readColumns(List<PolicyRow> policies) throws SQLException {
        Map<Long, String> columns = new HashMap<>();
        List<Long> others = new ArrayList<>();
        for (PolicyRow p : policies) {
            CatalogRelations.Row row = relations.row(p.table());
            if (p.columns() == null || p.columns().equals(row.columnNumber)) {
                columns.put(p.oid(), p.columns() == null ? "" : row.columnNumber + SEPARATOR + row.column);
            } else {
                others.add(p.oid());
            }
        }
        if (others.isEmpty()) {
            return columns;
        }
        try (PreparedStatement s = PlainStatements.prepare(connection, CatalogQueries.COLUMNS_OF_POLICIES)) {
            s.setString(1, oids(others));
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    columns.put(rs.getLong(1), rs.getString(2));
                }
            }
        }
        return columns;
    }

    private record Expressions(String using, String check, Set<String> settings, boolean namesTable) {

        static final Expressions UNREAD = new Expressions(null, null, Set.of(), false);
    }

    private Map<Long, Expressions> readExpressions(Collection<Long> policies) throws SQLException {
        Map<Long, Expressions> expressions = new HashMap<>();
        if (policies.isEmpty()) {
            return expressions;
        }
        try (PreparedStatement s = PlainStatements.prepare(connection, CatalogQueries.EXPRESSIONS)) {
            s.setString(1, oids(policies));
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    if (rs.getString(1) == null) {
                        continue;
                    }
                    String using = rs.getString(2);
                    String check = rs.getString(3);
                    Set<String> settings = new TreeSet<>();
                    addSettings(using, settings);
                    addSettings(check, settings);
                    expressions.put(
                            rs.getLong(1),
                            new Expressions(using, check, Collections.unmodifiableSet(settings), rs.getBoolean(4)));
                }
            }
        }
        return expressions;
    }

    private static String command(String polcmd) {
        return switch (polcmd) {
            case "r" -> "SELECT";
            case "a" -> "INSERT";
            case "w" -> "UPDATE";
            case "d" -> "DELETE";
            default -> "ALL";
        };
    }

    // ---------------------------------------------------------------- settings read by functions

    private void readFunctions() throws SQLException {
        Set<String> wanted = new TreeSet<>();
        try (Statement s = PlainStatements.create(connection);
                ResultSet rs = s.executeQuery(CatalogQueries.FUNCTIONS_OF_POLICIES)) {
            addFunctions(rs, wanted);
        }
        for (int depth = 1; depth < CALL_DEPTH && !wanted.isEmpty(); depth++) {
            try (PreparedStatement s = PlainStatements.prepare(connection, CatalogQueries.FUNCTIONS_BY_NAME)) {
                s.setString(1, String.join(SEPARATOR, wanted));
                for (String name : wanted) {
                    functionsByName.computeIfAbsent(name, k -> new ArrayList<>(1));
                }
                wanted.clear();
                try (ResultSet rs = s.executeQuery()) {
                    addFunctions(rs, wanted);
                }
            }
        }
    }

    private void addFunctions(ResultSet rs, Set<String> wanted) throws SQLException {
        while (rs.next()) {
            long oid = rs.getLong(1);
            if (rs.wasNull() || functions.containsKey(oid)) {
                continue;
            }
            String source = rs.getString(3);
            // the language does not matter: rather a call too many
            ProgramText text = ProgramText.read(source == null ? "" : source, null, false);
            Function function = new Function(
                    oid, rs.getString(2), source != null, text.settingsRead(), text.calls(), text.computes());
            functions.put(oid, function);
            functionsByName
                    .computeIfAbsent(function.name(), k -> new ArrayList<>(1))
                    .add(function);
            wanted.addAll(function.calls());
        }
        wanted.removeAll(functionsByName.keySet());
    }

    private static void addSettings(String text, Set<String> settings) {
        if (text == null) {
            return;
        }
        settings.addAll(ProgramText.read(text, null, false).settingsRead());
    }

    /** Returns whether all functions could be read. */
    private boolean addSettingsOfFunctions(Set<Long> oids, Set<String> settings) {
        boolean complete = true;
        for (Function f : withCalled(oids)) {
            complete &= f.read();
            settings.addAll(f.settings());
        }
        return complete;
    }

    /** These functions and all that they call, as far as they were read. */
    private List<Function> withCalled(Set<Long> oids) {
        Set<Long> seen = new HashSet<>();
        List<Function> queue = new ArrayList<>();
        for (Long oid : oids) {
            Function f = functions.get(oid);
            if (f != null && seen.add(f.oid())) {
                queue.add(f);
            }
        }
        for (int i = 0; i < queue.size(); i++) {
            for (String name : queue.get(i).calls()) {
                for (Function called : functionsByName.getOrDefault(name, List.of())) {
                    if (seen.add(called.oid())) {
                        queue.add(called);
                    }
                }
            }
        }
        return queue;
    }

    /** {@link Policy#givers} of a policy that calls these functions. */
    private Map<String, Set<String>> givers(Set<Long> oids) {
        return giversOf.computeIfAbsent(oids, called -> {
            Map<String, Set<String>> givers = new HashMap<>();
            Set<String> others = new HashSet<>();
            for (Long oid : called) {
                Function f = functions.get(oid);
                if (f == null) {
                    continue;
                }
                Set<String> settings = new TreeSet<>();
                boolean handsOn = true;
                for (Function each : withCalled(Set.of(oid))) {
                    handsOn &= each.read() && !each.computes();
                    settings.addAll(each.settings());
                }
                if (handsOn && !settings.isEmpty()) {
                    givers.put(f.name(), Collections.unmodifiableSet(settings));
                } else {
                    others.add(f.name()); // another of the same name
                }
            }
            givers.keySet().removeAll(others);
            return Map.copyOf(givers);
        });
    }
}
