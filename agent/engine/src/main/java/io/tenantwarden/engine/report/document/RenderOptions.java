package io.tenantwarden.engine.report.document;

import java.util.Objects;

/**
 * What a format needs besides the report. Immutable.
 *
 * @param sources where source files lie
 * @param sourceUrl what the path of a source file is appended to for a link; null for no links
 * @param baseline the report whose violations are known; null when there is none
 */
public record RenderOptions(SourceTree sources, String sourceUrl, Report baseline) {

    public RenderOptions {
        Objects.requireNonNull(sources, "sources");
    }

    /** Without sources, links and baseline. */
    public static RenderOptions plain() {
        return new RenderOptions(SourceTree.NONE, null, null);
    }

    /** The report beside the baseline. */
    Comparison compare(Report report) {
        return Comparison.of(report, baseline);
    }

    /** The address of a place in the sources; null when there are no links, or the file was not found. */
    String link(Frame frame) {
        SourceTree.SourceFile file = sources.find(frame);
        if (sourceUrl == null || !file.exists()) {
            return null;
        }
        return sourceUrl
                + (sourceUrl.endsWith("/") ? "" : "/")
                + file.uri()
                + (frame.line() > 0 ? "#L" + frame.line() : "");
    }
}
