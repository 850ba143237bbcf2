package io.tenantwarden.engine.report.document;

import java.util.List;
import java.util.Locale;

/** All formats. */
public final class ReportFormats {

    public static final ReportFormat JSON = new JsonFormat();

    public static final List<ReportFormat> ALL =
            List.of(JSON, new MarkdownFormat(), new HtmlFormat(), new SarifFormat(), new JunitFormat());

    private ReportFormats() {}

    /** The format that the ending of a file's name means; null when it means none. */
    public static ReportFormat ofFile(String fileName) {
        String lower = fileName.toLowerCase(Locale.ROOT);
        ReportFormat found = null;
        int length = 0;
        for (ReportFormat format : ALL) {
            for (String ending : format.endings()) {
                // of .json and .sarif.json the longer one
                if (lower.endsWith(ending) && ending.length() > length) {
                    found = format;
                    length = ending.length();
                }
            }
        }
        return found;
    }

    /** For messages: {@code .json, .md, .html, .sarif, .xml}. */
    public static String endings() {
        // no lambda: the agent's start asks for it
        StringBuilder endings = new StringBuilder();
        for (ReportFormat format : ALL) {
            endings.append(endings.isEmpty() ? "" : ", ")
                    .append(format.endings().get(0));
        }
        return endings.toString();
    }
}
