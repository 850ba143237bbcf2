package io.tenantwarden.engine.report.document;

import java.io.IOException;
import java.util.List;

/** One form of a report. Stateless and thread-safe. A new one is one class and its line in {@link ReportFormats}. */
public interface ReportFormat {

    /** Its name on the command line, in lower case. */
    String name();

    /** How names of files in this format end, with the dot, in lower case; the first is the usual one. */
    List<String> endings();

    /**
     * Writes the whole report.
     *
     * @return the file's content, to be written as UTF-8
     */
    String render(Report report, RenderOptions options);

    /**
     * As {@link #render}, piece by piece where the format can: a large report need not be in memory as a whole.
     *
     * @throws IOException of the target
     */
    default void write(Report report, RenderOptions options, Appendable target) throws IOException {
        target.append(render(report, options));
    }
}
