package io.tenantwarden.tests.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line {@code [warden] VIOLATION kind key=value ...} of the application's log.
 *
 * @param tables with their schema, sorted
 * @param site class and method, file and line as a stack trace writes them
 * @param place file and line, {@code NightlyJob.java:42}
 */
record Violation(String kind, String id, Set<String> tables, String site, String place, String operation, String sql) {

    private static final Pattern LINE = Pattern.compile("\\[warden] VIOLATION (\\S+) (.*)");
    private static final Pattern PAIR = Pattern.compile("(\\w+)=(\"(?:[^\"\\\\]|\\\\.)*\"|\\S*)");
    private static final Pattern PLACE = Pattern.compile("\\(([^()]+:\\d+)\\)$");

    /** The violations of this output, each once however often its count was written. */
    static List<Violation> in(List<String> output) {
        Map<String, Violation> found = new LinkedHashMap<>();
        for (String line : output) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.find()) {
                Violation violation = parse(matcher.group(1), matcher.group(2));
                found.putIfAbsent(violation.kind() + violation.id() + violation.site(), violation);
            }
        }
        return new ArrayList<>(found.values());
    }

    private static Violation parse(String kind, String pairs) {
        Map<String, String> values = new LinkedHashMap<>();
        Matcher pair = PAIR.matcher(pairs);
        while (pair.find()) {
            values.putIfAbsent(pair.group(1), unquote(pair.group(2)));
        }
        String site = values.getOrDefault("site", "");
        Matcher place = PLACE.matcher(site);
        return new Violation(
                kind,
                values.getOrDefault("id", ""),
                new TreeSet<>(List.of(values.getOrDefault("tables", "").split(","))),
                site,
                place.find() ? place.group(1) : site,
                values.getOrDefault("op", ""),
                values.getOrDefault("sql", ""));
    }

    private static String unquote(String value) {
        if (!value.startsWith("\"")) {
            return value;
        }
        return value.substring(1, value.length() - 1)
                .replace("\\n", " ")
                .replace("\\\"", "\"")
                .replace("\\\\", "\\");
    }
}
