package io.tenantwarden.rls.sql;

import java.util.Set;

/** Names as SQL must write them. Stateless. How SQL is read says {@link TokenText}. */
public final class Identifiers {

    /** Reserved words that need quotes as a table, column, schema, role or policy name. */
    private static final Set<String> RESERVED = Set.of(("""
                    all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate
                    collation column concurrently constraint create cross current_catalog current_date current_role
                    current_schema current_time current_timestamp current_user default deferrable desc distinct do else end
                    except false fetch for foreign freeze from full grant group having ilike in initially inner intersect
                    into is isnull join lateral leading left like limit localtime localtimestamp natural not notnull null
                    offset on only or order outer overlaps placing primary references returning right select session_user
                    similar some symmetric system_user table tablesample then to trailing true union unique user using
                    variadic verbose when where window with
                    """).strip().split("\\s+"));

    private Identifiers() {}

    /** Whether a name in lower case can be none without quotes. */
    public static boolean isReserved(String lower) {
        return RESERVED.contains(lower);
    }

    /** The name as it must stand in SQL: in double quotes where it would not be read back as itself. */
    public static String quote(String name) {
        boolean plain = !name.isEmpty() && !RESERVED.contains(name);
        for (int i = 0; i < name.length() && plain; i++) {
            char c = name.charAt(i);
            plain = c >= 'a' && c <= 'z' || c == '_' || i > 0 && (c >= '0' && c <= '9' || c == '$');
        }
        return plain ? name : '"' + name.replace("\"", "\"\"") + '"';
    }

    /** {@code schema.name}, each part quoted where needed. */
    public static String quote(String schema, String name) {
        return quote(schema) + "." + quote(name);
    }
}
