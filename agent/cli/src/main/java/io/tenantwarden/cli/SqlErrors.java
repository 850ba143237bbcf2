package io.tenantwarden.cli;

import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import org.postgresql.util.PSQLException;

/** What an error of the database means, and what to do, in one line. */
final class SqlErrors {

    private SqlErrors() {}

    static String explain(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        return WardenCli.oneLine(message(e)) + hint(state);
    }

    /** The message of the server, else that of the driver; the cause when the driver only says that it tried. */
    static String message(SQLException e) {
        Throwable cause = e.getCause();
        if (cause instanceof UnknownHostException) {
            return "unknown host " + cause.getMessage();
        }
        if (cause instanceof SocketException || cause instanceof SocketTimeoutException) {
            return WardenCli.oneLine(cause.getMessage());
        }
        String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        if (cause != null && cause.getMessage() != null && !text.contains(cause.getMessage())) {
            text += " (" + cause.getMessage() + ")";
        }
        return WardenCli.oneLine(text);
    }

    /** The same error, whose position counts from the end of what was put before the user's text. */
    static SQLException positionAfter(String ours, SQLException e) {
        if (!(e instanceof PSQLException error) || error.getServerErrorMessage() == null || e.getMessage() == null) {
            return e;
        }
        int position = error.getServerErrorMessage().getPosition();
        int at = e.getMessage().lastIndexOf(String.valueOf(position));
        if (position <= ours.length() || at < 0) {
            return e;
        }
        String own = String.valueOf(position - ours.length());
        String rest = e.getMessage().substring(at + String.valueOf(position).length());
        return new SQLException(e.getMessage().substring(0, at) + own + rest, e.getSQLState(), e.getErrorCode());
    }

    private static String hint(String state) {
        return switch (state) {
            case "08001" -> "; check host and port in --url, and that the server is up";
            case "08004" -> "; check --user, the password (WARDEN_PASSWORD or --password-file) and sslmode in --url";
            case "08006", "08003", "57P01", "57P02", "57P03" ->
                "; the connection to the server was lost, run it again when the server is up";
            case "28P01" -> "; check --user and the password (WARDEN_PASSWORD or --password-file)";
            case "28000" -> "; check --user, and that pg_hba.conf lets this role in from here";
            case "3D000" -> "; check the database name in --url";
            case "42501" -> "; the role lacks a permission";
            case "53300" -> "; the server has no connection left";
            case "57014" -> "; the server stopped the query: a timeout of the role or database?";
            default -> state.isEmpty() ? "" : " (SQLSTATE " + state + ")";
        };
    }

    /** Whether the connection is of no use any more. */
    static boolean isConnectionLost(SQLException e) {
        String state = e.getSQLState();
        return state != null && (state.startsWith("08") || state.startsWith("57P"));
    }
}
