package io.tenantwarden.tests.demo;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the agent wrote into the application's log. */
final class AgentLog {

    private static final String MARK = "[warden] ";
    private static final Pattern PLACE = Pattern.compile("\\w+\\.java:\\d+");

    private final List<String> output;

    AgentLog(List<String> output) {
        this.output = output;
    }

    List<Violation> violations() {
        return Violation.in(output);
    }

    List<Violation> unscopedQueries() {
        return violations().stream()
                .filter(v -> v.kind().equals("unscoped-query"))
                .toList();
    }

    /** Kinds of violations other than {@code unscoped-query}. */
    Set<String> otherKinds() {
        Set<String> kinds = new TreeSet<>();
        violations().forEach(v -> kinds.add(v.kind()));
        kinds.remove("unscoped-query");
        return kinds;
    }

    /** The line that says what is covered, of the application's own role. */
    List<String> cover() {
        return ofAgent().stream()
                .filter(l -> l.startsWith(MARK + "COVER ") && l.contains(" role=" + BillingDatabase.APPLICATION + " "))
                .toList();
    }

    /** The texts of refusals, from the agent's mark on, each once. */
    List<String> refusals() {
        return ofAgent().stream()
                .filter(l -> l.startsWith(MARK + "refused:"))
                .distinct()
                .toList();
    }

    /** The audit lines of bypasses. */
    List<String> bypasses() {
        return ofAgent().stream()
                .filter(l -> l.contains("bypass-used"))
                .distinct()
                .toList();
    }

    private List<String> ofAgent() {
        return output.stream()
                .filter(l -> l.contains(MARK))
                .map(l -> l.substring(l.indexOf(MARK)))
                .toList();
    }

    /** The file and line that each of these lines names, {@code NightlyJob.java:42}. */
    static Set<String> places(List<String> lines) {
        Set<String> places = new TreeSet<>();
        for (String line : lines) {
            Matcher place = PLACE.matcher(line);
            while (place.find()) {
                places.add(place.group());
            }
        }
        return places;
    }
}
