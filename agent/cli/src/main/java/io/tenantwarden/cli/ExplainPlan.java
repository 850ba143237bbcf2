package io.tenantwarden.cli;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What EXPLAIN (FORMAT JSON, VERBOSE) tells of a statement. Immutable.
 *
 * @param analyzed whether it was executed, so that rows were counted
 * @param rows how many rows it found; for {@code count(*)} and the like, how many were counted
 * @param scans how tables were read, in the order of the plan
 */
record ExplainPlan(boolean analyzed, long rows, List<Scan> scans) {

    /**
     * How one table was read.
     *
     * @param relation {@code schema.table}
     * @param node for instance {@code Seq Scan}
     * @param index the index; null when there is none
     * @param indexCondition what the index was asked for; null
     * @param filter what was checked for each row, columns without their table; null
     * @param rows how many rows came through
     * @param removed how many the filter kept back
     * @param executed whether it was read at all: a condition that looks at no row is checked before
     */
    record Scan(
            String relation,
            String node,
            String index,
            String indexCondition,
            String filter,
            long rows,
            long removed,
            boolean executed) {}

    static ExplainPlan of(String json) {
        try {
            JsonObject top = JsonParser.array().from(json).getObject(0).getObject("Plan");
            boolean analyzed = top.has("Actual Loops");
            List<Scan> scans = new ArrayList<>();
            collect(top, scans);
            return new ExplainPlan(analyzed, analyzed ? delivered(top) : 0, List.copyOf(scans));
        } catch (JsonParserException e) {
            throw new IllegalStateException("the server's plan is no JSON: " + e.getMessage(), e);
        }
    }

    /** Those of a table or its partitions. */
    List<Scan> of(Set<String> relations) {
        return scans.stream().filter(s -> relations.contains(s.relation())).toList();
    }

    /** An aggregate over everything gives one row, however many it read. */
    private static long delivered(JsonObject top) {
        JsonObject node = top;
        while (node != null) {
            String type = node.getString("Node Type", "");
            JsonObject outer = outer(node);
            if (type.equals("Aggregate") && "Plain".equals(node.getString("Strategy"))) {
                return outer == null ? actual(node, "Actual Rows") : actual(outer, "Actual Rows");
            }
            if (type.equals("Result") && outer == null) {
                JsonObject first = child(node, "InitPlan");
                return first != null && first.getString("Node Type", "").equals("Limit")
                        ? actual(first, "Actual Rows")
                        : actual(top, "Actual Rows");
            }
            if (!Set.of("Limit", "Sort", "Gather", "Gather Merge", "Subquery Scan", "ProjectSet", "Result")
                    .contains(type)) {
                break;
            }
            node = outer;
        }
        return actual(top, "Actual Rows");
    }

    private static JsonObject outer(JsonObject node) {
        return child(node, "Outer", "Subquery");
    }

    private static JsonObject child(JsonObject node, String... relationships) {
        JsonArray plans = node.getArray("Plans");
        if (plans != null) {
            for (Object plan : plans) {
                JsonObject p = (JsonObject) plan;
                if (List.of(relationships).contains(p.getString("Parent Relationship"))) {
                    return p;
                }
            }
        }
        return null;
    }

    /** A figure of all loops; the server gives the mean of one. */
    private static long actual(JsonObject node, String name) {
        return Math.round(node.getDouble(name, 0) * Math.max(1, node.getDouble("Actual Loops", 1)));
    }

    private static void collect(JsonObject node, List<Scan> scans) {
        String relation = node.getString("Relation Name");
        if (relation != null && !node.getString("Node Type", "").equals("ModifyTable")) {
            String alias = node.getString("Alias", relation);
            String index = node.getString("Index Name");
            String condition = node.getString("Index Cond");
            JsonObject bitmap = index == null ? bitmapIndex(node) : null;
            if (bitmap != null) {
                index = bitmap.getString("Index Name");
                condition = bitmap.getString("Index Cond");
            }
            boolean executed = node.getDouble("Actual Loops", 0) > 0;
            scans.add(new Scan(
                    node.getString("Schema") + "." + relation,
                    node.getString("Node Type"),
                    index,
                    unprefixed(condition, alias),
                    unprefixed(node.getString("Filter"), alias),
                    executed ? actual(node, "Actual Rows") : 0,
                    executed ? actual(node, "Rows Removed by Filter") : 0,
                    executed));
        }
        JsonArray plans = node.getArray("Plans");
        if (plans != null) {
            plans.forEach(p -> collect((JsonObject) p, scans));
        }
    }

    private static JsonObject bitmapIndex(JsonObject node) {
        JsonArray plans = node.getArray("Plans");
        if (plans != null) {
            for (Object plan : plans) {
                JsonObject p = (JsonObject) plan;
                String type = p.getString("Node Type", "");
                if (type.equals("Bitmap Index Scan")) {
                    return p;
                }
                JsonObject deeper = type.startsWith("Bitmap") ? bitmapIndex(p) : null;
                if (deeper != null) {
                    return deeper;
                }
            }
        }
        return null;
    }

    private static String unprefixed(String text, String alias) {
        return text == null
                ? null
                : text.replace("\"" + alias.replace("\"", "\"\"") + "\".", "")
                        .replaceAll("(?<![\\w\".])" + java.util.regex.Pattern.quote(alias) + "\\.", "");
    }

    /** What an AND at the top demands, each without the parentheses around it. */
    static List<String> conjuncts(String condition) {
        List<String> parts = new ArrayList<>();
        if (condition != null) {
            split(condition.strip(), parts);
        }
        return parts;
    }

    private static void split(String text, List<String> parts) {
        String inner = text;
        while (enclosed(inner)) {
            inner = inner.substring(1, inner.length() - 1);
        }
        int depth = 0;
        int from = 0;
        boolean quoted = false;
        boolean divided = false;
        for (int i = 0; i < inner.length(); i++) {
            char c = inner.charAt(i);
            if (c == '\'') {
                quoted = !quoted;
            } else if (!quoted && c == '(') {
                depth++;
            } else if (!quoted && c == ')') {
                depth--;
            } else if (!quoted && depth == 0 && inner.startsWith(" AND ", i)) {
                split(inner.substring(from, i), parts);
                from = i + " AND ".length();
                i = from - 1;
                divided = true;
            }
        }
        if (divided) {
            split(inner.substring(from), parts);
        } else {
            parts.add(inner);
        }
    }

    private static boolean enclosed(String text) {
        if (text.length() < 2 || text.charAt(0) != '(' || text.charAt(text.length() - 1) != ')') {
            return false;
        }
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\'') {
                quoted = !quoted;
            } else if (!quoted && c == '(') {
                depth++;
            } else if (!quoted && c == ')' && --depth == 0 && i < text.length() - 1) {
                return false;
            }
        }
        return true;
    }
}
