package io.tenantwarden.rls.sql;

import java.util.List;
import java.util.Map;
import java.util.Random;

/** Makes integer expressions and conditions at random, with queries in them. */
abstract class SqlExpressions extends SqlVocabulary {

    private static final List<String> CASTS = List.of(
            "::numeric(10, 2)",
            "::double precision",
            "::text::character varying(5)",
            "::bigint::pg_catalog.int4",
            "::text::\"char\"::text",
            "::bit(4)::bit varying(3)::bit(4)",
            "::oid");

    SqlExpressions(Random random, int major, Map<String, String> keywords) {
        super(random, major, keywords);
    }

    /** A query of two columns, id and x. */
    abstract String query(int depth, List<String> visible);

    abstract String with(int depth, List<String> visible, boolean top, Body body);

    /** What stands in FROM. */
    abstract String item(int depth, List<String> visible);

    /** What follows WITH, given the names that hold there. */
    interface Body {
        String of(List<String> visible);
    }

    String scalar(int depth, List<String> visible, List<String> columns) {
        if (depth < 1 || chance(1, 3)) {
            return simple(columns);
        }
        int d = depth - 1;
        return switch (pick(major >= 17 ? 35 : major >= 16 ? 32 : 31)) {
            case 0 -> "(select max(1) from " + item(d, visible) + ")";
            case 1 -> "coalesce((select 1 from " + item(d, visible) + " limit 1), 2)";
            case 2 -> "(array[1, " + scalar(d, visible, columns) + "])[" + scalar(d, visible, columns) + "]";
            case 3 -> "cardinality(array(select 1 from " + item(d, visible) + "))";
            case 4 ->
                "case when " + condition(d, visible, columns) + " then " + scalar(d, visible, columns) + " else "
                        + scalar(d, visible, columns) + " end";
            case 5 -> "extract(year from (select max(current_date) from " + table(anyTable()) + "))::int";
            case 6 -> "length(trim(both from (select max('a') from " + table(anyTable()) + ")))";
            case 7 -> "length(substring('from\u0002a' from " + scalar(d, visible, columns) + " for 2))";
            case 8 -> "length(overlay('from\u0002a' placing 'x' from 1 for " + scalar(d, visible, columns) + "))";
            case 9 -> "position('x' in (select max('a') from " + table(anyTable()) + "))";
            case 10 -> feature("field selection", field(d, visible));
            case 11 -> feature("unknown function", "app.one(" + scalar(d, visible, columns) + ")");
            case 12 -> "cast(" + scalar(d, visible, columns) + " as int)";
            case 13 -> "- " + scalar(d, visible, columns) + " operator(pg_catalog.+) " + scalar(d, visible, columns);
            case 14 ->
                "(select count(distinct q.x) filter (where " + condition(d, visible) + ") from (" + query(d, visible)
                        + ") q (id, x))::int";
            case 15 ->
                "(select (row_number() over (partition by " + scalar(d, visible, List.of())
                        + " order by 1 range between unbounded preceding and current row))::int from "
                        + item(d, visible) + " limit 1)";
            case 16 ->
                "(select count(*) from (" + query(d, visible)
                        + ") q (id, x) group by grouping sets ((id), (x), ()) having " + condition(d, visible)
                        + " limit 1)::int";
            case 17 -> "(select q.x from (" + query(d, visible) + ") as q (\"select\", x) limit 1)";
            case 18 ->
                feature(
                        "WITH in a sub-select",
                        "(" + with(2, visible, false, v -> "select max(1) from " + item(d, v)) + ")");
            case 19 ->
                "nullif(" + scalar(d, visible, columns) + ", extract(epoch from interval '1' day to second)::int)";
            case 20 -> "(row(1, " + scalar(d, visible, columns) + ") is distinct from row(1, 2))::int";
            case 21 ->
                "length(xmlserialize(content xmlelement(name \"from\", xmlattributes('a' as \"join\"), "
                        + scalar(d, visible, columns) + ") as text))";
            case 22 -> "length(xmlforest(" + scalar(d, visible, columns) + " as " + pick(words) + ")::text)";
            case 23 ->
                "(select (q.f)" + dot() + "x from (select app.many(1) f from " + item(d, visible) + ") q limit 1)";
            case 24 ->
                "(select percentile_disc(0.5) within group (order by q.x) filter (where true) from ("
                        + query(d, visible) + ") q (id, x))";
            case 25 ->
                feature(
                        "*",
                        "(select count(*) from (select q.*, * from (" + query(d, visible) + ") q (id, x)) r)::int");
            case 26 -> feature("casts", "(" + scalar(d, visible, columns) + ")" + pick(CASTS) + "::int");
            case 27 ->
                "(select array_length(array[[1, 2]], 1) from " + item(d, visible)
                        + " limit 1) * ((array[1, 2])[1:2])[1]";
            case 28 ->
                feature(
                        "named argument",
                        "extract(day from make_interval(days => " + scalar(d, visible, columns) + "))::int");
            case 29 -> "length(concat(variadic array['from\u0002b', (select max('a') from " + item(d, visible) + ")]))";
            case 30 ->
                feature(
                        "GROUP BY ROLLUP",
                        "(select count(*) from (" + query(d, visible)
                                + ") q (id, x) group by distinct rollup (id), cube (x, x + 1) having "
                                + condition(d, visible)
                                + " limit 1)::int");
            case 31 ->
                feature("JSON_ARRAY of a query", "length(json_array(select 1 from " + item(d, visible) + ")::text)");
            case 32 ->
                feature(
                        "JSON_VALUE",
                        "json_value('{}'::jsonb, '$.a' passing " + scalar(d, visible, columns)
                                + " as x returning int default " + "1 on empty null on error)");
            case 33 ->
                "length(json_object('a': " + scalar(d, visible, columns)
                        + " absent on null with unique keys returning text))";
            default ->
                "length(json_query('{}'::jsonb, '$' returning text with conditional wrapper keep quotes on scalar string)::text)";
        };
    }

    /** A field by any name: of a row in parentheses, of an element of an array, of a column. */
    String field(int depth, List<String> visible) {
        String field = dot() + pick(words);
        String selected = switch (pick(5)) {
            case 0 -> "(k)" + field + label();
            case 1 -> "k" + field + label();
            case 2 -> "(array[k])[1]" + field + label();
            case 3 -> "((w.k))" + field + label();
            default -> "((k)" + field + " is not distinct from (w.k)" + field + ")::int";
        };
        return "(select " + selected + " from app.words w, lateral (select (w.k).*) k, " + item(depth, visible)
                + " limit 1)";
    }

    String simple(List<String> columns) {
        if (!columns.isEmpty() && chance(1, 2)) {
            return pick(columns) + dot() + pick(List.of("id", "x", "\"x\"", "X"));
        }
        return switch (pick(16)) {
            case 9 -> "$1";
            case 10 -> "1 +--\u0002from\u0002b\n1";
            case 11 -> "2*/*\u0002from\u0002b\u0002*/3 -/**/- 1";
            case 12 -> major >= 16 ? "0x1F + 1_000" : ".5::int + 1.::int + 1e1::int";
            case 13 -> "(char(3) 'a' = pg_catalog.bpchar 'from\u0002b')::int";
            case 14 -> "length(" + spelling.anyConstant("it's from a") + ")";
            case 0 -> "extract(year from date '2026-01-01')::int";
            case 1 -> "length(trim(both 'x' from 'from\u0002a'))";
            case 2 -> "length(" + spelling.anyConstant("from a, b") + ")";
            case 3 -> "(1 is distinct from 2)::int";
            case 4 -> "(interval '1' day > interval '1\u0002hour')::int";
            case 5 -> "length('a' collate pg_catalog.\"C\")";
            case 6 -> "date_part('year', current_timestamp at time zone 'utc')::int";
            default -> String.valueOf(pick(3));
        };
    }

    String condition(int depth, List<String> visible) {
        return condition(depth, visible, List.of());
    }

    String condition(int depth, List<String> visible, List<String> columns) {
        int d = depth - 1;
        return switch (depth > 0 ? pick(16) : pick(3)) {
            case 11 -> "'{}'::jsonb ? 'from\u0002b' and '{}'::jsonb ?| array['a'] or '{\"a\":1}'::jsonb @? '$.a'";
            case 12 -> "exists (select t.*, * from " + table(anyTable()) + " t, " + item(d, visible) + ")";
            case 13 ->
                "'a' similar to 'from\u0002b' escape '#' and 'a' not ilike all (array['a', 'b']) or 'x' is normalized";
            case 14 ->
                "(date '2026-01-01', interval '1' day) overlaps (current_date, (select max(current_date) from "
                        + item(d, visible) + ")) is not unknown";
            case 15 ->
                scalar(d, visible, columns) + " isnull or " + scalar(d, visible, columns)
                        + " notnull and '<a/>'::xml is document";
            case 0 -> "true";
            case 1 -> "1 in (1, 2) and 'a' is not distinct from 'from\u0002b'";
            case 2 -> simple(columns) + " is not null or 'a' like 'from\u0002b' escape '!'";
            case 3 -> "exists (select from " + item(d, visible) + ")";
            case 4 -> scalar(d, visible, columns) + " = any (select 1 from " + item(d, visible) + ")";
            case 5 -> "not (" + condition(d, visible, columns) + " or " + condition(d, visible, columns) + ")";
            case 6 -> scalar(d, visible, columns) + " between symmetric 1 and " + scalar(d, visible, columns);
            case 7 ->
                "(" + scalar(d, visible, columns) + ", " + scalar(d, visible, columns) + ") not in ("
                        + query(d, visible) + ")";
            case 8 -> "exists (table " + table(anyTable()) + ")";
            case 9 -> scalar(d, visible, columns) + " <> all (values (1), (" + scalar(d, visible, columns) + "))";
            default -> scalar(d, visible, columns) + " is distinct from " + scalar(d, visible, columns);
        };
    }
}
