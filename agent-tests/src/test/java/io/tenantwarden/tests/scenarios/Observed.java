package io.tenantwarden.tests.scenarios;

import java.lang.reflect.Array;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.transaction.xa.XAException;
import org.postgresql.core.BaseConnection;

/** What an application sees of a driver, step by step, as text that can be compared: values, counts, errors, the state of the transaction. */
final class Observed {

    /** One thing that an application does. */
    @FunctionalInterface
    interface Step {
        Object run() throws Exception;
    }

    private final Map<String, String> facts = new LinkedHashMap<>();
    private final String prefix;
    private int number;

    /** @param prefix what all steps belong to */
    Observed(String prefix) {
        this.prefix = prefix;
    }

    Map<String, String> facts() {
        return facts;
    }

    /** Does something and writes down what came of it. */
    void step(String name, Step step) {
        String seen;
        try {
            seen = text(step.run());
        } catch (Exception e) {
            seen = error(e);
        }
        facts.put(prefix + " " + ++number + " " + name, seen);
    }

    /** As {@link #step}, and whether a transaction is open afterwards. */
    void step(Connection c, String name, Step step) {
        step(name, step);
        step("state", () -> state(c));
    }

    /** What the driver knows of the transaction. */
    static String state(Connection c) throws SQLException {
        return c.isClosed()
                ? "closed"
                : c.unwrap(BaseConnection.class).getTransactionState()
                        + (c.getAutoCommit() ? " autocommit" : "")
                        + (c.isReadOnly() ? " read-only" : "");
    }

    /** All results of a statement that was executed: rows or counts. */
    static List<Object> results(Statement s, boolean first) throws SQLException {
        List<Object> all = new ArrayList<>();
        boolean rows = first;
        while (rows || s.getUpdateCount() >= 0) {
            if (rows) {
                all.add(rows(s.getResultSet()));
            } else {
                all.add(s.getUpdateCount());
            }
            rows = s.getMoreResults();
        }
        return all;
    }

    static List<Object> execute(Statement s, String sql) throws SQLException {
        return results(s, s.execute(sql));
    }

    static List<List<Object>> rows(ResultSet set) throws SQLException {
        List<List<Object>> all = new ArrayList<>();
        try (set) {
            while (set.next()) {
                all.add(row(set));
            }
        }
        return all;
    }

    static List<Object> row(ResultSet set) throws SQLException {
        List<Object> row = new ArrayList<>();
        for (int i = 1; i <= set.getMetaData().getColumnCount(); i++) {
            row.add(set.getString(i));
        }
        return row;
    }

    static String warnings(SQLWarning first) {
        List<String> all = new ArrayList<>();
        for (SQLWarning w = first; w != null; w = w.getNextWarning()) {
            all.add(w.getSQLState() + " " + w.getMessage());
        }
        return all.toString();
    }

    private static String text(Object value) {
        if (value != null && value.getClass().isArray()) {
            List<String> elements = new ArrayList<>();
            for (int i = 0; i < Array.getLength(value); i++) {
                elements.add(text(Array.get(value, i)));
            }
            return elements.toString();
        }
        return String.valueOf(value);
    }

    private static String error(Exception e) {
        if (e instanceof XAException xa) {
            return "! XAException " + xa.errorCode;
        }
        if (!(e instanceof SQLException sql)) {
            return "! " + e.getClass().getName();
        }
        StringBuilder text =
                new StringBuilder("! ").append(e.getClass().getSimpleName()).append(' ');
        text.append(sql.getSQLState());
        if (e instanceof BatchUpdateException batch) {
            text.append(' ').append(Arrays.toString(batch.getUpdateCounts()));
        }
        for (SQLException next = sql.getNextException(); next != null; next = next.getNextException()) {
            text.append(", ").append(next.getSQLState());
        }
        return text.toString();
    }
}
