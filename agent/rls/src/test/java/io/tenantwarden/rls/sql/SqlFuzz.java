package io.tenantwarden.rls.sql;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The target of the coverage-guided fuzzer: whatever the text is, it is read without an exception, the same text is read the same again, space around it
 * changes nothing, and nothing that stands in a literal, a comment or a quoted name hides the table that the statement names, or gets through to what
 * is written down. Run by {@code SqlFuzzTest} and {@code scripts/fuzz.sh}.
 */
public final class SqlFuzz {

    private static final String TABLE = "hidden_table";

    private SqlFuzz() {}

    /** Called by Jazzer for each input; what it throws is a finding. */
    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8).replace('\0', ' ');
        for (boolean escapes : new boolean[] {false, true}) {
            SqlStatement statement = SqlStatement.parse(text, escapes);
            same(statement, SqlStatement.parse(text, escapes), text);
            same(statement, SqlStatement.parse("\n " + text, escapes), text);
            askEverything(statement);
        }
        hidesNothing("select '" + text.replace("'", "''") + "' from " + TABLE);
        hidesNothing("select e'" + text.replace("\\", "\\\\").replace("'", "''") + "' from " + TABLE);
        hidesNothing("select \"" + text.replace("\"", "\"\"") + "\" from " + TABLE);
        if (!text.contains("$w$") && !text.endsWith("$w") && !text.endsWith("$")) {
            hidesNothing("select $w$" + text + "$w$ from " + TABLE);
        }
        hidesNothing("select 1 /*" + text.replace("*", "+").replace("/", "+") + "*/ from " + TABLE);
        hidesNothing("select 1 --" + text.replace("\n", " ").replace("\r", " ") + "\n from " + TABLE);
        wordsAreDropped(text);
    }

    private static void same(SqlStatement one, SqlStatement other, String text) {
        check(one.keyword() == other.keyword(), "keyword", text);
        check(one.relations().equals(other.relations()), "relations", text);
        check(one.readsRows() == other.readsRows() && one.writes() == other.writes(), "reads or writes", text);
        check(one.settings().equals(other.settings()), "settings", text);
        check(one.fingerprint().equals(other.fingerprint()), "fingerprint", text);
    }

    private static void askEverything(SqlStatement statement) {
        check(statement.operation() != null, "operation", statement.sql());
        check(statement.scrubbed() != null, "scrubbed", statement.sql());
        check(statement.injection() != null, "injection", statement.sql());
        statement.settingsInText();
        statement.viewRelations();
        statement.ddl();
    }

    private static void hidesNothing(String sql) {
        List<Relation> relations = SqlStatement.parse(sql, false).relations();
        check(relations.stream().anyMatch(relation -> relation.name().equals(TABLE)), "the table is hidden", sql);
    }

    /** A literal is tenants' data: none of it may be in the log. */
    private static void wordsAreDropped(String text) {
        String secret = "Zq7" + text.replaceAll("[^A-Za-z0-9 ]", "") + "7qZ";
        String scrubbed = SqlStatement.parse("select * from t where a = '" + secret + "'", false)
                .scrubbed();
        check(!scrubbed.contains("Zq7"), "a literal is in the log", secret);
    }

    private static void check(boolean holds, String what, String text) {
        if (!holds) {
            throw new IllegalStateException(what + ": " + text);
        }
    }
}
