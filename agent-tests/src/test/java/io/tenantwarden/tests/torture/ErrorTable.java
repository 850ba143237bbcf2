package io.tenantwarden.tests.torture;

import static io.tenantwarden.tests.torture.Kind.AUTOCOMMIT_ON;
import static io.tenantwarden.tests.torture.Kind.BORROW;
import static io.tenantwarden.tests.torture.Kind.CALL;
import static io.tenantwarden.tests.torture.Kind.CALL_COMMITS;
import static io.tenantwarden.tests.torture.Kind.CANCEL;
import static io.tenantwarden.tests.torture.Kind.CHAIN;
import static io.tenantwarden.tests.torture.Kind.COMMIT;
import static io.tenantwarden.tests.torture.Kind.COPY_IN;
import static io.tenantwarden.tests.torture.Kind.COPY_OUT;
import static io.tenantwarden.tests.torture.Kind.CURSOR_READ;
import static io.tenantwarden.tests.torture.Kind.DIVISION_BY_ZERO;
import static io.tenantwarden.tests.torture.Kind.DO;
import static io.tenantwarden.tests.torture.Kind.NO_PARAMETER;
import static io.tenantwarden.tests.torture.Kind.RELEASE;
import static io.tenantwarden.tests.torture.Kind.ROLLBACK_TO;
import static io.tenantwarden.tests.torture.Kind.SEVERAL;
import static io.tenantwarden.tests.torture.Kind.SQL_FETCH;
import static io.tenantwarden.tests.torture.Kind.TERMINATE;
import static io.tenantwarden.tests.torture.Kind.UNKNOWN_NAME;

import java.sql.SQLException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The errors that an application may get: operation, cause, SQLStates. Reviewed by hand; an error without a row fails the
 * run. A row is dropped when what it allows is no longer right: nothing else has to change, because the model accepts the
 * right rows wherever a cause only <em>may</em> apply.
 */
final class ErrorTable {

    /**
     * One allowed error.
     *
     * @param kinds the operations
     * @param cause why
     * @param states SQLStates
     * @param text must be contained in the message; empty for any
     */
    record Row(EnumSet<Kind> kinds, Cause cause, Set<String> states, String text) {

        boolean matches(Kind kind, Set<Cause> causes, String state, String message) {
            return kinds.contains(kind)
                    && causes.contains(cause)
                    && state != null
                    && states.contains(state)
                    && message.contains(text);
        }

        @Override
        public String toString() {
            String operations = kinds.size() == Kind.values().length ? "any" : kinds.toString();
            return operations + " x " + cause + " -> " + states + (text.isEmpty() ? "" : " \"" + text + "\"");
        }
    }

    private static final String REFUSED = "[warden] refused: ";

    static final List<Row> ROWS = List.of(
            // ---- Warden's contract
            any(Cause.UNSCOPED, REFUSED + "unscoped", "42501"),
            any(Cause.TENANT_SWITCH, REFUSED + "tenant switch", "42501"),
            any(Cause.TAMPER, REFUSED + "guc tamper", "42501"),
            any(Cause.OPEN_PORTAL, "still open", "42501"),
            of(Cause.SENT_WHOLE, "Execute them one by one", Set.of("42501"), SEVERAL),

            // ---- PostgreSQL's
            any(Cause.FAILED_TRANSACTION, "", "25P02"),
            any(Cause.ROW_SECURITY, "row-level security", "42501"),
            of(Cause.DIVISION, "", Set.of("22012"), DIVISION_BY_ZERO),
            any(Cause.READ_ONLY, "", "25006"),
            any(Cause.ISOLATION, "", "40001"),
            of(Cause.COMMIT_INSIDE, "", Set.of("2D000"), CALL_COMMITS),
            of(Cause.COPY_FROM, "row-level security", Set.of("0A000"), COPY_IN),
            of(Cause.LOST_SAVEPOINT, "", Set.of("3B001"), ROLLBACK_TO, RELEASE),
            of(Cause.LOST_CURSOR, "", Set.of("34000", "25P02"), CURSOR_READ, SQL_FETCH),
            of(Cause.UNKNOWN_NAME, "", Set.of("42P01"), UNKNOWN_NAME),

            // ---- the driver's
            of(Cause.NO_PARAMETER, "", Set.of("22023"), NO_PARAMETER),

            // ---- what the program itself does
            of(Cause.CANCELLED, "", Set.of("57014"), CANCEL),
            of(Cause.TERMINATED, "", Set.of("57P01", "08006"), TERMINATE),

            // ---- faults: terminated, cut, cancelled
            any(Cause.FAULT, "", "57P01", "08006", "08003", "57014"),
            of(Cause.FAULT, "", Set.of("08001", "08003", "08006", "57P03"), BORROW),
            // the transaction that COMMIT meant was rolled back by the cancelled statement before it
            of(Cause.FAULT, "", Set.of("25P02", "40000"), COMMIT, CHAIN, AUTOCOMMIT_ON),

            // a statement of Warden's own was hit, so that the application's was not sent
            any(Cause.FAULT, "(SQLState 57P01)", "42501"),
            any(Cause.FAULT, "(SQLState 57014)", "42501"),
            any(Cause.FAULT, "(SQLState 08006)", "42501"),
            any(Cause.FAULT, "could not be read, so that protected tables are not known", "42501"),

            // ---- behind PgBouncer, whose server connection broke
            any(Cause.POOLER, "", "08P01", "08006", "08003"),

            // ---- behind a pooler, in autocommit: docs/known-limits.md
            of(Cause.COPY_UNSET, "which a pooler may give", Set.of("42501"), COPY_OUT, COPY_IN),
            of(Cause.CALL_UNSET, "which a pooler may give", Set.of("42501"), CALL, DO, CALL_COMMITS),
            any(Cause.QUERY_MODE, "which a pooler may give", "42501"));

    private ErrorTable() {}

    private static Row any(Cause cause, String text, String... states) {
        return new Row(EnumSet.allOf(Kind.class), cause, Set.of(states), text);
    }

    private static Row of(Cause cause, String text, Set<String> states, Kind first, Kind... more) {
        return new Row(EnumSet.of(first, more), cause, states, text);
    }

    /** The row that allows this error; null when none does. */
    static Row match(Kind kind, Set<Cause> causes, SQLException error) {
        for (SQLException e = error; e != null; e = e.getNextException()) {
            String message = String.valueOf(e.getMessage());
            for (Row row : ROWS) {
                if (row.matches(kind, causes, e.getSQLState(), message)) {
                    return row;
                }
            }
        }
        return null;
    }
}
