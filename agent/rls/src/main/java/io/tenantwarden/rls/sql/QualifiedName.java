package io.tenantwarden.rls.sql;

/** Reads {@code a.b.c}, and keeps its last two parts until the next one is read. Used by one thread. */
final class QualifiedName {

    private final Tokens tokens;

    private int type;
    private int start;
    private int end;
    private char escape;

    private int qualifierType;
    private int qualifierStart;
    private int qualifierEnd;
    private char qualifierEscape;

    QualifiedName(Tokens tokens) {
        this.tokens = tokens;
    }

    /**
     * Reads from the first part on; the last part is the current token afterwards (or the last dot, when no name follows
     * it).
     */
    void read() {
        qualifierType = SqlLexer.EOF;
        part();
        while (tokens.next.type == SqlLexer.DOT) {
            tokens.advance();
            if (!tokens.nextIsName()) {
                return;
            }
            tokens.advance();
            qualifierType = type;
            qualifierStart = start;
            qualifierEnd = end;
            qualifierEscape = escape;
            part();
        }
        tokens.takeAsName();
    }

    private void part() {
        type = tokens.type;
        start = tokens.start;
        end = tokens.bodyEnd();
        escape = tokens.escape();
    }

    /** The last part, folded as the server does. */
    String name() {
        return TokenText.name(tokens.sql, type, start, end, escape);
    }

    /** The part before the last; null when there is none. */
    String qualifier() {
        return isQualified()
                ? TokenText.name(tokens.sql, qualifierType, qualifierStart, qualifierEnd, qualifierEscape)
                : null;
    }

    boolean isQualified() {
        return qualifierType != SqlLexer.EOF;
    }

    /** What is known of the function of this name: a code of {@link HarmlessFunctions}. */
    int function() {
        String schema = qualifier();
        boolean ofInformationSchema = "information_schema".equals(schema);
        if (schema != null && !ofInformationSchema && !schema.equals("pg_catalog")
                || ofInformationSchema != tokens.sql.startsWith("_pg_", start)) {
            return HarmlessFunctions.UNKNOWN;
        }
        if (type == SqlLexer.WORD) {
            return HarmlessFunctions.code(tokens.sql, start, end);
        }
        String name = name();
        return HarmlessFunctions.code(name, 0, name.length());
    }

    /** The relation of this name, read alone. */
    Relation relation() {
        return new Relation(qualifier(), name(), false, false);
    }
}
