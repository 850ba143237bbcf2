package io.tenantwarden.tests.scenarios;

import static io.tenantwarden.tests.scenarios.Observed.execute;
import static io.tenantwarden.tests.scenarios.Observed.results;
import static io.tenantwarden.tests.scenarios.Observed.row;
import static io.tenantwarden.tests.scenarios.Observed.rows;
import static io.tenantwarden.tests.scenarios.Observed.state;
import static io.tenantwarden.tests.scenarios.Observed.warnings;

import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;

/** The kinds of things that applications do with the driver. Each leaves the data as it was. */
final class DriverKinds {

    private static final String SELECT = "select id, name from things order by id";

    /** Where to connect to, with the parameters of the run, and more. */
    interface Connector {
        Connection open(String moreParameters) throws SQLException;

        String url(String moreParameters);

        String user();
    }

    /** One kind. */
    @FunctionalInterface
    interface Kind {
        void run(Connector connector, Observed seen) throws Exception;
    }

    private DriverKinds() {}

    /** All of them, by name. */
    static Map<String, Kind> all() {
        Map<String, Kind> kinds = new LinkedHashMap<>();
        kinds.put("transactions", DriverKinds::transactions);
        kinds.put("failures", DriverKinds::failures);
        kinds.put("autosave", DriverKinds::autosave);
        kinds.put("deallocate", DriverKinds::deallocate);
        kinds.put("batches", DriverKinds::batches);
        kinds.put("failing batches", DriverKinds::failingBatches);
        kinds.put("cursors", DriverKinds::cursors);
        kinds.put("cursors in SQL", DriverKinds::cursorsInSql);
        kinds.put("metadata", DriverKinds::metadata);
        kinds.put("generated keys", DriverKinds::generatedKeys);
        kinds.put("updatable rows", DriverKinds::updatableRows);
        kinds.put("large objects", DriverKinds::largeObjects);
        kinds.put("copy", DriverKinds::copy);
        kinds.put("calls", DriverKinds::calls);
        kinds.put("values", DriverKinds::values);
        kinds.put("timeouts", DriverKinds::timeouts);
        kinds.put("several statements", DriverKinds::severalStatements);
        kinds.put("distributed transactions", XaKind::run);
        return kinds;
    }

    private static String sum(Connection c) throws SQLException {
        try (Statement s = c.createStatement()) {
            return rows(s.executeQuery("select count(*), sum(amount), max(name) from things"))
                    .toString();
        }
    }

    private static void transactions(Connector connector, Observed seen) throws Exception {
        try (Connection c = connector.open("");
                Statement s = c.createStatement()) {
            seen.step(c, "select in autocommit", () -> execute(s, SELECT));
            c.setAutoCommit(false);
            seen.step(c, "no statement yet", () -> null);
            seen.step(c, "update", () -> execute(s, "update things set amount = amount + 1"));
            seen.step(c, "rollback", () -> {
                c.rollback();
                return sum(c);
            });
            Savepoint[] point = new Savepoint[2];
            seen.step(c, "savepoint", () -> {
                c.setSavepoint("one");
                point[0] = c.setSavepoint("two");
                return point[0].getSavepointName();
            });
            seen.step(c, "insert", () -> s.executeUpdate("insert into things (id, name) values (50, 'fifty')"));
            seen.step(c, "nested savepoint", () -> {
                point[1] = c.setSavepoint();
                return s.executeUpdate("delete from things where id < 5");
            });
            seen.step(c, "back to it", () -> {
                c.rollback(point[1]);
                return sum(c);
            });
            seen.step(c, "back to the first", () -> {
                c.rollback(point[0]);
                return sum(c);
            });
            seen.step(c, "release", () -> {
                c.releaseSavepoint(point[0]);
                return sum(c);
            });
            seen.step(c, "commit", () -> {
                c.commit();
                return null;
            });
            for (String sql : List.of(
                    "begin",
                    "update things set amount = amount + 1",
                    "savepoint x",
                    "delete from things",
                    "rollback to savepoint x",
                    "release x",
                    "rollback and chain",
                    "select count(*) from things",
                    "commit and chain",
                    "select sum(amount) from things",
                    "commit",
                    "commit")) {
                seen.step(c, sql, () -> execute(s, sql) + warnings(s.getWarnings()));
            }
            c.setAutoCommit(true);
            for (String sql : List.of(
                    "begin isolation level serializable",
                    "select count(*) from things",
                    "abort",
                    "start transaction read only",
                    "select count(*) from things",
                    "update things set amount = 1",
                    "select count(*) from things",
                    "end")) {
                seen.step(c, sql, () -> execute(s, sql) + warnings(s.getWarnings()));
            }
            for (int level : new int[] {
                Connection.TRANSACTION_SERIALIZABLE,
                Connection.TRANSACTION_REPEATABLE_READ,
                Connection.TRANSACTION_READ_COMMITTED
            }) {
                seen.step(c, "level " + level, () -> {
                    c.setTransactionIsolation(level);
                    c.setAutoCommit(false);
                    String is = c.getTransactionIsolation() + sum(c);
                    c.setAutoCommit(true);
                    return is;
                });
            }
            seen.step(c, "set transaction first", () -> {
                c.setAutoCommit(false);
                s.execute("set transaction isolation level serializable, read only, deferrable");
                return sum(c) + execute(s, "show transaction_isolation");
            });
            seen.step(c, "and after a query", () -> execute(s, "set transaction isolation level read committed"));
            seen.step(c, "rollback", () -> {
                c.rollback();
                return sum(c);
            });
            seen.step(c, "autocommit switched on commits", () -> {
                s.executeUpdate("update things set amount = amount");
                c.setAutoCommit(true);
                return sum(c);
            });
            for (boolean autocommit : new boolean[] {true, false}) {
                seen.step(c, "read only, autocommit " + autocommit, () -> {
                    c.setReadOnly(true);
                    c.setAutoCommit(autocommit);
                    return execute(s, SELECT);
                });
                seen.step(c, "cannot write", () -> s.executeUpdate("update things set amount = 0"));
                seen.step(c, "read write again", () -> {
                    if (!autocommit) {
                        c.rollback();
                        c.setAutoCommit(true);
                    }
                    c.setReadOnly(false);
                    return s.executeUpdate("update things set amount = amount");
                });
            }
            seen.step(c, "vacuum", () -> execute(s, "vacuum scratch"));
            seen.step(c, "isValid", () -> c.isValid(5));
            seen.step(
                    c, "set constraints", () -> execute(s, "set constraints all deferred") + warnings(s.getWarnings()));
        }
    }

    private static void failures(Connector connector, Observed seen) throws Exception {
        for (boolean autocommit : new boolean[] {true, false}) {
            try (Connection c = connector.open("");
                    Statement s = c.createStatement()) {
                c.setAutoCommit(autocommit);
                for (String sql : List.of(
                        "select 1/0 from things",
                        "select nothing from things",
                        "select * from nowhere",
                        "selec 1",
                        "",
                        ";",
                        "insert into things (id, name) values (1, 'there already')",
                        "insert into things (id, tenant_id, name) values (60, 'b', 'foreign')",
                        "update things set tenant_id = 'b' where id = 1",
                        "insert into things (id, name, mood) values (61, 'x', 'furious')",
                        "commit")) {
                    seen.step(c, sql, () -> execute(s, sql));
                    seen.step(c, "afterwards", () -> sum(c));
                    if (!autocommit) {
                        c.rollback();
                    }
                }
                seen.step(c, "a query that is no query", () -> s.executeQuery("update things set amount = amount"));
                seen.step(c, "an update that is a query", () -> s.executeUpdate(SELECT));
                try (PreparedStatement p = c.prepareStatement("select name from things where id = ?")) {
                    seen.step(c, "no parameter", p::executeQuery);
                    p.setInt(1, 3);
                    seen.step(c, "with it", () -> rows(p.executeQuery()));
                }
                seen.step(c, "commit of a failed transaction", () -> {
                    if (!autocommit) {
                        c.rollback();
                        try {
                            s.execute("select 1/0");
                        } catch (SQLException e) {
                            c.commit();
                        }
                    }
                    return null;
                });
                seen.step(c, "close with an open transaction", () -> {
                    if (!autocommit) {
                        s.execute("update things set amount = 0");
                    }
                    c.close();
                    return null;
                });
                seen.step(c, "closed", () -> s.execute("select 1"));
            }
        }
    }

    private static void autosave(Connector connector, Observed seen) throws Exception {
        for (String parameters : List.of(
                "&autosave=always",
                "&autosave=always&cleanupSavepoints=true",
                "&autosave=conservative",
                "&autosave=never")) {
            try (Connection c = connector.open(parameters);
                    Statement s = c.createStatement()) {
                c.setAutoCommit(false);
                s.execute("create temp table changing as select id, name from things");
                for (int i = 0; i < 6; i++) {
                    String how = parameters + " " + i;
                    try (PreparedStatement p = c.prepareStatement("select * from changing order by 1")) {
                        seen.step(c, how, () -> rows(p.executeQuery()).size());
                    }
                    if (i == 3) {
                        c.commit();
                        s.execute("alter table changing add more int");
                        c.commit();
                    }
                }
                seen.step(c, "failing", () -> execute(s, "select 1/0 from things"));
                seen.step(c, "after it", () -> sum(c));
                seen.step(c, "a batch that fails", () -> {
                    s.addBatch("update things set amount = amount");
                    s.addBatch("insert into things (id, name) select 1/0, 'x' from things");
                    return s.executeBatch();
                });
                seen.step(c, "after the batch", () -> sum(c));
                seen.step(c, "rollback", () -> {
                    c.rollback();
                    return sum(c);
                });
            }
        }
    }

    private static void deallocate(Connector connector, Observed seen) throws Exception {
        for (String parameters : List.of(
                "&prepareThreshold=1",
                "&prepareThreshold=2",
                "&prepareThreshold=1&flushCacheOnDeallocate=false",
                "&prepareThreshold=1&autosave=conservative",
                "&prepareThreshold=5&autosave=conservative&flushCacheOnDeallocate=false")) {
            for (boolean autocommit : new boolean[] {true, false}) {
                for (String sql : List.of(
                        "deallocate all",
                        "do $$ begin execute 'deallocate all'; end $$",
                        "discard plans",
                        "discard all")) {
                    try (Connection c = connector.open(parameters);
                            Statement s = c.createStatement();
                            PreparedStatement p = c.prepareStatement(SELECT)) {
                        for (int i = 0; i < 6; i++) {
                            p.executeQuery().close();
                            s.executeQuery("select count(*) from things").close();
                        }
                        c.setAutoCommit(autocommit);
                        String how = parameters + " " + (autocommit ? "" : "in a transaction, ") + sql;
                        seen.step(c, how, () -> execute(s, sql));
                        if (!autocommit && sql.equals("discard all")) {
                            c.rollback();
                        }
                        seen.step(c, "unnamed", () -> execute(s, "select name from things where id = 2"));
                        seen.step(c, "known, plain", () -> execute(s, "select count(*) from things"));
                        seen.step(c, "prepared", () -> rows(p.executeQuery()).size());
                        seen.step(c, "again", () -> rows(p.executeQuery()).size());
                    }
                }
            }
        }
    }

    private static void batches(Connector connector, Observed seen) throws Exception {
        for (boolean autocommit : new boolean[] {true, false}) {
            try (Connection c = connector.open("");
                    Statement s = c.createStatement();
                    PreparedStatement insert = c.prepareStatement("insert into things (id, name) values (?, ?)");
                    PreparedStatement update = c.prepareStatement("update things set name = ? where id = ?")) {
                c.setAutoCommit(autocommit);
                seen.step(c, "empty", s::executeBatch);
                s.addBatch("insert into things (id, name) values (201, 'x')");
                s.addBatch("update things set amount = amount");
                s.addBatch("delete from things where id = 201");
                seen.step(c, "mixed", s::executeBatch);
                seen.step(c, "emptied", s::executeBatch);
                s.addBatch("delete from things where id = 1");
                s.clearBatch();
                seen.step(c, "cleared", s::executeBatch);
                for (int i = 0; i < 500; i++) {
                    insert.setInt(1, 1000 + i);
                    insert.setString(2, "n" + i);
                    insert.addBatch();
                }
                seen.step(
                        c,
                        "500 inserts",
                        () -> Arrays.stream(insert.executeBatch()).sum());
                seen.step(c, "are there", () -> sum(c));
                for (int i = 0; i < 300; i++) {
                    update.setString(1, "m" + i);
                    update.setInt(2, 1000 + i);
                    update.addBatch();
                }
                seen.step(
                        c,
                        "300 updates",
                        () -> Arrays.stream(update.executeLargeBatch()).sum());
                seen.step(c, "gone", () -> s.executeUpdate("delete from things where id >= 1000"));
                s.addBatch("select 1");
                seen.step(c, "a query in a batch", s::executeBatch);
                if (!autocommit) {
                    seen.step(c, "rollback", () -> {
                        c.rollback();
                        return sum(c);
                    });
                }
            }
        }
    }

    private static void failingBatches(Connector connector, Observed seen) throws Exception {
        for (boolean autocommit : new boolean[] {true, false}) {
            try (Connection c = connector.open("");
                    Statement s = c.createStatement();
                    PreparedStatement p = c.prepareStatement("insert into things (id, name) values (?, ?)")) {
                c.setAutoCommit(autocommit);
                for (int bad : new int[] {0, 2, 4}) {
                    for (int i = 0; i < 5; i++) {
                        p.setInt(1, i == bad ? 1 : 700 + i);
                        p.setString(2, "x");
                        p.addBatch();
                    }
                    seen.step(c, "prepared, fails at " + bad, p::executeBatch);
                    if (!autocommit) {
                        c.rollback();
                    }
                    seen.step(c, "afterwards", () -> sum(c));
                    for (int i = 0; i < 5; i++) {
                        s.addBatch(
                                i == bad
                                        ? "update things set amount = 1/0"
                                        : "insert into things (id, name) values (" + (800 + i) + ", 'x')");
                    }
                    seen.step(c, "plain, fails at " + bad, s::executeBatch);
                    if (!autocommit) {
                        c.rollback();
                    }
                    seen.step(c, "afterwards", () -> sum(c));
                    s.executeUpdate("delete from things where id between 700 and 900");
                    if (!autocommit) {
                        c.commit();
                    }
                }
            }
        }
    }

    private static void cursors(Connector connector, Observed seen) throws Exception {
        for (boolean autocommit : new boolean[] {true, false}) {
            try (Connection c = connector.open("")) {
                c.setAutoCommit(autocommit);
                for (int fetch : new int[] {0, 1, 3}) {
                    try (Statement s = c.createStatement();
                            PreparedStatement p =
                                    c.prepareStatement("select name from things where id > ? order by id")) {
                        s.setFetchSize(fetch);
                        p.setFetchSize(fetch);
                        p.setInt(1, 4);
                        seen.step(c, "fetch size " + fetch, () -> execute(s, SELECT));
                        seen.step(c, "prepared", () -> rows(p.executeQuery()));
                        p.setMaxRows(2);
                        seen.step(c, "max rows", () -> rows(p.executeQuery()));
                        seen.step(c, "two at once", () -> {
                            ResultSet first = s.executeQuery(SELECT);
                            first.next();
                            List<Object> both = new ArrayList<>(row(first));
                            both.addAll(rows(p.executeQuery()));
                            first.next();
                            both.addAll(row(first));
                            return both;
                        });
                        seen.step(c, "closed in the middle", () -> {
                            ResultSet set = s.executeQuery(SELECT);
                            set.next();
                            set.close();
                            return sum(c);
                        });
                        seen.step(c, "read after commit", () -> {
                            ResultSet set = s.executeQuery(SELECT);
                            set.next();
                            if (!autocommit) {
                                c.commit();
                            }
                            return rows(set).size();
                        });
                        if (!autocommit) {
                            c.rollback();
                        }
                    }
                }
                try (Statement s = c.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY)) {
                    seen.step(c, "scrolling", () -> {
                        ResultSet set = s.executeQuery(SELECT);
                        List<Object> found = new ArrayList<>();
                        set.last();
                        found.add(set.getRow());
                        set.absolute(3);
                        found.addAll(row(set));
                        set.previous();
                        found.addAll(row(set));
                        set.relative(4);
                        found.addAll(row(set));
                        return found;
                    });
                }
                if (!autocommit) {
                    c.rollback();
                }
            }
        }
    }

    private static void cursorsInSql(Connector connector, Observed seen) throws Exception {
        try (Connection c = connector.open("");
                Statement s = c.createStatement()) {
            seen.step(c, "declare in autocommit", () -> execute(s, "declare c cursor for " + SELECT));
            c.setAutoCommit(false);
            for (String sql : List.of(
                    "declare c scroll cursor for " + SELECT,
                    "fetch 2 from c",
                    "move 3 from c",
                    "fetch backward 1 from c",
                    "update things set amount = amount",
                    "fetch last from c",
                    "declare h cursor with hold for " + SELECT,
                    "close c",
                    "fetch c")) {
                seen.step(c, sql, () -> execute(s, sql));
            }
            seen.step(c, "rollback", () -> {
                c.rollback();
                return null;
            });
            s.execute("declare h cursor with hold for " + SELECT);
            c.commit();
            c.setAutoCommit(true);
            for (String sql : List.of("fetch 2 from h", "fetch all from h", "close all")) {
                seen.step(c, sql, () -> execute(s, sql));
            }
        }
    }

    private static void metadata(Connector connector, Observed seen) throws Exception {
        for (boolean autocommit : new boolean[] {true, false}) {
            try (Connection c = connector.open("");
                    PreparedStatement p =
                            c.prepareStatement("select id, name, mood, tags, born, parts from things where id = ?")) {
                c.setAutoCommit(autocommit);
                DatabaseMetaData database = c.getMetaData();
                seen.step(
                        c,
                        "tables",
                        () -> rows(database.getTables(null, "public", "th%", new String[] {"TABLE"}))
                                .size());
                seen.step(c, "columns", () -> {
                    List<Object> names = new ArrayList<>();
                    try (ResultSet set = database.getColumns(null, "public", "things", null)) {
                        while (set.next()) {
                            names.add(set.getString("COLUMN_NAME") + " " + set.getString("TYPE_NAME"));
                        }
                    }
                    return names;
                });
                seen.step(
                        c,
                        "keys",
                        () -> rows(database.getPrimaryKeys(null, "public", "things"))
                                .size());
                seen.step(
                        c,
                        "imported keys",
                        () -> rows(database.getImportedKeys(null, "public", "things"))
                                .size());
                seen.step(
                        c,
                        "indexes",
                        () -> rows(database.getIndexInfo(null, "public", "things", false, false))
                                .size());
                seen.step(
                        c,
                        "functions",
                        () -> rows(database.getFunctions(null, "public", "%")).size());
                seen.step(
                        c,
                        "schemas",
                        () -> c.getSchema() + rows(database.getSchemas()).size());
                seen.step(c, "keywords", () -> database.getSQLKeywords().length());
                seen.step(c, "parameters", () -> {
                    ParameterMetaData parameters = p.getParameterMetaData();
                    return parameters.getParameterCount() + " " + parameters.getParameterTypeName(1);
                });
                seen.step(c, "columns of a statement", () -> columns(p.getMetaData()));
                p.setInt(1, 1);
                seen.step(c, "columns of a result", () -> {
                    try (ResultSet set = p.executeQuery()) {
                        return columns(set.getMetaData());
                    }
                });
                seen.step(c, "look-ups while rows are read", () -> {
                    try (Statement s = c.createStatement()) {
                        s.setFetchSize(2);
                        ResultSet set = s.executeQuery("select mood, tags, parts, born from things order by id");
                        List<Object> found = new ArrayList<>();
                        while (set.next()) {
                            found.add(String.valueOf(set.getObject(1)) + set.getArray(2) + set.getObject(3));
                        }
                        return found;
                    }
                });
                if (!autocommit) {
                    c.rollback();
                }
            }
        }
    }

    private static List<String> columns(ResultSetMetaData columns) throws SQLException {
        List<String> all = new ArrayList<>();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            all.add(columns.getColumnName(i) + " " + columns.getColumnTypeName(i) + " " + columns.isNullable(i) + " "
                    + columns.isAutoIncrement(i) + " " + columns.getTableName(i) + " " + columns.getPrecision(i));
        }
        return all;
    }

    private static void generatedKeys(Connector connector, Observed seen) throws Exception {
        try (Connection c = connector.open("");
                Statement s = c.createStatement()) {
            for (boolean autocommit : new boolean[] {true, false}) {
                c.setAutoCommit(autocommit);
                s.execute("insert into scratch (id, note) values (1, 'first') on conflict do nothing");
                seen.step(c, "all columns", () -> {
                    s.executeUpdate(
                            "insert into things (id, name) values (301, 'x'), (302, 'y')",
                            Statement.RETURN_GENERATED_KEYS);
                    return rows(s.getGeneratedKeys()).toString().replaceAll("\\d{4}-[^,\\]]*", "time");
                });
                seen.step(c, "one column", () -> {
                    s.executeUpdate("insert into things (id, name) values (303, 'z')", new String[] {"id"});
                    return rows(s.getGeneratedKeys());
                });
                seen.step(c, "prepared", () -> {
                    try (PreparedStatement p = c.prepareStatement(
                            "update things set amount = amount where id > ?", new String[] {"id", "name"})) {
                        p.setInt(1, 300);
                        int count = p.executeUpdate();
                        return count + " " + rows(p.getGeneratedKeys());
                    }
                });
                seen.step(c, "batch", () -> {
                    try (PreparedStatement p = c.prepareStatement(
                            "insert into things (id, name) values (?, 'k')", Statement.RETURN_GENERATED_KEYS)) {
                        for (int i = 0; i < 3; i++) {
                            p.setInt(1, 310 + i);
                            p.addBatch();
                        }
                        int[] counts = p.executeBatch();
                        return Arrays.toString(counts)
                                + rows(p.getGeneratedKeys()).size();
                    }
                });
                seen.step(c, "returning", () -> execute(s, "delete from things where id > 300 returning id"));
                seen.step(c, "none", () -> {
                    s.executeUpdate("update things set amount = amount where id = 1");
                    return rows(s.getGeneratedKeys());
                });
            }
            c.rollback();
        }
    }

    private static void updatableRows(Connector connector, Observed seen) throws Exception {
        for (boolean autocommit : new boolean[] {true, false}) {
            try (Connection c = connector.open("");
                    Statement s = c.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE)) {
                c.setAutoCommit(autocommit);
                seen.step(c, "update, insert, delete", () -> {
                    ResultSet set = s.executeQuery("select id, tenant_id, name from things where id < 4 order by id");
                    set.next();
                    String before = set.getString("name");
                    set.updateString("name", "changed");
                    set.updateRow();
                    set.refreshRow();
                    List<Object> found = new ArrayList<>(row(set));
                    set.updateString("name", before);
                    set.updateRow();
                    set.moveToInsertRow();
                    set.updateInt("id", 401);
                    set.updateString("tenant_id", "a");
                    set.updateString("name", "inserted");
                    set.insertRow();
                    set.moveToCurrentRow();
                    set.last();
                    found.addAll(row(set));
                    set.deleteRow();
                    return found;
                });
                seen.step(c, "afterwards", () -> sum(c));
                seen.step(c, "another tenant's row", () -> {
                    ResultSet set = s.executeQuery("select id, tenant_id, name from things where id = 1");
                    set.next();
                    set.updateString("tenant_id", "b");
                    set.updateRow();
                    return null;
                });
                if (!autocommit) {
                    c.rollback();
                }
                seen.step(c, "no key", () -> {
                    ResultSet set = s.executeQuery("select name from things");
                    set.next();
                    set.updateString(1, "x");
                    set.updateRow();
                    return null;
                });
            }
        }
    }

    private static void largeObjects(Connector connector, Observed seen) throws Exception {
        try (Connection c = connector.open("");
                Statement s = c.createStatement()) {
            LargeObjectManager objects = c.unwrap(PGConnection.class).getLargeObjectAPI();
            seen.step(c, "in autocommit", objects::createLO);
            c.setAutoCommit(false);
            seen.step(c, "write and read", () -> {
                long id = objects.createLO();
                try (LargeObject object = objects.open(id)) {
                    object.write("some bytes".getBytes(StandardCharsets.UTF_8));
                    object.seek(5);
                    String end = new String(object.read(5), StandardCharsets.UTF_8) + object.size();
                    String rows = sum(c);
                    objects.unlink(id);
                    return end + rows;
                }
            });
            seen.step(c, "rollback", () -> {
                c.rollback();
                return sum(c);
            });
            seen.step(c, "bytes", () -> {
                try (PreparedStatement p =
                        c.prepareStatement("update things set body = ? where id = 2 returning body")) {
                    p.setBytes(1, new byte[] {1, 0, 2});
                    try (ResultSet set = p.executeQuery()) {
                        set.next();
                        return Arrays.toString(set.getBytes(1));
                    }
                }
            });
            seen.step(c, "stream", () -> {
                try (PreparedStatement p = c.prepareStatement("update things set body = ? where id = 2")) {
                    p.setBinaryStream(1, new ByteArrayInputStream(new byte[100_000]), 100_000);
                    return p.executeUpdate();
                }
            });
            seen.step(c, "its length", () -> execute(s, "select length(body) from things where id = 2"));
            c.rollback();
        }
    }

    private static void copy(Connector connector, Observed seen) throws Exception {
        for (boolean autocommit : new boolean[] {true, false}) {
            try (Connection c = connector.open("");
                    Statement s = c.createStatement()) {
                c.setAutoCommit(autocommit);
                CopyManager copy = c.unwrap(PGConnection.class).getCopyAPI();
                seen.step(c, "out", () -> {
                    StringWriter out = new StringWriter();
                    return copy.copyOut("copy (" + SELECT + ") to stdout", out) + out.toString();
                });
                seen.step(c, "out of the table", () -> copy.copyOut("copy things (id) to stdout", new StringWriter()));
                seen.step(c, "in", () -> copy.copyIn("copy scratch (note) from stdin", new StringReader("x\ny\n")));
                seen.step(c, "came in", () -> execute(s, "delete from scratch where note in ('x', 'y')"));
                seen.step(
                        c,
                        "into a protected table",
                        () -> copy.copyIn("copy things (id, name) from stdin", new StringReader("501\tx\n")));
                if (!autocommit) {
                    c.rollback();
                }
                seen.step(
                        c,
                        "data that is none",
                        () -> copy.copyIn("copy scratch (id, note) from stdin", new StringReader("no number\tx\n")));
                if (!autocommit) {
                    c.rollback();
                }
                seen.step(c, "cancelled in", () -> {
                    CopyIn in = copy.copyIn("copy scratch (note) from stdin");
                    in.writeToCopy("x\n".getBytes(StandardCharsets.UTF_8), 0, 2);
                    in.cancelCopy();
                    return in.isActive();
                });
                if (!autocommit) {
                    c.rollback();
                }
                seen.step(c, "afterwards", () -> sum(c));
            }
        }
    }

    private static void calls(Connector connector, Observed seen) throws Exception {
        for (boolean autocommit : new boolean[] {true, false}) {
            for (String mode : List.of("select", "callIfNoReturn", "call")) {
                try (Connection c = connector.open("&escapeSyntaxCallMode=" + mode);
                        Statement s = c.createStatement()) {
                    c.setAutoCommit(autocommit);
                    seen.step(c, mode + ": function", () -> {
                        try (CallableStatement call = c.prepareCall("{? = call how_many(?)}")) {
                            call.registerOutParameter(1, Types.INTEGER);
                            call.setInt(2, 3);
                            call.execute();
                            return call.getInt(1);
                        }
                    });
                    if (!autocommit) {
                        c.rollback();
                    }
                    seen.step(c, "procedure", () -> {
                        try (CallableStatement call = c.prepareCall("call touch(?)")) {
                            call.setInt(1, 0);
                            return call.execute();
                        }
                    });
                    if (!autocommit) {
                        c.rollback();
                    }
                    seen.step(c, "procedure that commits", () -> execute(s, "call touch_and_commit(0)"));
                    if (!autocommit) {
                        c.rollback();
                    }
                    seen.step(c, "cursor of a function", () -> {
                        try (CallableStatement call = c.prepareCall("{? = call open_things()}")) {
                            call.registerOutParameter(1, Types.OTHER);
                            call.execute();
                            return rows((ResultSet) call.getObject(1)).size();
                        }
                    });
                    if (!autocommit) {
                        c.rollback();
                    }
                    seen.step(
                            c,
                            "do",
                            () -> execute(s, "do $$ begin perform 1 from things; raise notice 'told'; end $$")
                                    + warnings(s.getWarnings()));
                    seen.step(c, "do that fails", () -> execute(s, "do $$ begin perform 1/0 from things; end $$"));
                    if (!autocommit) {
                        c.rollback();
                    }
                    seen.step(
                            c,
                            "explain",
                            () -> execute(s, "explain (costs off) select 1 from things where id = 1")
                                    .size());
                    seen.step(c, "prepare and execute", () -> {
                        s.execute("prepare mine as select count(*) from things");
                        List<Object> found = execute(s, "execute mine");
                        s.execute("deallocate mine");
                        return found;
                    });
                    seen.step(c, "listen", () -> {
                        s.execute("listen news");
                        s.execute("notify news, 'hello'");
                        return c.unwrap(PGConnection.class).getNotifications() != null;
                    });
                }
            }
        }
    }

    private static void values(Connector connector, Observed seen) throws Exception {
        try (Connection c = connector.open("")) {
            for (int i = 0; i < 7; i++) {
                seen.step(c, "array, enum, timestamp " + i, () -> {
                    try (PreparedStatement p = c.prepareStatement(
                            "select count(*) from things where tags && ? and mood = ?::mood and born < ?")) {
                        p.setArray(1, c.createArrayOf("text", new String[] {"t1", "t2"}));
                        p.setObject(2, "happy", Types.OTHER);
                        p.setObject(3, java.time.OffsetDateTime.parse("2030-01-01T00:00:00Z"));
                        return rows(p.executeQuery());
                    }
                });
            }
            seen.step(c, "create table as", () -> {
                try (Statement s = c.createStatement()) {
                    s.execute("create temp table mine as " + SELECT);
                    List<Object> found = execute(s, "select count(*) from mine");
                    s.execute("drop table mine");
                    return found;
                }
            });
            seen.step(c, "merge", () -> {
                try (Statement s = c.createStatement()) {
                    return execute(
                            s,
                            "merge into things t using (values (1)) v(id) on t.id = v.id"
                                    + " when matched then update set amount = amount");
                }
            });
            seen.step(c, "client info", () -> {
                c.setClientInfo("ApplicationName", "mine");
                return c.getClientInfo("ApplicationName") + c.getCatalog().isEmpty();
            });
            seen.step(c, "temporary view", () -> {
                try (Statement s = c.createStatement()) {
                    s.execute("create temp view seen as " + SELECT);
                    return execute(s, "select count(*) from seen");
                }
            });
        }
    }

    /** A cancellation that overtakes its query is lost, and the driver sends only one. */
    private static void cancelWhenAsleep(Connector connector, Statement statement, int pid) {
        try (Connection watcher = connector.open("");
                Statement s = watcher.createStatement()) {
            String asleep = "select 1 from pg_stat_activity where wait_event = 'PgSleep' and pid = " + pid;
            while (rows(s.executeQuery(asleep)).isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            statement.cancel();
        } catch (SQLException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void timeouts(Connector connector, Observed seen) throws Exception {
        for (boolean autocommit : new boolean[] {true, false}) {
            try (Connection c = connector.open("");
                    Statement s = c.createStatement()) {
                c.setAutoCommit(autocommit);
                int pid = c.unwrap(PGConnection.class).getBackendPID();
                seen.step(c, "cancel", () -> {
                    Thread thread = new Thread(() -> cancelWhenAsleep(connector, s, pid));
                    thread.start();
                    try {
                        return s.execute("select pg_sleep(30) from things");
                    } finally {
                        thread.join();
                    }
                });
                seen.step(c, "afterwards", () -> {
                    if (!autocommit) {
                        c.rollback();
                    }
                    return sum(c);
                });
                seen.step(c, "cancel of nothing", () -> {
                    s.cancel();
                    return sum(c);
                });
                seen.step(c, "statement_timeout", () -> {
                    s.execute("set statement_timeout = 200");
                    return s.execute("select pg_sleep(30) from things");
                });
                seen.step(c, "and then", () -> {
                    if (!autocommit) {
                        c.rollback();
                    }
                    s.execute("set statement_timeout = 0");
                    return sum(c);
                });
                if (!autocommit) {
                    c.rollback();
                }
                seen.step(c, "lock_timeout", () -> {
                    try (Connection other = connector.open("");
                            Statement holding = other.createStatement()) {
                        other.setAutoCommit(false);
                        holding.execute("lock table scratch in access exclusive mode");
                        s.execute("set lock_timeout = 50");
                        return execute(s, "select * from scratch, things");
                    }
                });
                if (!autocommit) {
                    c.rollback();
                }
                s.execute("set lock_timeout = 0");
                seen.step(c, "network timeout", () -> {
                    c.setNetworkTimeout(Runnable::run, 5_000);
                    return c.getNetworkTimeout() + sum(c);
                });
                seen.step("terminated", () -> {
                    try (Connection other = connector.open("");
                            Statement killing = other.createStatement()) {
                        execute(killing, "select pg_terminate_backend(" + pid + ", 5000)");
                    }
                    s.execute("select count(*) from things");
                    return null;
                });
                seen.step("and closed", () -> state(c));
            }
        }
    }

    private static void severalStatements(Connector connector, Observed seen) throws Exception {
        for (boolean autocommit : new boolean[] {true, false}) {
            try (Connection c = connector.open("");
                    Statement s = c.createStatement();
                    PreparedStatement p = c.prepareStatement(
                            "update things set amount = amount where id = ?; select name from things where id = ?")) {
                c.setAutoCommit(autocommit);
                seen.step(
                        c, "two queries", () -> execute(s, "select count(*) from things; select max(id) from things"));
                seen.step(
                        c,
                        "update and query",
                        () -> execute(
                                s,
                                "update things set amount = amount; select 1 as one; delete from things where id = 0"));
                seen.step(c, "the second fails", () -> execute(s, "select count(*) from things; select 1/0"));
                if (!autocommit) {
                    c.rollback();
                }
                p.setInt(1, 1);
                p.setInt(2, 2);
                seen.step(c, "prepared", () -> results(p, p.execute()));
                seen.step(c, "comments", () -> execute(s, "/* a; b */ select count(*) -- c; d\n from things;;"));
                if (!autocommit) {
                    c.rollback();
                }
            }
        }
    }
}
