package io.tenantwarden.rls.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Makes statements at random that PostgreSQL mostly accepts, in as many forms as its grammar has where a name could be a
 * table and is none, or the other way round. Every query has two integer columns, so that each fits into each place.
 */
final class SqlGenerator extends SqlFromItems {

    /** Names of common table expressions: those of tables among them, and words that look like commands. */
    private static final List<String> CTES = List.of(
            "a", "b", "values_", "Select", "from", "w", "c", "update", "recursive", "values", "search", "set", "rows");

    private boolean query;

    /**
     * @param keywords of {@code pg_get_keywords()}: word, then category and {@code t} where it can be a label without AS
     */
    SqlGenerator(Random random, int major, Map<String, String> keywords) {
        super(random, major, keywords);
    }

    /** Whether the last statement is a query. */
    boolean isQuery() {
        return query;
    }

    String statement() {
        aliases = 0;
        targets.clear();
        features.clear();
        int depth = 2 + pick(2);
        int kind = pick(major >= 17 ? 9 : 8);
        query = kind > 2 && kind < 8;
        String sql = switch (kind) {
            case 0 -> with(depth, List.of(), true, v -> insert(depth, v));
            case 1 -> with(depth, List.of(), true, v -> update(depth, v));
            case 2 -> with(depth, List.of(), true, v -> delete(depth, v));
            case 8 -> with(depth, List.of(), true, v -> merge(depth, v));
            default -> with(depth, List.of(), true, v -> body(depth, v));
        };
        return spaced(sql);
    }

    /** Blanks become other blanks and comments; those inside of names and constants are {@link SqlSpelling#SPACE}. */
    private String spaced(String sql) {
        boolean all = pick(3) > 0;
        StringBuilder b = new StringBuilder(sql.length() * 2);
        for (char c : sql.toCharArray()) {
            b.append(c == ' ' && all ? spelling.blank() : c == SqlSpelling.SPACE ? " " : String.valueOf(c));
        }
        return b.toString();
    }

    // ---------------------------------------------------------------- WITH

    @Override
    String with(int depth, List<String> visible, boolean top, Body body) {
        if (depth < 1 || chance(1, 2)) {
            return body.of(visible);
        }
        boolean recursive = chance(1, 3);
        int count = 1 + pick(3);
        List<String> own = new ArrayList<>();
        while (own.size() < count) {
            String name = pick(CTES);
            if (!own.contains(name)) {
                own.add(name);
            }
        }
        List<String> seen = new ArrayList<>(visible);
        StringBuilder sql = new StringBuilder("with ");
        if (recursive) {
            sql.append(feature("WITH RECURSIVE", "recursive "));
        }
        for (int i = 0; i < count; i++) {
            sql.append(i == 0 ? "" : ", ").append(cte(depth - 1, own.get(i), seen, recursive, top));
            seen.add(own.get(i));
        }
        return sql + " " + body.of(seen);
    }

    String cte(int depth, String name, List<String> visible, boolean recursive, boolean top) {
        String spelled = name(name);
        String materialized = switch (pick(6)) {
            case 0 -> feature("MATERIALIZED", "materialized ");
            case 1 -> feature("NOT MATERIALIZED", "not materialized ");
            default -> "";
        };
        if (recursive && chance(1, 2)) {
            String self = "select n.id, n.x from " + name(name) + " n";
            String sql = spelled + " (id, x) as " + materialized + "(select id, x from "
                    + table(anyTable()) + " r union all " + self + ", " + item(depth, visible)
                    + " where " + condition(depth, visible) + ")";
            if (chance(1, 3)) {
                sql += feature(
                        "SEARCH",
                        " search " + (chance(1, 2) ? "depth" : "breadth") + " first by id, x set "
                                + (chance(1, 2) ? "ord" : "\"set\""));
            }
            if (chance(1, 3)) {
                sql += feature(
                        "CYCLE",
                        " cycle id, x set looped" + (chance(1, 2) ? " to 'from\u0002b' default 'using'" : "")
                                + " using path");
            }
            return sql;
        }
        String columns = " (id, x)";
        if (top && chance(1, 4)) {
            return spelled + columns + " as " + materialized + "("
                    + feature("data-modifying CTE", change(depth, visible) + " returning id, x") + ")";
        }
        return spelled + columns + " as " + materialized + "(" + query(depth, visible) + ")";
    }

    String change(int depth, List<String> visible) {
        return switch (pick(3)) {
            case 0 -> "insert into " + target() + " (id, x) " + query(depth, visible);
            case 1 -> "update " + target() + " t set x = " + scalar(depth, visible, List.of("t"));
            default -> "delete from " + target() + " t where " + condition(depth, visible);
        };
    }

    // ---------------------------------------------------------------- commands

    String insert(int depth, List<String> visible) {
        String target = target();
        String sql = "insert into " + target;
        List<String> columns = List.of();
        if (chance(1, 3)) {
            String alias = pick(names);
            sql += feature("INSERT AS", " as " + alias);
            columns = List.of('"' + alias + '"');
        }
        if (chance(1, 12)) {
            sql += feature("DEFAULT VALUES", " default values");
        } else {
            sql += " (id, x)";
            if (chance(1, 6)) {
                sql += feature("OVERRIDING", " overriding " + (chance(1, 2) ? "user" : "system") + " value");
            }
            sql += " " + (chance(1, 4) ? "(" + query(depth - 1, visible) + ")" : query(depth - 1, visible));
        }
        if (chance(1, 2)) {
            sql += feature("ON CONFLICT", " on conflict");
            String where = chance(1, 4) ? " where " + condition(0, visible) : "";
            if (chance(1, 3)) {
                sql += (chance(1, 2) ? " (id)" + where : "") + " do nothing";
            } else {
                sql += " (id)" + where + " do update set x = " + scalar(depth - 1, visible, columns)
                        + ", y = excluded.y" + (chance(1, 3) ? ", (z) = row(current_date)" : "")
                        + (chance(1, 3) ? " where " + condition(depth - 1, visible) : "");
            }
        }
        return sql + returning(depth, visible, columns);
    }

    String update(int depth, List<String> visible) {
        String alias = "t" + aliases++;
        String sql = "update " + only(target()) + (chance(1, 2) ? " as " : " ") + alias + " set ";
        List<String> columns = new ArrayList<>(List.of(alias));
        String first = switch (pick(3)) {
            case 0 -> "(id, x) = (select q.id, q.x from (" + query(depth - 1, visible) + ") q (id, x) limit 1)";
            default -> "x = " + scalar(depth - 1, visible, columns) + ", z = default";
        };
        sql += first + ", y = 'from\u0002b'";
        if (chance(2, 3)) {
            sql += " from " + items(depth - 1, visible, columns);
        }
        return sql + " where " + condition(depth - 1, visible, columns) + returning(depth, visible, columns);
    }

    String delete(int depth, List<String> visible) {
        String alias = "t" + aliases++;
        String sql = "delete from " + only(target()) + (chance(1, 2) ? " as " : " ") + alias;
        List<String> columns = new ArrayList<>(List.of(alias));
        if (chance(2, 3)) {
            sql += feature("DELETE USING", " using ") + items(depth - 1, visible, columns);
        }
        return sql + " where " + condition(depth - 1, visible, columns) + returning(depth, visible, columns);
    }

    String merge(int depth, List<String> visible) {
        String alias = "t" + aliases++;
        List<String> columns = new ArrayList<>();
        String source = joined(depth - 1, visible, columns);
        List<String> both = new ArrayList<>(columns);
        both.add(alias);
        String sql = "merge into " + only(target()) + " " + alias + " using " + source + " on "
                + condition(depth - 1, visible, both);
        if (chance(1, 2)) {
            sql += " when matched and " + condition(depth - 1, visible, both)
                    + " then update set x = " + scalar(depth - 1, visible, both)
                    + ", y = 'from\u0002b'";
        }
        sql += switch (pick(3)) {
            case 0 -> " when matched then delete";
            case 1 -> " when matched then do nothing";
            default -> " when not matched by source then update set x = 1";
        };
        if (chance(1, 2)) {
            sql += " when not matched then insert "
                    + (chance(1, 4)
                            ? "default values"
                            : "(id, x) values (1, " + scalar(depth - 1, visible, columns) + ")");
        }
        return feature("MERGE", sql) + (chance(1, 2) ? returning(depth, visible, both) : "");
    }

    String returning(int depth, List<String> visible, List<String> columns) {
        if (chance(1, 2)) {
            return "";
        }
        String sql = feature("RETURNING", " returning ");
        List<String> usable = columns;
        if (major >= 18 && chance(1, 4)) {
            sql += feature("RETURNING WITH", "with (old as o, new as n) ");
        }
        StringBuilder b = new StringBuilder(sql);
        for (int i = pick(3); i >= 0; i--) {
            b.append(scalar(depth - 1, visible, usable)).append(label()).append(i > 0 ? ", " : "");
        }
        return b.toString();
    }

    // ---------------------------------------------------------------- queries

    /** A query of two columns. */
    @Override
    String query(int depth, List<String> visible) {
        return with(depth, visible, false, v -> body(depth, v));
    }

    String body(int depth, List<String> visible) {
        if (depth < 1) {
            return select(depth, visible);
        }
        return switch (pick(12)) {
            case 0 -> feature("VALUES", values(depth, visible));
            case 1 ->
                feature(
                        "parenthesised set operation",
                        "(" + operand(depth - 1, visible) + ") " + setOperation() + " "
                                + simpleSelect(depth - 1, visible));
            case 2 ->
                feature(
                        "set operation",
                        simpleSelect(depth - 1, visible) + " " + setOperation() + " " + simpleSelect(depth - 1, visible)
                                + (chance(1, 3) ? " order by 1 limit " + scalar(depth - 1, visible, List.of()) : ""));
            case 3 -> feature("parenthesised query", "(" + query(depth - 1, visible) + ")");
            case 4 -> simpleSelect(depth, visible) + " " + setOperation() + " (" + operand(depth - 1, visible) + ")";
            default -> select(depth, visible);
        };
    }

    /** A query that can be an operand of a set operation in parentheses. */
    private String operand(int depth, List<String> visible) {
        return with(depth, visible, false, v -> simpleSelect(depth, v) + (chance(1, 2) ? " order by 1 limit 1" : ""));
    }

    String setOperation() {
        return pick(List.of("union", "union all", "intersect", "except", "except all", "union distinct"));
    }

    @Override
    String values(int depth, List<String> visible) {
        return "values (1, " + scalar(depth - 1, visible, List.of()) + "), (" + scalar(depth - 1, visible, List.of())
                + ", 2)";
    }

    String select(int depth, List<String> visible) {
        return select(depth, visible, true);
    }

    /** One that can be an operand of a set operation without parentheses. */
    String simpleSelect(int depth, List<String> visible) {
        return select(depth, visible, false);
    }

    String select(int depth, List<String> visible, boolean complete) {
        List<String> columns = new ArrayList<>();
        String from = items(depth, visible, columns);
        boolean distinct = chance(1, 10);
        StringBuilder sql = new StringBuilder("select ");
        if (distinct) {
            sql.append(chance(1, 2) ? "distinct " : feature("DISTINCT ON", "distinct on (1) "));
        } else if (chance(1, 10)) {
            sql.append("all ");
        }
        sql.append(scalar(depth, visible, columns)).append(label()).append(", ");
        sql.append(scalar(depth, visible, columns)).append(label());
        sql.append(" from ").append(from);
        if (chance(3, 4)) {
            sql.append(" where ").append(condition(depth, visible, columns));
        }
        switch (complete ? pick(9) : 4 + pick(5)) {
            case 0 ->
                sql.append(
                        distinct
                                ? ""
                                : " order by 1 + " + scalar(depth - 1, visible, columns)
                                        + (chance(1, 2) ? " using <" : " desc nulls last"));
            case 1 ->
                sql.append(" limit ")
                        .append(scalar(depth - 1, visible, List.of()))
                        .append(" offset 0");
            case 2 ->
                sql.append(feature(
                        "FETCH FIRST",
                        " offset 1 rows fetch first (" + scalar(depth - 1, visible, List.of()) + ") rows only"));
            case 3 ->
                sql.append(
                        distinct
                                ? ""
                                : feature(
                                        "locking clause",
                                        " for "
                                                + pick(List.of("update", "no key update", "share", "key share"))
                                                + (columns.isEmpty() || !visible.isEmpty() || chance(1, 2)
                                                        ? ""
                                                        : " of " + pick(columns))
                                                + (chance(1, 3) ? " skip locked" : chance(1, 2) ? " nowait" : "")));
            case 4 ->
                sql.append(feature(
                        "WINDOW",
                        " window w as (partition by " + scalar(depth - 1, visible, columns)
                                + " order by 1), v as (w rows between 1 preceding and current row exclude ties)"));
            default -> {
                // nothing more
            }
        }
        return sql.toString();
    }
}
