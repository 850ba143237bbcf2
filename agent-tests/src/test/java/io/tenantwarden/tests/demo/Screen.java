package io.tenantwarden.tests.demo;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Writes for a person who watches a terminal. */
final class Screen {

    private static final int WIDTH = 118;

    private final PrintStream out;
    private final boolean colour;

    Screen(PrintStream out, boolean colour) {
        this.out = out;
        this.colour = colour;
    }

    void act(String title) {
        out.println();
        out.println(paint("1", "=== " + title + " " + "=".repeat(Math.max(3, WIDTH - title.length() - 5))));
    }

    void scene(String title) {
        out.println();
        out.println(paint("1", "--- " + title));
    }

    void text(String text) {
        wrap(text, WIDTH - 2).forEach(line -> out.println("  " + line));
    }

    /** Text that is shown as it is: a command, a configuration file. */
    void verbatim(List<String> lines) {
        lines.forEach(line -> out.println(paint("36", "    " + line)));
    }

    void answer(Answer answer, String shown, String meaning, boolean alarming) {
        String who = answer.tenant() == null ? "provider" : answer.tenant();
        String line = String.format("  %-9s %-33s %d  %-24s", who, answer.line(), answer.status(), shown);
        String conclusion = paint(alarming ? "31" : "32", "-> " + meaning);
        if (line.length() + meaning.length() + 4 <= WIDTH) {
            out.println(line + " " + conclusion);
        } else {
            out.println(line.stripTrailing());
            out.println(" ".repeat(12) + conclusion);
        }
    }

    /** A log line of the application or of the agent, wrapped. */
    void log(String line) {
        wrap(line, WIDTH - 6).forEach(part -> out.println(paint("33", "    | " + part)));
    }

    void punch(Violation violation) {
        out.println("  " + paint("1", violation.place()) + "  " + violation.operation() + " "
                + String.join(", ", violation.tables()));
        String sql = violation.sql().strip().replaceAll("\\s+", " ");
        out.println(paint("33", "      " + (sql.length() > WIDTH - 8 ? sql.substring(0, WIDTH - 11) + "..." : sql)));
    }

    void shown(String what) {
        out.println(paint("32", "  [shown]   ") + what);
    }

    void problem(String what) {
        out.println(paint("31", "  [PROBLEM] ") + what);
    }

    private String paint(String code, String text) {
        return colour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }

    private static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (line.length() > 0 && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
