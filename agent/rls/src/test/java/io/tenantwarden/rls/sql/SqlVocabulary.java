package io.tenantwarden.rls.sql;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/** The tables and words that statements are made of at random, and how they are spelled. */
abstract class SqlVocabulary {

    /** A table with a column of which the server knows fields of all names; the names are to be filled in. */
    static final String WORDS = """
            create type app.word as (%s);
            create table app.words (id int, x int, y text, z date, k app.word);
            """;

    /** What the statements are about. Every table has the columns id, x, y and z. */
    static final String SCHEMA = """
            create schema app;
            create schema "Odd Schema";
            create table a (id int primary key, x int, y text, z date, tags text[]);
            create table b (id int primary key, x int, y text, z date);
            create table app.c (id int primary key, x int, y text, z date);
            create table app.d (id int primary key, x int, y text, z date);
            create table "Odd Schema"."Odd ""Table" (id int primary key, x int, y text, z date);
            create table "Select" (id int primary key, x int, y text, z date);
            create table values_ (id int primary key, x int, y text, z date);
            create table "from" (id int primary key, x int, y text, z date);
            create table "grün" (id int primary key, x int, y text, z date);
            create view app.v as select * from a join app.c using (id, x, y, z);
            create materialized view app.m as select id, x, y, z from a;
            create table p (id int, x int, y text, z date) partition by list (x);
            create table p1 partition of p for values in (1);
            create function app.many(int) returns table (id int, x int) language sql as 'select 1, x from a where x = $1';
            create function app.one(int) returns int language sql as 'select $1';
            """;

    /** A table as it is called: schema, null for the one on the path, and name. */
    record Table(String schema, String name, boolean base) {

        String qualified() {
            return (schema == null ? "public" : schema) + "." + name;
        }
    }

    static final List<Table> TABLES = List.of(
            new Table(null, "a", true),
            new Table(null, "b", true),
            new Table("public", "a", true),
            new Table("app", "c", true),
            new Table("app", "d", true),
            new Table("Odd Schema", "Odd \"Table", true),
            new Table(null, "Select", true),
            new Table(null, "values_", true),
            new Table(null, "from", true),
            new Table(null, "grün", true),
            new Table(null, "p", true),
            new Table("app", "v", false),
            new Table("app", "m", false));

    private final Random random;
    final int major;
    final SqlSpelling spelling;
    /** Words that can be names of tables and columns without quotes, and those that can be labels without AS. */
    final List<String> names;

    private final List<String> labels;
    final List<String> words;

    int aliases;
    final TreeSet<String> targets = new TreeSet<>();
    final TreeMap<String, Integer> features = new TreeMap<>();

    /**
     * @param keywords of {@code pg_get_keywords()}: word, then category and {@code t} where it can be a label without AS
     */
    SqlVocabulary(Random random, int major, Map<String, String> keywords) {
        this.random = random;
        this.major = major;
        this.spelling = new SqlSpelling(random);
        this.words = List.copyOf(keywords.keySet());
        this.names =
                words.stream().filter(w -> keywords.get(w).matches("[UC].*")).toList();
        this.labels = words.stream().filter(w -> keywords.get(w).endsWith("t")).toList();
    }

    /** The tables that the last statement writes, {@code schema.name}. */
    TreeSet<String> targets() {
        return targets;
    }

    /** What forms the last statement has. */
    TreeMap<String, Integer> features() {
        return features;
    }

    SqlSpelling spelling() {
        return spelling;
    }

    String feature(String name, String sql) {
        features.merge(name, 1, Integer::sum);
        return sql;
    }

    int pick(int n) {
        return random.nextInt(n);
    }

    boolean chance(int one, int of) {
        return pick(of) < one;
    }

    <T> T pick(List<T> list) {
        return list.get(pick(list.size()));
    }

    String alias() {
        if (chance(1, 6)) {
            // behind AS, or where ColId is allowed, any such word will do; numbered ones cannot clash
            return feature("alias that is a word", "\"" + pick(words) + aliases++ + "\"");
        }
        return "t" + aliases++;
    }

    // ---------------------------------------------------------------- names

    String table(Table t) {
        String name = name(t.name());
        return t.schema() == null ? name : name(t.schema()) + dot() + name;
    }

    String dot() {
        return switch (pick(8)) {
            case 0 -> " . ";
            case 1 -> "\n./*\u0002x\u0002*/";
            default -> ".";
        };
    }

    String name(String name) {
        boolean plain = name.matches("[a-z_][a-z0-9_]*") && !name.equals("from");
        return spelling.name(name, plain);
    }

    Table anyTable() {
        return pick(TABLES);
    }

    String target() {
        Table t;
        do {
            t = anyTable();
        } while (!t.base());
        targets.add(t.qualified());
        return table(t);
    }

    String only(String table) {
        return switch (pick(6)) {
            case 0 -> feature("ONLY", "only " + table);
            case 1 -> feature("ONLY ()", "only (" + table + ")");
            case 2 -> feature("table *", table + " *");
            default -> table;
        };
    }

    String as() {
        return chance(1, 2) ? " as " : " ";
    }

    String label() {
        return switch (pick(10)) {
            case 0 -> feature("AS label", " as " + pick(words));
            case 1, 2 -> feature("bare label", " " + pick(labels));
            case 3 -> " " + spelling.name(pick(words), false);
            default -> "";
        };
    }
}
