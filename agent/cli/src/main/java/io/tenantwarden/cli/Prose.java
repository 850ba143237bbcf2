package io.tenantwarden.cli;

import java.util.ArrayList;
import java.util.List;

/** Breaks sentences into lines. Stateless. */
final class Prose {

    private Prose() {}

    /**
     * The text in lines no longer than the width, but for words that are; lines after the first are indented by two more.
     *
     * @param width columns; 0 for one line however long
     */
    static List<String> lines(String indent, String text, int width) {
        if (width <= 0) {
            return List.of(indent + text);
        }
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder(indent);
        boolean empty = true;
        for (String word : text.split(" +")) {
            if (!empty && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line = new StringBuilder(indent).append("  ");
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        lines.add(line.toString());
        return lines;
    }
}
