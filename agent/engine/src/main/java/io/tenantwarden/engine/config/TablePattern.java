package io.tenantwarden.engine.config;

/**
 * A pattern over tables, spelled as the catalog spells them (case counts). Immutable.
 *
 * @param schema name of the schema, {@code *} stands for any characters
 * @param table name of the table, {@code *} stands for any characters
 */
public record TablePattern(String schema, String table) {

    /** Whether this table is meant; both names as in the catalog. */
    public boolean matches(String schemaName, String tableName) {
        return Glob.matches(schema, schemaName, (char) 0) && Glob.matches(table, tableName, (char) 0);
    }

    static TablePattern parse(String text) {
        int dot = text.indexOf('.');
        if (dot < 0) {
            throw new IllegalArgumentException(
                    "'" + text + "' names no schema; write public." + text + " or *." + text);
        }
        String schema = text.substring(0, dot);
        String table = text.substring(dot + 1);
        if (!isName(schema) || !isName(table)) {
            throw new IllegalArgumentException(
                    "'" + text
                            + "' is not schema.table; one dot, no quotes or spaces, * for any characters, for instance public.audit_*");
        }
        return new TablePattern(schema, table);
    }

    private static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '.' || c == '"' || c == '\'' || Character.isWhitespace(c) || Character.isISOControl(c)) {
                return false;
            }
        }
        return !name.isEmpty();
    }
}
