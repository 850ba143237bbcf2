package io.tenantwarden.engine.inject;

import io.tenantwarden.rls.catalog.PlainStatements;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;

/**
 * Sets a value and asks whether it is there, on the ways that values of scopes go. What asks reads no table and changes nothing,
 * so that a balancer sends it where it sends queries: to a standby, where it has one. On a connection that nobody uses yet and
 * outside a transaction; nothing is left behind.
 */
final class ValueProbe {

    /** A value that no tenant has; policies are not asked. */
    private static final String VALUE = "tenant-warden";

    /** A balancer that chooses a server for each statement anew may choose the right one by chance. */
    private static final int TIMES = 4;

    private final Connection connection;
    private final GucPlan plan;
    private final OwnStatement own;
    private final String question;

    ValueProbe(Connection connection, GucPlan plan, OwnStatement own) {
        this.connection = connection;
        this.plan = plan;
        this.own = own;
        // the comment at its end: pgpool-II sends what begins with one to the primary (allow_sql_comments)
        this.question = "select pg_catalog.current_setting('"
                + plan.names().get(0).replace("'", "''") + "', true) /* tenant-warden */";
    }

    /**
     * Asks on the ways that matter.
     *
     * @param known is told what is lost
     * @param alongside whether values of this connection go in the group of messages of their statement
     * @param shared whether another client may get the session, so that nothing is set for it, and nobody needs to know
     * @param again whether to ask although somebody has looked already
     * @throws SQLException the driver's, when it says nothing about what is lost
     */
    void look(ValueLoss known, boolean alongside, boolean shared, boolean again) throws SQLException {
        boolean first = !known.isKnown();
        boolean group = alongside && (again || !known.isGroupKnown());
        boolean lost = group && !known.isInGroup() && !holds(this::inGroup);
        if (lost) {
            known.inGroup();
        }
        boolean needsSession = !shared && (known.isInGroup() || !alongside);
        if (needsSession && (lost || !known.isSessionKnown()) && !holds(this::forSession)) {
            known.forSession();
        }
        if ((first || lost) && !holds(this::inTransaction)) {
            known.inTransaction();
        }
        known.known(alongside, needsSession);
    }

    private interface Way {
        boolean holds() throws SQLException;
    }

    /** What the server or what stands before it refuses holds as little as what vanishes. */
    private boolean holds(Way way) throws SQLException {
        try {
            return way.holds();
        } catch (SQLException e) {
            if (e.getSQLState() == null || e.getSQLState().matches("(08|53|57|58|XX).*") || connection.isClosed()) {
                throw e;
            }
            return false;
        }
    }

    /** As the pipelined strategy writes it: the driver sends the statements of one text in one group of messages. */
    private boolean inGroup() throws SQLException {
        try (PreparedStatement s = PlainStatements.prepare(connection, plan.sql() + (";" + question).repeat(TIMES))) {
            bind(s);
            int right = 0;
            for (boolean rows = s.execute(); rows || s.getUpdateCount() >= 0; rows = s.getMoreResults()) {
                try (ResultSet row = rows ? s.getResultSet() : null) {
                    boolean isAnswer = row != null && row.getMetaData().getColumnCount() == 1 && row.next();
                    right += isAnswer && VALUE.equals(row.getString(1)) ? 1 : 0;
                }
            }
            return right == TIMES;
        }
    }

    private boolean inTransaction() throws SQLException {
        PlainStatements.begin(connection);
        try {
            set(plan.sql());
            return asked();
        } finally {
            PlainStatements.rollback(connection);
        }
    }

    private boolean forSession() throws SQLException {
        String[] before = own.read(connection);
        boolean none = Arrays.stream(before).allMatch(v -> v == null || v.isEmpty());
        try {
            set(plan.sessionSql());
            return asked();
        } finally {
            own.reset(connection, none ? null : before);
        }
    }

    private void set(String sql) throws SQLException {
        try (PreparedStatement s = PlainStatements.prepare(connection, sql)) {
            bind(s);
            s.execute();
        }
    }

    private void bind(PreparedStatement s) throws SQLException {
        for (int i = 0; i < plan.names().size(); i++) {
            s.setString(i + 1, VALUE);
        }
    }

    private boolean asked() throws SQLException {
        boolean holds = true;
        for (int i = 0; i < TIMES; i++) {
            try (PreparedStatement s = PlainStatements.prepare(connection, question);
                    ResultSet row = s.executeQuery()) {
                holds &= row.next() && VALUE.equals(row.getString(1));
            }
        }
        return holds;
    }
}
