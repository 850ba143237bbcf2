package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import java.nio.charset.StandardCharsets;

/** SQL text of fixes: statements that change nothing when they are run again. Stateless. */
final class Sql {

    /** NAMEDATALEN - 1: PostgreSQL cuts longer names. */
    private static final int MAX_NAME_BYTES = 63;

    private Sql() {}

    /** A text constant that means the same whatever standard_conforming_strings says. */
    static String literal(String text) {
        String quoted = "'" + text.replace("'", "''") + "'";
        return text.indexOf('\\') < 0 ? quoted : " E" + quoted.replace("\\", "\\\\");
    }

    /** The relation as a constant; an error when it is gone. */
    static String regclass(CatalogTable t) {
        return literal(t.quotedName()) + "::pg_catalog.regclass";
    }

    /** Runs statements, each with its semicolon, unless a query finds a row. */
    static String unless(String query, String... statements) {
        return block("IF NOT EXISTS (" + query + ") THEN", statements);
    }

    /** Runs statements, each with its semicolon, when a query finds a row. */
    static String when(String query, String... statements) {
        return block("IF EXISTS (" + query + ") THEN", statements);
    }

    /**
     * What keeps a statement from being run, so that it is told and the rest of what is pasted goes on.
     *
     * @param error the name of the error's condition, as PL/pgSQL writes it
     * @param words what is to be done first
     * @param undo statements that take back what was there before for its sake
     */
    record Obstacle(String error, String words, String... undo) {}

    /** Runs statements, each with its semicolon; when they meet the obstacle, it is told as a warning and nothing is changed. */
    static String tried(Obstacle obstacle, String... statements) {
        return program("\n  " + String.join("\n  ", statements) + "\n" + handler(obstacle));
    }

    /** Runs statements when a query finds a row; when they meet the obstacle, it is told as a warning and nothing is changed. */
    static String triedWhen(String query, Obstacle obstacle, String... statements) {
        return program(conditional("IF EXISTS (" + query + ") THEN", statements) + handler(obstacle));
    }

    private static String handler(Obstacle obstacle) {
        StringBuilder b = new StringBuilder("EXCEPTION WHEN " + obstacle.error() + " THEN\n");
        for (String statement : obstacle.undo()) {
            b.append("  ").append(statement).append('\n');
        }
        String words = obstacle.words().replaceAll("\\p{Cntrl}", " ");
        return b.append("  RAISE WARNING '%', ")
                .append(literal(words).strip())
                .append(";\n")
                .toString();
    }

    private static String block(String condition, String... statements) {
        return program(conditional(condition, statements));
    }

    private static String conditional(String condition, String... statements) {
        return "\n  " + condition + "\n    " + String.join("\n    ", statements) + "\n  END IF;\n";
    }

    private static String program(String body) {
        String tag = "$warden$";
        for (int i = 2; body.contains(tag); i++) {
            tag = "$warden" + i + "$";
        }
        return "DO " + tag + " BEGIN" + body + "END " + tag + ";";
    }

    /** The name with an ending, cut so that the server does not cut the ending. */
    static String name(String name, String ending) {
        String kept = name;
        while (bytes(kept) + bytes(ending) > MAX_NAME_BYTES) {
            kept = kept.substring(0, kept.offsetByCodePoints(kept.length(), -1));
        }
        return kept + ending;
    }

    /**
     * The same with a mark of the whole name where it has to be cut: two long names that begin alike stay two.
     */
    static String distinctName(String name, String ending) {
        return bytes(name) + bytes(ending) <= MAX_NAME_BYTES
                ? name + ending
                : name(name, "_" + Integer.toHexString(name.hashCode()) + ending);
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
