package io.tenantwarden.rls.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Makes what stands in FROM at random: tables, joins, queries, functions. */
abstract class SqlFromItems extends SqlExpressions {

    SqlFromItems(Random random, int major, Map<String, String> keywords) {
        super(random, major, keywords);
    }

    abstract String values(int depth, List<String> visible);

    String items(int depth, List<String> visible, List<String> columns) {
        StringBuilder from = new StringBuilder();
        for (int i = pick(3); i >= 0; i--) {
            from.append(item(depth, visible, columns)).append(i > 0 ? ", " : "");
        }
        return from.toString();
    }

    @Override
    String item(int depth, List<String> visible) {
        return item(depth, visible, new ArrayList<>());
    }

    String item(int depth, List<String> visible, List<String> columns) {
        return chance(1, 4) ? joined(depth, visible, columns) : single(depth, visible, columns);
    }

    String joined(int depth, List<String> visible, List<String> outside) {
        List<String> columns = new ArrayList<>();
        String sql = join(depth, visible, columns);
        outside.addAll(columns);
        return sql;
    }

    String join(int depth, List<String> visible, List<String> columns) {
        String left = single(depth, visible, columns);
        String right = depth > 0 && chance(1, 4)
                ? "(" + joined(depth - 1, visible, columns) + ")"
                : single(depth, visible, columns);
        return switch (pick(7)) {
            case 0 -> feature("CROSS JOIN", left + " cross join " + right);
            case 1 -> left + " left outer join " + right + " on " + condition(depth - 1, visible, columns);
            case 2 -> left + " full join " + right + " on true";
            case 3 ->
                left + " inner join " + right + " on " + condition(depth - 1, visible, columns) + " right join "
                        + single(0, visible, columns) + " on " + condition(0, visible, columns);
            case 4 ->
                feature(
                        "nested ON",
                        left + " join " + single(0, visible, columns) + " join " + right + " on true on "
                                + condition(depth - 1, visible, columns));
            case 5 ->
                feature(
                        "JOIN USING",
                        "(select 1 as id) " + alias() + " join (select 1 as id) " + alias()
                                + " using (id)" + (major >= 14 && chance(1, 2) ? " as j" + aliases++ : "")
                                + " cross join " + left + " cross join " + right);
            default ->
                feature(
                        "NATURAL JOIN",
                        "(select 1 one) " + alias() + " natural left join (select 1 one) " + alias() + " join " + left
                                + " on true join " + right + " on false");
        };
    }

    String single(int depth, List<String> visible, List<String> columns) {
        String alias = alias();
        if (depth > 0) {
            switch (pick(16)) {
                case 0, 1 -> {
                    columns.add(alias);
                    return "(" + query(depth - 1, visible) + ")" + as() + alias + " (id, x)";
                }
                case 2 -> {
                    columns.add(alias);
                    return feature(
                            "LATERAL", "lateral (" + query(depth - 1, visible) + ")" + as() + alias + " (id, x)");
                }
                case 3 -> {
                    return feature(
                            "function in FROM",
                            (chance(1, 3) ? "lateral " : "") + "app.many(" + scalar(depth - 1, visible, List.of()) + ")"
                                    + as() + alias);
                }
                case 4 -> {
                    return feature(
                            "ROWS FROM",
                            "rows from (app.many(1), json_to_record('{}') as (a int, b numeric(3, 1)), generate_series(1, "
                                    + scalar(depth - 1, visible, List.of()) + ")) with ordinality" + as() + alias);
                }
                case 5 -> {
                    columns.add(alias);
                    return feature("VALUES in FROM", "(" + values(depth, visible) + ")" + as() + alias + " (id, x)");
                }
                case 6 -> {
                    return feature(
                            "XMLTABLE",
                            "xmltable(xmlnamespaces('u' as \"from\"), '/r' passing (select '<r/>'::xml from "
                                    + item(depth - 1, visible) + " limit 1) columns a int path 'a' default "
                                    + scalar(depth - 1, visible, List.of()) + " not null, n for ordinality)" + as()
                                    + alias);
                }
                case 7 -> {
                    return major < 17
                            ? "generate_series(1, 2) with ordinality" + as() + alias + " (\"from\", x)"
                            : feature(
                                    "JSON_TABLE",
                                    "json_table((select '{}'::jsonb from " + item(depth - 1, visible)
                                            + " limit 1), '$' as root passing " + scalar(depth - 1, visible, List.of())
                                            + " as v columns (n for ordinality, a int path '$.a' default 1 on empty error on error, nested path '$.b[*]' columns (c text format json omit quotes)) error on error)"
                                            + as() + alias);
                }
                case 8 -> {
                    return feature(
                            "column definitions",
                            "json_to_record('{}') as " + alias + " (id int, x numeric(10, 2), y text collate \"C\")");
                }
                case 9 -> {
                    return feature(
                            "value function in FROM",
                            pick(List.of(
                                            "current_date",
                                            "current_timestamp(3)",
                                            "localtime",
                                            "current_schema",
                                            "collation for ('a'::text)",
                                            "cast(1 as int)",
                                            "coalesce(1, 2)"))
                                    + as()
                                    + alias);
                }
                case 10 -> {
                    columns.add(alias);
                    Table t;
                    do {
                        t = anyTable();
                    } while (!t.base() || visible.contains(t.name()));
                    return feature(
                            "TABLESAMPLE",
                            table(t) + as() + alias + " tablesample bernoulli (" + scalar(0, visible, List.of()) + ")"
                                    + (chance(1, 2) ? " repeatable (1)" : ""));
                }
                case 11 -> {
                    columns.add(alias);
                    return feature("TABLE in FROM", "(table " + only(table(anyTable())) + ")" + as() + alias);
                }
                default -> {
                    // a table
                }
            }
        }
        if (!visible.isEmpty() && chance(1, 2)) {
            columns.add(alias);
            String cte = pick(visible);
            return cte.equals("c") || TABLES.stream().noneMatch(t -> t.name().equals(cte))
                    ? feature("CTE", name(cte) + as() + alias)
                    : feature("CTE named as a table", name(cte) + as() + alias);
        }
        String table = only(table(anyTable()));
        if (chance(1, 8)) {
            return feature("column aliases", table + as() + alias + " (id, \"where\")");
        }
        if (chance(1, 8)) {
            return feature("alias word", table + " " + pick(names) + " ");
        }
        columns.add(alias);
        return table + as() + alias;
    }
}
