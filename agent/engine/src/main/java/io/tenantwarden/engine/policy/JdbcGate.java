package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.HasStatement;
import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.inject.JdbcTransport;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.sql.SqlStatement;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decides where the driver's inside is out of reach: at the calls of JDBC that execute something. What is decided, and by
 * which rules, is {@link StatementGate}'s. Thread-safe; the session's part is guarded by its lock.
 */
public final class JdbcGate {

    /** {@code {? = call f(?)}}, JDBC 4.3 section 13.4. */
    private static final Pattern CALL =
            Pattern.compile("\\s*\\{\\s*(?:\\?\\s*=\\s*)?(call\\b.*)}\\s*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final StatementGate gate;
    private final ScopeResolver scopes;

    public JdbcGate(StatementGate gate, ScopeResolver scopes) {
        this.gate = gate;
        this.scopes = scopes;
    }

    /** A statement was prepared: keeps what is known of its SQL, unless it is one of Warden's own. */
    public void prepared(Session session, HasStatement statement, String sql) {
        if (!ThreadState.current().isInternal()) {
            statement.wardenStatement(known(session, sql));
        }
    }

    /** An SQL text was added to the batch of a statement. */
    @SuppressWarnings("unchecked")
    public void batched(Session session, HasStatement statement, String sql) {
        if (ThreadState.current().isInternal()) {
            return;
        }
        if (statement.wardenStatement() == null) {
            statement.wardenStatement(new ArrayList<KnownStatement>());
        }
        ((List<KnownStatement>) statement.wardenStatement()).add(known(session, sql));
    }

    /** The batch of a statement was emptied; what was prepared stays. */
    public void unbatched(HasStatement statement) {
        if (statement.wardenStatement() instanceof List<?>) {
            statement.wardenStatement(null);
        }
    }

    private static KnownStatement known(Session session, String sql) {
        String text = sql == null ? "" : sql;
        if (text.indexOf('{') >= 0) {
            Matcher call = CALL.matcher(text);
            text = call.matches() ? call.group(1) : nativeSql(session, text);
        }
        return (KnownStatement) session.texts().of(text, given -> new KnownStatement(SqlStatement.parse(given)));
    }

    private static String nativeSql(Session session, String text) {
        Connection connection = (Connection) session.connection();
        if (connection == null) {
            return text; // it takes no part: Warden's own, or one that configuration excludes
        }
        try {
            return connection.nativeSQL(text);
        } catch (SQLException e) {
            return text; // the connection is closed or the text wrong: the driver says so when it is executed
        }
    }

    /**
     * Something is about to be executed; {@link #after} follows when the result is null.
     *
     * @param owner the driver's statement, connection or copy manager
     * @param holder keeps what is known of the statement; null when the owner is none
     * @param sql its text; null when it was prepared or is a batch
     * @param batch whether all that was added to the batch of the statement is executed
     * @param noBegin whether the driver sends no BEGIN before it, whatever autocommit says
     * @return why it must not run; null when it may
     */
    @SuppressWarnings("unchecked")
    public SQLException before(
            Session session, Object owner, HasStatement holder, String sql, boolean batch, boolean noBegin)
            throws Throwable {
        ThreadState thread = ThreadState.current();
        boolean decides = !thread.isInternal() && session.database() != null;
        Scope own = decides ? scopes.current(thread, session) : null;
        boolean outermost;
        try {
            outermost = session.enter() && decides;
        } catch (SQLException interrupted) {
            return interrupted;
        }
        boolean passed = false;
        try {
            SQLException refusal = null;
            if (outermost) {
                Object kept = sql == null && holder != null ? holder.wardenStatement() : null;
                List<KnownStatement> statements = sql != null
                        ? List.of(known(session, sql))
                        : kept instanceof KnownStatement one
                                ? List.of(one)
                                : kept instanceof List<?> added ? (List<KnownStatement>) added : List.of();
                refusal = decide(session, thread, owner, asRead(session, statements), own, batch, noBegin);
            }
            passed = refusal == null;
            if (!passed && batch) {
                ((Statement) owner).clearBatch(); // as after every other failure: JDBC 4.3, section 14.1.1
            }
            if (passed && sql == null && holder != null) {
                unbatched(holder); // the driver empties its batch when it executes it
            }
            return refusal;
        } finally {
            if (!passed) {
                session.leave();
            }
        }
    }

    private static List<KnownStatement> asRead(Session session, List<KnownStatement> statements) throws Throwable {
        boolean ambiguous = false;
        for (int i = 0; i < statements.size(); i++) {
            ambiguous |= statements.get(i).sql().ambiguous();
        }
        if (!ambiguous) {
            return statements;
        }
        List<KnownStatement> read = new ArrayList<>(statements.size());
        for (KnownStatement statement : statements) {
            read.add(StatementGate.asRead(session, statement));
        }
        return read;
    }

    private SQLException decide(
            Session session,
            ThreadState thread,
            Object owner,
            List<KnownStatement> statements,
            Scope own,
            boolean batch,
            boolean noBegin)
            throws Throwable {
        boolean autocommit;
        try {
            autocommit = noBegin || ((Connection) session.connection()).getAutoCommit();
        } catch (SQLException closed) {
            return closed; // as the driver would throw it
        }
        SQLException failure = gate.begin(session, thread, own, autocommit, false);
        if (failure != null) {
            return failure;
        }
        KnownStatement before = null;
        for (KnownStatement statement : statements) {
            if (statement != before) {
                SQLException refusal = gate.decideOne(session, statement, null);
                if (refusal != null) {
                    return batch ? BatchRefusal.of(refusal, statements.size()) : refusal;
                }
                before = statement;
            }
        }
        session.execution().runs(singly(statements));
        JdbcTransport transport = transport(session);
        if (transport != null) {
            Statement reader = owner instanceof Statement jdbc ? jdbc : null;
            for (KnownStatement statement : statements) {
                transport.beforeSend(session.wire(), statement.sql(), session.target(), reader);
            }
        }
        if (!(owner instanceof Statement) && !(owner instanceof Connection)) {
            session.execution().noteCopy();
        }
        return null;
    }

    /** The statements, those of one text each for itself: so the server answers them. */
    private static List<KnownStatement> singly(List<KnownStatement> statements) {
        for (int i = 0; i < statements.size(); i++) {
            if (statements.get(i).sql().multi()) {
                return statements.stream()
                        .flatMap(statement -> statement.parts().stream())
                        .toList();
            }
        }
        return statements;
    }

    private static JdbcTransport transport(Session session) {
        return session.wire() == null ? null : session.wire().portable();
    }

    /** What {@link #before} let through has ended. */
    public void after(Session session, boolean failed) throws Throwable {
        try {
            JdbcTransport transport = transport(session);
            if (transport != null) {
                transport.ended(failed);
            }
            session.readyForQuery();
        } finally {
            gate.ended(session, null);
        }
    }
}
