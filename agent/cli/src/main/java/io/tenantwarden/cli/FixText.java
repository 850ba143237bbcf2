package io.tenantwarden.cli;

import java.util.List;

/**
 * A finding's fix, taken apart for people. Lines that begin with {@code --} are words; the rest is SQL. Immutable.
 *
 * @param who who has to run it; empty when the connected role may
 * @param lines SQL and words, in order
 * @param sql whether there is anything to run
 */
record FixText(String who, List<String> lines, boolean sql) {

    private static final String WHO = "-- to be run by ";

    static FixText of(String fix) {
        List<String> lines = fix.lines().filter(l -> !l.isBlank()).toList();
        boolean named = !lines.isEmpty() && lines.get(0).startsWith(WHO);
        return new FixText(
                named ? lines.get(0).substring(WHO.length()) : "",
                named ? lines.subList(1, lines.size()) : lines,
                lines.stream().anyMatch(l -> !isWords(l)));
    }

    static boolean isWords(String line) {
        return line.startsWith("--");
    }

    /** The words alone, as sentences. */
    String words() {
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            if (isWords(line)) {
                text.append(text.isEmpty() ? "" : "; ").append(line.substring(2).strip());
            }
        }
        return text.toString();
    }
}
